//! Logs as a whole: several formats, lines that are wrong, limits.

use std::fmt::Write as _;

use super::{MOST_FLOWS, Seen};
use crate::kubernetes::PortRange;
use crate::network::Flow;

/// What lines say.
pub(super) fn seen(text: &str) -> Seen {
    let mut seen = Seen::default();
    for (index, line) in text.lines().enumerate() {
        seen.add_line("log", index + 1, line);
    }
    seen
}

fn shown(flow: &Flow) -> String {
    let port = match &flow.port {
        None => "all".to_owned(),
        Some(PortRange::Number(port)) => port.to_string(),
        Some(PortRange::Range(first, last)) => format!("{first}-{last}"),
        Some(PortRange::Name(name)) => name.clone(),
    };
    format!("{} > {} {} {port} {:?}", flow.from, flow.to, flow.protocol, flow.fate)
}

/// All flows of a log.
pub(super) fn all_told(text: &str) -> Vec<String> {
    let mut told: Vec<_> =
        seen(text).flows().into_iter().map(|(flow, it)| (it.line, shown(flow))).collect();
    told.sort();
    told.into_iter().map(|(_, it)| it).collect()
}

/// What one line says: a flow, why it is none, or why it cannot be read.
pub(super) fn told(line: &str) -> String {
    let seen = seen(line);
    if let Some(error) = seen.errors().first() {
        return format!("unread: {error}");
    }
    let aside = seen.asides().next().map(|(it, _)| format!("{it:?}"));
    aside.unwrap_or_else(|| seen.flows().iter().map(|(flow, _)| shown(flow)).collect())
}

/// The sides at which a line says that it was judged, and the policies.
pub(super) fn denied_by(line: &str) -> String {
    let seen = seen(line);
    let mut words = Vec::new();
    for (_, sighting) in seen.flows() {
        words.extend(sighting.ingress.then(|| "ingress".to_owned()));
        words.extend(sighting.egress.then(|| "egress".to_owned()));
        words.extend(sighting.policies.iter().map(ToString::to_string));
    }
    words.join(" ")
}

/// A line of each form of each format.
const SAMPLES: [&str; 17] = [
    super::antrea::tests::DENIED,
    super::antrea::tests::REFUSED,
    super::antrea::tests::ALLOWED,
    super::aws::tests::DENIED,
    super::aws::tests::OLD,
    super::aws::tests::SENT,
    super::calico::tests::ENTERPRISE,
    super::calico::tests::WHISKER,
    super::calico_log::tests::KERNEL,
    super::calico_log::tests::TRACE,
    super::cilium_monitor::tests::DROP,
    super::cilium_monitor::tests::VERDICT,
    super::cilium_monitor::tests::JSON,
    super::gke::tests::DENIED,
    super::hubble::tests::EXPORTED,
    super::hubble::tests::WHOLE,
    super::ovn::tests::DENIED,
];

/// A line is a flow, is put aside or is not read, and what it names can be printed.
fn hold(line: &str) {
    let seen = seen(line);
    let asides: u64 = seen.asides().map(|(_, count)| count).sum();
    let flows = seen.flows();
    assert_eq!(flows.len() as u64 + asides + seen.unread(), seen.lines(), "{line}");
    for (flow, sighting) in flows {
        let named: String = sighting.policies.iter().map(ToString::to_string).collect();
        let text = format!("{}{named}", shown(flow));
        assert!(!text.chars().any(char::is_control), "{line}: {text}");
        assert!(text.len() < 2_000, "{line}: {text}");
    }
    assert!(!seen.gaps().concat().chars().any(char::is_control), "{line}");
}

#[test]
fn no_value_of_a_wrong_kind_and_no_broken_line_does_harm() {
    for sample in SAMPLES {
        assert!(told(sample).contains(" > "), "{sample}");
        let bytes: Vec<_> = sample.char_indices().map(|(at, _)| at).collect();
        for at in &bytes {
            hold(&sample[..*at]);
            hold(&sample[*at..]);
            for odd in ["\u{1b}[31m", "\"", "\u{202e}", "{", "/", ":"] {
                hold(&format!("{}{odd}{}", &sample[..*at], &sample[*at..]));
            }
        }
        for word in sample.split([' ', ',', ';', '=', ':']).filter(|it| !it.is_empty()) {
            for odd in ["", "0", "-1", "65536", "<nil>", "\u{7}", "a/b/c", "::1"] {
                hold(&sample.replace(word, odd));
            }
        }
        hold(&sample.repeat(2));
    }
}

