//! Logs of the network policy agent of the AWS VPC CNI: its file on each node, and what it sends to CloudWatch.

use serde::Deserialize;

use super::json::{self, Word};
use super::record::{self, Aside, Reading, Record};
use super::{Format, end};
use crate::network::Fate;

pub(super) const FORMAT: Format = Format { name: "AWS network policy agent", read };

/// A line of the file: before version 1.2 the parts were fields, since then they are in the message.
#[derive(Deserialize)]
struct Line<'j> {
    #[serde(borrow, default)]
    msg: Word<'j>,
    #[serde(borrow, default, rename = "Src IP")]
    source: Word<'j>,
    #[serde(borrow, default, rename = "Src Port")]
    source_port: Word<'j>,
    #[serde(borrow, default, rename = "Dest IP")]
    destination: Word<'j>,
    #[serde(borrow, default, rename = "Dest Port")]
    destination_port: Word<'j>,
    #[serde(borrow, default, rename = "Proto")]
    protocol: Word<'j>,
    #[serde(borrow, default, rename = "Verdict")]
    verdict: Word<'j>,
}

/// What a line says, whatever its form.
#[derive(Default)]
struct Parts<'l> {
    source: &'l str,
    source_port: &'l str,
    destination: &'l str,
    destination_port: &'l str,
    protocol: &'l str,
    verdict: &'l str,
    direction: &'l str,
}

const WHOLE: &str = "is no whole entry of the network policy agent";

fn read(line: &str) -> Option<Result<Reading, String>> {
    if let Some(at) = line.find("SIP: ").filter(|_| line.contains("PolicyVerdict: ")) {
        let entry = line.get(at..).and_then(sent);
        return Some(entry.ok_or_else(|| WHOLE.to_owned()).map(Reading::from));
    }
    let object = json::object(line)?;
    if !object.contains("Flow Info") {
        // The agent writes of other things, too.
        let is_of_agent = ["\"level\"", "\"ts\"", "\"msg\""].iter().all(|it| object.contains(it));
        return is_of_agent.then_some(Ok(Reading::Aside(Aside::Other)));
    }
    Some(json::read::<Line<'_>>(object).and_then(|line| {
        let parts = if line.source.is_empty() {
            message(&line.msg)
        } else {
            Parts {
                source: &line.source,
                source_port: &line.source_port,
                destination: &line.destination,
                destination_port: &line.destination_port,
                protocol: &line.protocol,
                verdict: &line.verdict,
                direction: "",
            }
        };
        parts.record().ok_or_else(|| WHOLE.to_owned()).map(Reading::from)
    }))
}

/// `Flow Info: Src IP: 10.0.0.1 Src Port: 1 Dest IP: 10.0.0.2 Dest Port: 80 Proto TCP Verdict DENY Direction egress,
/// Tier DEFAULT`, with colons for IPv6.
fn message(text: &str) -> Parts<'_> {
    let after = |key: &str| {
        let (_, rest) = text.split_once(key)?;
        rest.trim_start_matches(':')
            .split_ascii_whitespace()
            .next()
            .map(|it| it.trim_end_matches(','))
    };
    Parts {
        source: after("Src IP").unwrap_or_default(),
        source_port: after("Src Port").unwrap_or_default(),
        destination: after("Dest IP").unwrap_or_default(),
        destination_port: after("Dest Port").unwrap_or_default(),
        protocol: after(" Proto").unwrap_or_default(),
        verdict: after(" Verdict").unwrap_or_default(),
        direction: after(" Direction").unwrap_or_default(),
    }
}

/// `SIP: 10.0.0.1;SPORT: 1;DIP: 10.0.0.2;DPORT: 80;PROTOCOL: TCP;PolicyVerdict: DENY;Tier: DEFAULT`
fn sent(text: &str) -> Option<Result<Record, Aside>> {
    let part = |key: &str| {
        let part = text.split(';').find_map(|it| it.trim().strip_prefix(key)?.strip_prefix(": "));
        part.unwrap_or_default().trim_end_matches(['"', '}'])
    };
    Parts {
        source: part("SIP"),
        source_port: part("SPORT"),
        destination: part("DIP"),
        destination_port: part("DPORT"),
        protocol: part("PROTOCOL"),
        verdict: part("PolicyVerdict"),
        direction: "",
    }
    .record()
}

