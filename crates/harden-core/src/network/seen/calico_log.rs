//! What rules of Calico with the action `Log` write: to the log of the kernel with iptables and nftables, to its trace
//! with eBPF.
//!
//! The kernel's log holds what reached the rule, before anything was decided: a policy that logs stands behind those
//! that allow, so that what reaches it is refused after it. The trace says the verdict.

use super::record::{self, Aside, Flags, Reading, Record};
use super::{Format, end};
use crate::network::Fate;

pub(super) const FORMAT: Format = Format { name: "Calico Log rules", read };

fn read(line: &str) -> Option<Result<Reading, String>> {
    if let Some((_, packet)) = line.split_once("calico-packet") {
        let entry = packet.find("IN=").and_then(|it| kernel(packet.get(it..)?));
        return Some(
            entry.ok_or_else(|| "is no whole packet of the kernel".to_owned()).map(Reading::from),
        );
    }
    if let Some((before, verdict)) = line.split_once(": policy ")
        && line.contains("bpf_trace_printk")
    {
        let entry =
            trace(before, verdict).ok_or_else(|| "is no whole trace of a policy".to_owned());
        return Some(entry.map(Reading::from));
    }
    let is_of_kernel = line.contains(" kernel: ") || line.contains("bpf_trace_printk");
    is_of_kernel.then_some(Ok(Reading::Aside(Aside::Other)))
}

/// `IN=cali1 OUT=eth0 SRC=10.0.0.1 DST=10.0.0.2 … PROTO=TCP SPT=45588 DPT=80 … SYN URGP=0`
fn kernel(packet: &str) -> Option<Result<Record, Aside>> {
    let words = || packet.split_ascii_whitespace();
    let field = |key: &str| words().find_map(|it| it.strip_prefix(key)?.strip_prefix('='));
    let is = |flag| words().any(|it| it == flag);
    let (from, to) = (end::address(field("SRC")?)?, end::address(field("DST")?)?);
    let protocol = field("PROTO")?;
    let source = field("SPT").unwrap_or_default();
    let flags = (protocol == "TCP").then(|| Flags { syn: is("SYN"), ack: is("ACK") });
    let port = record::port_of(protocol, source, field("DPT").unwrap_or_default(), flags);
    Some(port.map(|(protocol, port)| Record::new(from, to, protocol, port, Fate::Denied)))
}

/// `…cali1-E` and `DENIED proto 6 src 10.0.0.1:56042 dest 10.0.0.2:80`
fn trace(before: &str, verdict: &str) -> Option<Result<Record, Aside>> {
    let words: Vec<_> = verdict.split_ascii_whitespace().collect();
    let [verdict, "proto", protocol, "src", from, "dest", to, ..] = *words else { return None };
    let fate = match verdict {
        "ALLOWED" => Fate::Forwarded,
        "DENIED" => Fate::Denied,
        _ => return None,
    };
    let protocol = match protocol {
        "6" => "TCP",
        "17" => "UDP",
        "132" => "SCTP",
        _ => return Some(Err(Aside::NoPort)),
    };
    let ((from, source), (to, destination)) = (from.rsplit_once(':')?, to.rsplit_once(':')?);
    let (from, to) = (end::address(from)?, end::address(to)?);
    let side = before.rsplit_once('-').map(|(_, side)| side).unwrap_or_default();
    let port = record::port_of(protocol, source, destination, None);
    Some(port.map(|(protocol, port)| Record {
        direction: record::direction(side),
        ..Record::new(from, to, protocol, port, fate)
    }))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{denied_by, told};

    /// The shapes of the examples in Calico's documentation, "Use log rules to test network policy"
    /// (`calico/network-policy/policy-rules/log-rules.mdx`).
    pub(in super::super) const KERNEL: &str = "2026-11-19T12:15:03.023805-08:00 one kernel: calico-packet: IN=cali527b0801ecb OUT=eth0 MAC=ee:ee:ee:ee:ee:ee:1e:0a:36:33:f5:09:08:00 SRC=172.16.193.134 DST=192.0.2.15 LEN=60 TOS=0x00 PREC=0x00 TTL=63 ID=58406 DF PROTO=TCP SPT=45588 DPT=80 WINDOW=64860 RES=0x00 SYN URGP=0";
    pub(in super::super) const TRACE: &str = "curl-5288    [000] ..s2.  3055.982021: bpf_trace_printk: cali527b0801ecb-E: policy DENIED proto 6 src 172.16.193.131:56042 dest 192.0.2.12:80";

    #[test]
    fn both_logs_are_read() {
        assert_eq!(told(KERNEL), "172.16.193.134 > 192.0.2.15 TCP 80 Denied");
        let named = KERNEL.replace("calico-packet:", "calico-packet np:team-a/log:default:");
        assert_eq!(told(&named), told(KERNEL), "with a prefix that names the policy");
        assert_eq!(told(TRACE), "172.16.193.131 > 192.0.2.12 TCP 80 Denied");
        assert_eq!(denied_by(TRACE), "egress");
        assert!(told(&TRACE.replace("DENIED", "ALLOWED")).ends_with("Forwarded"));
        let udp = TRACE.replace("proto 6", "proto 17");
        assert!(told(&udp).contains("UDP 80"));
    }

    #[test]
    fn pings_replies_and_other_lines_are_put_aside() {
        let icmp = KERNEL.replace("PROTO=TCP SPT=45588 DPT=80", "PROTO=ICMP TYPE=8 CODE=0");
        assert_eq!(told(&icmp), "NoPort");
        assert_eq!(told(&KERNEL.replace(" SYN ", " ACK SYN ")), "Reply");
        assert_eq!(told(&TRACE.replace("proto 6", "proto 1")), "NoPort");
        assert_eq!(told("Nov 19 12:15:03 one kernel: eth0: link becomes ready"), "Other");
        assert!(told(&KERNEL.replace("SRC=172.16.193.134", "")).starts_with("unread"));
        assert!(told(&TRACE.replace("src ", "")).starts_with("unread"));
    }
}