#[test]
fn every_field_may_be_of_any_kind_or_missing() {
    let kinds = [
        "null",
        "\"\"",
        "\"\\u001b[31m\"",
        "0",
        "-1",
        "1.5",
        "1e99",
        "true",
        "[]",
        "{}",
        "[null]",
        "[[]]",
    ];
    let mut tried = 0;
    for sample in SAMPLES.into_iter().filter(|it| it.starts_with('{')) {
        let whole: serde_json::Value = serde_json::from_str(sample).expect("a sample is JSON");
        for path in paths(&whole) {
            for kind in kinds {
                let mut line = whole.clone();
                *line.pointer_mut(&path).expect("it is there") =
                    serde_json::from_str(kind).unwrap_or_default();
                hold(&line.to_string());
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "only {tried} lines");
}

/// The pointers to everything in a value.
fn paths(value: &serde_json::Value) -> Vec<String> {
    let below: Vec<(String, &serde_json::Value)> = match value {
        serde_json::Value::Object(map) => {
            map.iter().map(|(key, it)| (key.replace('~', "~0").replace('/', "~1"), it)).collect()
        }
        serde_json::Value::Array(all) => {
            all.iter().enumerate().map(|(at, it)| (at.to_string(), it)).collect()
        }
        _ => Vec::new(),
    };
    let below = below.into_iter().flat_map(|(key, it)| {
        std::iter::once(format!("/{key}"))
            .chain(paths(it).into_iter().map(move |rest| format!("/{key}{rest}")))
    });
    below.collect()
}

const ACL: &str = r#"2026-11-02T16:28:54.139Z|00004|acl_log(ovn_pinctrl0)|INFO|name="NP:db:Ingress", verdict=drop, severity=alert, direction=to-lport: tcp,vlan_tci=0x0000,nw_src=10.131.0.39,nw_dst=10.129.2.35,tp_src=58496,tp_dst=8080,tcp_flags=syn"#;
const MONITOR: &str = "xx drop (Policy denied) flow 0x0 to endpoint 0, identity 48447->world: 10.131.0.39:58496 -> 10.129.2.35:8080 tcp SYN";

#[test]
fn equal_flows_are_one_with_the_first_line_and_the_count() {
    let text = format!("{ACL}\n\n{}\n{MONITOR}\n", ACL.replace("58496", "58497"));
    let seen = seen(&text);
    let flows = seen.flows();
    assert_eq!(flows.len(), 1, "whichever port the client had, and whoever wrote it");
    assert_eq!((flows[0].1.count, flows[0].1.place().as_str()), (3, "log:1"));
    assert_eq!(seen.lines(), 3);
}

#[test]
fn lines_that_cannot_be_read_are_counted_and_end_nothing() {
    let text = format!("garbage\n{{\"a\":1}}\n{{\"flow\":\n[\n[{{}}]\n\u{0}\u{1b}[31m\n{ACL}\n");
    let seen = seen(&text);
    assert_eq!((seen.flows().len(), seen.unread()), (1, 6));
    assert_eq!(
        seen.errors()[..4],
        [
            "log:1: is no flow of a format that is known",
            "log:2: is no flow of a format that is known",
            "log:3: is no whole JSON: EOF while parsing a value at line 1 column 8",
            "log:4: is a part of JSON that goes over several lines: write one object in a line, as `jq -c` does",
        ]
    );
    assert!(seen.gaps()[0].starts_with("6 lines could not be read, the first: log:1: "));
}

#[test]
fn parts_come_to_the_same_as_the_whole() {
    let mut text = String::from("from,to,port\n");
    for port in 1..500 {
        writeln!(text, "a/b{},c/d,{}", port % 7, port % 50 + 1).expect("a text grows");
    }
    text.push_str("wrong\n");
    let whole = seen(&text);
    let lines: Vec<_> = text.lines().enumerate().map(|(index, line)| (index + 1, line)).collect();
    let mut merged = Seen::default();
    merged.add_line("log", 1, lines[0].1);
    let begun = merged.emptied();
    for part in lines[1..].chunks(37) {
        let mut seen = begun.emptied();
        for (number, line) in part {
            seen.add_line("log", *number, line);
        }
        merged.merge(seen);
    }
    assert_eq!(merged.flows(), whole.flows());
    assert_eq!((merged.unread(), merged.errors()), (whole.unread(), whole.errors()));
}

#[test]
fn a_table_ends_with_its_file() {
    let mut seen = Seen::default();
    seen.add_line("one.csv", 1, "\u{feff}from,to,port");
    seen.add_line("one.csv", 2, "a/b,c/d,80");
    seen.add_line("two.log", 1, ACL);
    seen.add_line("two.log", 2, "a/b,c/d,81");
    assert_eq!((seen.flows().len(), seen.unread()), (2, 1));
}

#[test]
fn what_there_is_no_room_for_is_counted() {
    let mut seen = Seen::default();
    seen.add_line("log", 1, "from,to,port,count");
    for number in 0..MOST_FLOWS + 3 {
        seen.add_line("log", number + 2, &format!("a/n{number},c/d,80,2"));
    }
    seen.add_line("log", 1, "a/n0,c/d,80,2");
    assert_eq!(seen.flows().len(), MOST_FLOWS);
    assert_eq!(
        seen.gaps(),
        ["there are more than 100000 different flows: 6 sightings of the others are left out"]
    );
}

#[test]
fn a_line_without_an_end_is_not_looked_at() {
    let long = format!("{ACL},{}", "x".repeat(1 << 20));
    assert_eq!(told(&long), "unread: log:1: is longer than 1 MiB");
}
