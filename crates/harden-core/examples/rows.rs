use harden_core::kubernetes::MinorVersion;
use harden_core::network::Direction;
use harden_core::network::connectivity::*;
use harden_core::source::Source;
fn main() {
    let text = std::fs::read_to_string(std::env::args().nth(1).unwrap()).unwrap();
    let t = std::time::Instant::now();
    let mut reader = Reader::new(Settings {
        origin: Origin::Files(MinorVersion(37)),
        namespace: "default".into(),
        ip_blocks_include_pods: false,
    });
    reader.learn(&Source::new("x", text));
    eprintln!("learnt {:?}", t.elapsed());
    let network = reader.finish();
    eprintln!("finished {:?}", t.elapsed());
    let mut n = 0;
    for row in network.rows() {
        n += row.to.len();
        n += network.outside(row.from, Direction::Egress).len();
    }
    eprintln!("{n} {:?}", t.elapsed());
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    eprintln!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