impl Parts<'_> {
    fn record(&self) -> Option<Result<Record, Aside>> {
        let fate = match self.verdict {
            "ACCEPT" => Fate::Forwarded,
            "DENY" => Fate::Denied,
            "" => return None,
            _ => return Some(Err(Aside::NotFinal)),
        };
        let (from, to) = (end::address(self.source)?, end::address(self.destination)?);
        let port = record::port_of(self.protocol, self.source_port, self.destination_port, None);
        Some(port.map(|(protocol, port)| Record {
            direction: record::direction(self.direction),
            ..Record::new(from, to, protocol, port, fate)
        }))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{denied_by, told};

    /// As `pkg/ebpf/events/events.go` of aws-network-policy-agent writes it since version 1.2.2.
    pub(in super::super) const DENIED: &str = r#"{"level":"info","ts":"2026-04-13T21:18:46.888Z","caller":"events/events.go:270","msg":"Flow Info: Src IP: 10.0.1.28 Src Port: 55484 Dest IP: 10.0.1.132 Dest Port: 80 Proto TCP Verdict DENY Direction egress, Tier NETWORK_POLICY"}"#;
    /// The same of version 1.0, from the page "Troubleshooting Kubernetes network policies" of the EKS user guide.
    pub(in super::super) const OLD: &str = r#"{"level":"info","ts":"2026-09-23T12:36:53.562Z","logger":"ebpf-client","msg":"Flow Info: ","Src IP":"10.0.1.28","Src Port":55484,"Dest IP":"10.0.1.132","Dest Port":80,"Proto":"TCP","Verdict":"DENY"}"#;
    /// The message to CloudWatch, from the same file of the agent.
    pub(in super::super) const SENT: &str = "Node: ip-10-0-1-2.ec2.internal;SIP: 10.0.1.28;SPORT: 55484;DIP: 10.0.1.132;DPORT: 80;PROTOCOL: TCP;PolicyVerdict: DENY;Tier: DEFAULT";

    #[test]
    fn all_three_forms_say_the_same() {
        let expected = "10.0.1.28 > 10.0.1.132 TCP 80 Denied";
        for line in [DENIED, OLD, SENT] {
            assert_eq!(told(line), expected, "{line}");
        }
        let event = format!(r#"{{"timestamp":1,"message":"{SENT}"}}"#);
        assert_eq!(told(&event), expected);
        assert_eq!(denied_by(DENIED), "egress");
        assert_eq!(denied_by(OLD), "");
    }

    #[test]
    fn addresses_of_ipv6_come_with_colons() {
        let six = DENIED
            .replace("10.0.1.28", "2600:1f14::5")
            .replace("10.0.1.132", "2600:1f14::2")
            .replace(
                "Proto TCP Verdict DENY Direction egress, Tier N",
                "Proto: TCP Verdict: DENY Direction: egress Tier: N",
            );
        assert_eq!(told(&six), "2600:1f14::5 > 2600:1f14::2 TCP 80 Denied");
        assert_eq!(denied_by(&six), "egress");
    }

    #[test]
    fn what_is_no_connection_is_put_aside() {
        assert!(told(&DENIED.replace("DENY", "ACCEPT")).ends_with("Forwarded"));
        assert_eq!(told(&DENIED.replace("DENY", "EXPIRED/DELETED")), "NotFinal");
        assert_eq!(told(&DENIED.replace(" TCP", " ICMP")), "NoPort");
        // A reply that is denied because its connection was forgotten, as the tests of the agent look for it.
        let back = DENIED.replace("55484", "443").replace("Port: 80", "Port: 42188");
        assert_eq!(told(&back), "Reply");
        let other =
            r#"{"level":"info","ts":"2026-05-31T21:57:46.926Z","msg":"Conntrack cleanup Delete"}"#;
        assert_eq!(told(other), "Other");
        assert!(told(&DENIED.replace("Verdict DENY", "")).starts_with("unread"));
        assert!(told(&SENT.replace("10.0.1.28", "x")).starts_with("unread"));
    }
}
