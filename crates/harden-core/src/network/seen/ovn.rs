//! Logs of access control lists of OVN: `acl_log` in the log of ovn-controller or `/var/log/ovn/acl-audit-log.log`.

use super::record::{self, Aside, Flags, Reading, Record};
use super::sighting::NamedPolicy;
use super::{Format, end};
use crate::network::Fate;

pub(super) const FORMAT: Format = Format { name: "OVN ACL log", read };

fn read(line: &str) -> Option<Result<Reading, String>> {
    let Some((_, entry)) = line.split_once("|acl_log(") else {
        let is_of_ovn = line.split('|').nth(1).is_some_and(|it| it.parse::<u64>().is_ok());
        return is_of_ovn.then_some(Ok(Reading::Aside(Aside::Other)));
    };
    Some(parts(entry).ok_or_else(|| "is no whole entry of acl_log".to_owned()).map(Reading::from))
}

/// `ovn_pinctrl0)|INFO|name="…", verdict=drop, severity=alert, direction=to-lport: tcp,nw_src=…,tp_dst=8080`
fn parts(entry: &str) -> Option<Result<Record, Aside>> {
    let (_, entry) = entry.split_once("name=\"")?;
    let (name, entry) = entry.split_once('"')?;
    let (decision, packet) = entry.split_once(": ")?;
    let decided = |key: &str| {
        decision.split(", ").find_map(|it| it.trim().strip_prefix(key)?.strip_prefix('='))
    };
    let (protocol, packet) = packet.split_once(',')?;
    let field =
        |key: &str| packet.split(',').find_map(|it| it.trim().strip_prefix(key)?.strip_prefix('='));
    let fate = match decided("verdict")? {
        "allow" => Fate::Forwarded,
        "drop" | "reject" => Fate::Denied,
        "pass" => return Some(Err(Aside::NotFinal)),
        _ => return None,
    };
    let protocol = protocol.trim_end_matches('6');
    let source = field("tp_src").unwrap_or_default();
    let flags = field("tcp_flags").map(|it| {
        let is = |flag| it.split('|').any(|it| it == flag);
        Flags { syn: is("syn"), ack: is("ack") }
    });
    let port = record::port_of(protocol, source, field("tp_dst").unwrap_or_default(), flags);
    let (protocol, port) = match port {
        Ok(port) => port,
        Err(aside) => return Some(Err(aside)),
    };
    let from = end::address(field("nw_src").or_else(|| field("ipv6_src"))?)?;
    let to = end::address(field("nw_dst").or_else(|| field("ipv6_dst"))?)?;
    Some(Ok(Record {
        direction: decided("direction").and_then(record::direction),
        policies: policy(name).into_iter().collect(),
        ..Record::new(from, to, protocol, port, fate)
    }))
}

/// The policy by the name of its list, as OVN-Kubernetes gives it: `NP:db:web:Ingress:0`, `ANP:deny:Egress:1`. The
/// list by which a namespace denies what no policy allows is of none.
fn policy(name: &str) -> Option<NamedPolicy> {
    match *name.split(':').collect::<Vec<_>>() {
        ["NP", namespace, name, "Ingress" | "Egress", ..] => {
            NamedPolicy::read("NetworkPolicy", namespace, name)
        }
        ["ANP", name, ..] => NamedPolicy::read("AdminNetworkPolicy", "", name),
        ["BANP", name, ..] => NamedPolicy::read("BaselineAdminNetworkPolicy", "", name),
        ["EF", namespace, ..] => NamedPolicy::read("EgressFirewall", namespace, "default"),
        _ => None,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{denied_by, told};

    /// The shape of the samples in OVN-Kubernetes'
    /// `docs/features/network-security-controls/admin-network-policy.md`, and of those in OpenShift's "Audit logging
    /// for network security".
    pub(in super::super) const DENIED: &str = r#"2026-11-02T16:28:54.139Z|00004|acl_log(ovn_pinctrl0)|INFO|name="NP:db:Ingress", verdict=drop, severity=alert, direction=to-lport: tcp,vlan_tci=0x0000,dl_src=0a:58:0a:81:02:01,dl_dst=0a:58:0a:81:02:23,nw_src=10.131.0.39,nw_dst=10.129.2.35,nw_tos=0,nw_ecn=0,nw_ttl=62,nw_frag=no,tp_src=58496,tp_dst=8080,tcp_flags=syn"#;

    #[test]
    fn a_refusal_has_addresses_and_the_side() {
        assert_eq!(told(DENIED), "10.131.0.39 > 10.129.2.35 TCP 8080 Denied");
        assert_eq!(denied_by(DENIED), "ingress", "no policy is named");
        let by = |name: &str| denied_by(&DENIED.replace("NP:db:Ingress", name));
        assert_eq!(by("NP:db:web:Ingress:0"), "ingress NetworkPolicy db/web");
        assert_eq!(by("ANP:no-db:Egress:1"), "ingress AdminNetworkPolicy no-db");
        assert_eq!(by("BANP:default:Egress:1"), "ingress BaselineAdminNetworkPolicy default");
        assert_eq!(by("<unnamed>"), "ingress");
        let out = DENIED.replace("to-lport", "from-lport");
        assert_eq!(denied_by(&out), "egress");
    }

    #[test]
    fn old_entries_and_those_of_ipv6_are_read() {
        let old = DENIED.replace(", direction=to-lport", "").replace(",tcp_flags=syn", "");
        assert_eq!(told(&old), "10.131.0.39 > 10.129.2.35 TCP 8080 Denied");
        let six = DENIED.replace("tcp,", "udp6,").replace("nw_src=10.131.0.39", "ipv6_src=fd00::1");
        let six = six.replace("nw_dst=10.129.2.35", "ipv6_dst=fd00::2");
        assert_eq!(told(&six), "fd00::1 > fd00::2 UDP 8080 Denied");
    }

    #[test]
    fn replies_pings_and_other_lines_are_put_aside() {
        let icmp = DENIED.replace(": tcp,", ": icmp,");
        assert_eq!(told(&icmp), "NoPort");
        assert_eq!(told(&DENIED.replace("tcp_flags=syn", "tcp_flags=syn|ack")), "Reply");
        let back =
            DENIED.replace("58496", "8081").replace("8080,tcp_flags=syn", "58496,tcp_flags=ack");
        assert_eq!(told(&back), "Reply");
        assert_eq!(told(&DENIED.replace("=drop", "=pass")), "NotFinal");
        let other =
            "2026-11-02T16:28:54.139Z|00003|binding|INFO|Claiming lport db-0 for this chassis.";
        assert_eq!(told(other), "Other");
        for part in ["name=\"", "verdict=drop, ", "nw_src=10.131.0.39,", ": tcp"] {
            assert!(told(&DENIED.replace(part, "")).starts_with("unread"), "without {part}");
        }
    }
}
