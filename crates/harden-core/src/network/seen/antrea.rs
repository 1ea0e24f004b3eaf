//! Logs of policies of Antrea: `/var/log/antrea/networkpolicy/np.log` on each node.

use super::record::{self, Aside, Reading, Record};
use super::sighting::NamedPolicy;
use super::{Format, end};
use crate::network::{Direction, End, Fate};

pub(super) const FORMAT: Format = Format { name: "Antrea np.log", read };

/// `DATE TIME TABLE POLICY RULE DIRECTION ACTION PRIORITY APPLIED-TO FROM PORT TO PORT PROTOCOL LENGTH LABEL`, and
/// `[N packets in TIME]` where several are one line.
fn read(line: &str) -> Option<Result<Reading, String>> {
    let words: Vec<_> = line.split_ascii_whitespace().collect();
    let is_date = |it: &&&str| it.len() == 10 && it.matches('/').count() == 2;
    words.first().filter(is_date)?;
    let table = words.get(2)?;
    if !["IngressRule", "EgressRule", "DefaultRule", "Table", "Output"]
        .iter()
        .any(|it| table.ends_with(it))
    {
        return None;
    }
    let entry = entry(line, &words).ok_or_else(|| "is no whole entry of np.log".to_owned());
    Some(entry.map(Reading::from))
}

fn entry(line: &str, words: &[&str]) -> Option<Result<Record, Aside>> {
    let policy = words.get(3)?;
    // The name of a rule comes before, and may be several words.
    let at = words.windows(2).skip(4).position(|it| {
        matches!(*it, ["Ingress" | "Egress", "Allow" | "Drop" | "Reject" | "Pass" | "Redirect"])
    })? + 4;
    let [side, action, _, applied_to, from, source, to, destination, protocol, ..] =
        *words.get(at..)?
    else {
        return None;
    };
    let fate = match action {
        "Allow" | "Redirect" => Fate::Forwarded,
        "Drop" | "Reject" => Fate::Denied,
        _ => return Some(Err(Aside::NotFinal)),
    };
    let (protocol, port) = match record::port_of(protocol, source, destination, None) {
        Ok(port) => port,
        Err(aside) => return Some(Err(aside)),
    };
    let direction = record::direction(side)?;
    let (from, to) = (end::address(from)?, end::address(to)?);
    let applied =
        applied_to.split_once('/').and_then(|(namespace, name)| end::pod(namespace, name));
    let (from, to): (End, End) = match (applied, direction) {
        (Some(pod), Direction::Ingress) => (from, pod),
        (Some(pod), Direction::Egress) => (pod, to),
        (None, _) => (from, to),
    };
    Some(Ok(Record {
        count: packets(line).unwrap_or(1),
        direction: Some(direction),
        policies: named(policy).into_iter().collect(),
        ..Record::new(from, to, protocol, port, fate)
    }))
}

fn packets(line: &str) -> Option<u64> {
    let (_, end) = line.rsplit_once(" [")?;
    end.split_once(" packets in ")?.0.parse().ok()
}

/// `K8sNetworkPolicy:default/web`, `AntreaClusterNetworkPolicy:deny`; of the default that denies there is none.
fn named(reference: &str) -> Option<NamedPolicy> {
    let (kind, name) = reference.split_once(':')?;
    let kind = match kind {
        "K8sNetworkPolicy" => "NetworkPolicy",
        "K8sClusterNetworkPolicy" => "ClusterNetworkPolicy",
        other => other,
    };
    let (namespace, name) = name.split_once('/').unwrap_or(("", name));
    NamedPolicy::read(kind, namespace, name)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{denied_by, seen, told};

    /// The shapes of the examples in Antrea's `docs/antrea-network-policy.md`.
    pub(in super::super) const DENIED: &str = "2026/07/04 12:33:26.221413 IngressDefaultRule K8sNetworkPolicy <nil> Ingress Drop <nil> db/postgres-0 10.10.1.13 41000 10.10.1.7 5432 TCP 60 <nil>";
    pub(in super::super) const REFUSED: &str = "2026/07/03 23:24:37.424024 AntreaPolicyEgressRule AntreaNetworkPolicy:team-a/no-db No DB at all Egress Reject 14500 team-a/web-0 10.10.1.7 41001 10.10.2.3 5432 TCP 60 a-label [2 packets in 1.000855539s]";
    pub(in super::super) const ALLOWED: &str = "2026/07/04 12:31:02.801442 IngressRule K8sNetworkPolicy:db/allow-web <nil> Ingress Allow 190 db/postgres-0 10.10.1.13 57050 10.10.1.7 5432 TCP 60 <nil>";

    #[test]
    fn each_action_is_a_fate_with_its_policy() {
        assert_eq!(told(DENIED), "10.10.1.13 > db/postgres-0[Pod] TCP 5432 Denied");
        assert_eq!(denied_by(DENIED), "ingress");
        assert_eq!(told(REFUSED), "team-a/web-0[Pod] > 10.10.2.3 TCP 5432 Denied");
        assert_eq!(denied_by(REFUSED), "egress AntreaNetworkPolicy team-a/no-db");
        assert_eq!(seen(REFUSED).flows()[0].1.count, 2);
        assert!(told(ALLOWED).ends_with("Forwarded"));
        assert_eq!(denied_by(ALLOWED), "ingress NetworkPolicy db/allow-web");
        let unknown = DENIED.replace("db/postgres-0", "<nil>");
        assert_eq!(told(&unknown), "10.10.1.13 > 10.10.1.7 TCP 5432 Denied");
    }

    #[test]
    fn pings_replies_and_what_is_passed_on_are_put_aside() {
        let icmp = DENIED.replace("41000", "<nil>").replace("5432 TCP", "<nil> ICMP");
        assert_eq!(told(&icmp), "NoPort");
        assert_eq!(told(&REFUSED.replace("Reject", "Pass")), "NotFinal");
        assert_eq!(told(&DENIED.replace("41000", "80").replace("5432", "41000")), "Reply");
        assert!(
            told("2026/07/04 12:33:26.221413 IngressDefaultRule K8sNetworkPolicy")
                .starts_with("unread")
        );
    }
}
