//! Logs of flows, read as they come: memory grows with the flows that differ, and not with the log.

use std::io::{self, BufRead};

use harden_core::network::seen::Seen;

use crate::audit_log::{self, Line};
use crate::input::Unread;

/// Reads a log, or standard input for `-`, beside what was seen already; one that is compressed with gzip, too.
pub(crate) fn read(seen: &mut Seen, name: &str) -> anyhow::Result<()> {
    let mut log = audit_log::open(name)?;
    read_lines(seen, name, &mut *log).map_err(|error| Unread::of(name, &error.into()))
}

fn read_lines(seen: &mut Seen, name: &str, log: &mut dyn BufRead) -> io::Result<()> {
    let mut first = 1;
    // The first line that says anything may name the columns of a table, and is for all others.
    loop {
        let mut line = Vec::new();
        if log.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        seen.add_line(name, first, &String::from_utf8_lossy(&line));
        first += 1;
        if !line.trim_ascii().is_empty() {
            break;
        }
    }
    let begun = seen.emptied();
    let of = |lines: &[Line<'_>]| {
        let mut part = begun.emptied();
        for (number, line) in lines {
            part.add_line(name, *number, &String::from_utf8_lossy(line));
        }
        part
    };
    let take = |part| {
        seen.merge(part);
        true
    };
    audit_log::in_parts(log, first, of, take)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn seen(text: &[u8]) -> Seen {
        let mut seen = Seen::default();
        read_lines(&mut seen, "log", &mut &*text).expect("a text is read");
        seen
    }

    #[test]
    fn a_table_of_many_parts_is_one_table() {
        let mut text = String::from("\n\nfrom,to,port,count\n");
        for number in 0..5_000 {
            writeln!(text, "a/b{},c/d,{},2", number % 3, number % 100 + 1).expect("a text grows");
        }
        text.push_str("wrong\n");
        let seen = seen(text.as_bytes());
        assert_eq!(seen.flows().len(), 300);
        assert_eq!(seen.flows().iter().map(|(_, it)| it.count).sum::<u64>(), 10_000);
        assert_eq!(seen.flows()[0].1.place(), "log:4");
        assert_eq!(
            seen.errors(),
            [
                "log:5004: has an end that is none of namespace/name, namespace/name[Kind], an address and a DNS name"
            ]
        );
    }

    #[test]
    fn bytes_that_are_no_text_hide_no_line() {
        let mut text = b"from,to,port\n\xff\xfe\n".to_vec();
        text.extend_from_slice(b"a/b,c/d,80");
        let seen = seen(&text);
        assert_eq!((seen.flows().len(), seen.unread()), (1, 1));
        assert!(Seen::default().flows().is_empty());
    }

    #[test]
    fn several_files_are_one_sum_and_what_is_not_there_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let plain = folder.path().join("one.csv");
        std::fs::write(&plain, "from,to,port\na/b,c/d,80\n").expect("a file");
        let packed = folder.path().join("two.csv.gz");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(b"port,to,from\n80,c/d,a/b\n").expect("bytes");
        std::fs::write(&packed, encoder.finish().expect("bytes")).expect("a file");
        let mut seen = Seen::default();
        for file in [&plain, &packed] {
            read(&mut seen, &file.to_string_lossy()).expect("it is there");
        }
        assert_eq!((seen.flows().len(), seen.flows()[0].1.count, seen.unread()), (1, 2, 0));
        let error = read(&mut seen, "/nowhere/flows").expect_err("it is not there");
        assert!(error.to_string().starts_with("failed to read /nowhere/flows"), "{error}");
    }
}
