//! What `cilium-dbg monitor` prints of drops and of verdicts of policies, as text and as JSON.

use serde::Deserialize;

use super::json::{self, Word, or_default};
use super::record::{self, Aside, Flags, Reading, Record};
use super::{Format, end};
use crate::network::{Direction, End, Fate};

pub(super) const FORMAT: Format = Format { name: "Cilium monitor", read };

fn read(line: &str) -> Option<Result<Reading, String>> {
    let whole = |entry: Option<Result<Record, Aside>>| {
        Some(
            entry
                .ok_or_else(|| "is no whole line of cilium-dbg monitor".to_owned())
                .map(Reading::from),
        )
    };
    if let Some((_, drop)) = line.split_once("xx drop (") {
        return whole(dropped(drop));
    }
    if let Some((_, verdict)) = line.split_once("Policy verdict log: ") {
        return whole(judged(verdict));
    }
    if let Some(object) = json::object(line) {
        let is_drop = object.contains("\"srcLabel\"") && object.contains("\"dstLabel\"");
        return is_drop.then(|| json::read::<Drop<'_>>(object).map(|it| it.record().into()));
    }
    let is_of_monitor =
        ["Listening for events on ", "Press Ctrl-C", "-> ", "<- ", "CPU ", "level="];
    let is_of_monitor = is_of_monitor.iter().any(|it| line.starts_with(it));
    is_of_monitor.then_some(Ok(Reading::Aside(Aside::Other)))
}

/// `Policy denied) flow 0x0 to endpoint 0, ifindex 29, file bpf_lxc.c:1274, , identity 48447->world: 10.0.0.1:45830 ->
/// 192.0.2.1:80 tcp SYN`
fn dropped(text: &str) -> Option<Result<Record, Aside>> {
    let (reason, rest) = text.split_once(") ")?;
    if !is_of_policy(reason) {
        return Some(Err(Aside::OtherDrop));
    }
    let (_, rest) = rest.split_once("identity ")?;
    let (identities, connection) = rest.split_once(": ")?;
    let (from, to) = identities.split_once("->")?;
    packet(connection, Fate::Denied, None, [from, to])
}

/// `flow 0x0 local EP ID 1687, remote ID 2, proto 6, ingress, action audit, match none, 10.0.2.2:47500 -> 10.0.2.15:6443
/// tcp SYN`
fn judged(text: &str) -> Option<Result<Record, Aside>> {
    let mut parts = text.split(", ");
    let connection = text.rsplit(", ").next()?;
    let fate = match parts.clone().find_map(|it| it.strip_prefix("action "))? {
        "allow" | "redirect" => Fate::Forwarded,
        "deny" => Fate::Denied,
        "audit" => Fate::Audited,
        _ => return Some(Err(Aside::NotFinal)),
    };
    let remote = parts.clone().find_map(|it| it.strip_prefix("remote ID "))?;
    let direction = parts.find_map(record::direction);
    let identities = match direction {
        Some(Direction::Ingress) => [remote, ""],
        Some(Direction::Egress) => ["", remote],
        None => ["", ""],
    };
    // Flags of TCP are parted by commas as well: `tcp SYN, ACK`.
    let connection = if connection.contains(" -> ") {
        connection
    } else {
        let at = text.find(" -> ")?;
        let start = text.get(..at)?.rfind(", ")? + 2;
        text.get(start..)?
    };
    packet(connection, fate, direction, identities)
}

/// `10.0.0.1:45830 -> 192.0.2.1:80 tcp SYN`, `[fd00::1]:1 -> [fd00::2]:80 udp`, `10.0.0.1 -> 10.0.0.2 EchoRequest`
fn packet(
    text: &str,
    fate: Fate,
    direction: Option<Direction>,
    identities: [&str; 2],
) -> Option<Result<Record, Aside>> {
    let (from, rest) = text.split_once(" -> ")?;
    let mut words = rest.split([' ', ',']).filter(|it| !it.is_empty());
    let (to, protocol) = (words.next()?, words.next().unwrap_or_default());
    if !matches!(protocol, "tcp" | "udp" | "sctp") {
        return Some(Err(Aside::NoPort));
    }
    let ((from, source), (to, destination)) = (from.rsplit_once(':')?, to.rsplit_once(':')?);
    let flags: Vec<_> = words.collect();
    let is = |flag| flags.contains(&flag);
    let flags = (protocol == "tcp").then(|| Flags { syn: is("SYN"), ack: is("ACK") });
    let (protocol, port) = match record::port_of(protocol, source, destination, flags) {
        Ok(port) => port,
        Err(aside) => return Some(Err(aside)),
    };
    let [of_from, of_to] = identities;
    let (from, to) = (outside(of_from, from)?, outside(of_to, to)?);
    Some(Ok(Record { direction, ..Record::new(from, to, protocol, port, fate) }))
}

/// Who has a reserved identity, or an address: the numbers of others mean nothing outside of their cluster.
fn outside(identity: &str, address: &str) -> Option<End> {
    let reserved = end::reserved(|number, name| identity == number || identity == name);
    let word = reserved.filter(|it| !it.starts_with("world"));
    word.map(|it| End::Entity(it.to_owned())).or_else(|| end::address(address))
}

/// `Policy denied`, `Policy denied (L3)`, `Policy denied by denylist`.
fn is_of_policy(reason: &str) -> bool {
    reason.starts_with("Policy denied")
}

/// A drop as JSON: `DropNotifyVerbose` in Cilium's `pkg/monitor`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Drop<'j> {
    #[serde(borrow, default)]
    r#type: Word<'j>,
    #[serde(borrow, default)]
    reason: Word<'j>,
    #[serde(borrow, default)]
    src_label: Word<'j>,
    #[serde(borrow, default)]
    dst_label: Word<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    summary: Summary<'j>,
}

#[derive(Default, Deserialize)]
struct Summary<'j> {
    #[serde(borrow, default)]
    tcp: Word<'j>,
    #[serde(borrow, default)]
    udp: Word<'j>,
    #[serde(borrow, default)]
    sctp: Word<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    l3: Ends<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    l4: Ends<'j>,
}

#[derive(Default, Deserialize)]
struct Ends<'j> {
    #[serde(borrow, default)]
    src: Word<'j>,
    #[serde(borrow, default)]
    dst: Word<'j>,
}

impl Drop<'_> {
    fn record(&self) -> Result<Record, Aside> {
        if *self.r#type != *"drop" {
            return Err(Aside::NotFinal);
        }
        if !is_of_policy(&self.reason) {
            return Err(Aside::OtherDrop);
        }
        let Summary { tcp, udp, sctp, l3, l4 } = &self.summary;
        let protocols = [("tcp", tcp), ("udp", udp), ("sctp", sctp)];
        let (protocol, layer) =
            protocols.into_iter().find(|(_, it)| !it.is_empty()).ok_or(Aside::NoPort)?;
        let is = |flag| layer.contains(flag);
        let flags = (protocol == "tcp").then(|| Flags { syn: is("SYN=true"), ack: is("ACK=true") });
        let number = |it: &str| it.split('(').next().unwrap_or_default().to_owned();
        let (protocol, port) =
            record::port_of(protocol, &number(&l4.src), &number(&l4.dst), flags)?;
        let from = outside(&self.src_label, &l3.src).ok_or(Aside::NoEnd)?;
        let to = outside(&self.dst_label, &l3.dst).ok_or(Aside::NoEnd)?;
        Ok(Record::new(from, to, protocol, port, Fate::Denied))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{denied_by, told};

    /// The shapes of the samples in Cilium's `Documentation/operations/troubleshooting.rst` and
    /// `Documentation/security/host-firewall.rst`, and of `DumpInfo` in `pkg/monitor/datapath_drop.go`.
    pub(in super::super) const DROP: &str = "xx drop (Policy denied) flow 0xfddd76f6 to endpoint 0, ifindex 29, file bpf_lxc.c:1274, , identity 48447->world: 10.0.0.149:45830 -> 192.0.2.14:80 tcp SYN";
    pub(in super::super) const VERDICT: &str = "Policy verdict log: flow 0x0 local EP ID 1687, remote ID 1, proto 6, ingress, action audit, auth: disabled, match none, 10.0.2.2:47500 -> 10.0.2.15:6443 tcp SYN";
    /// The fields of `DropNotifyVerbose` and `DissectSummary` in `pkg/monitor`.
    pub(in super::super) const JSON: &str = r#"{"cpu":"CPU 01:","type":"drop","mark":"0xfddd76f6","reason":"Policy denied","source":404,"bytes":74,"srcLabel":48447,"dstLabel":2,"dstID":0,"Line":1274,"File":2,"ExtError":0,"Ifindex":29,"summary":{"ethernet":"Ethernet","ipv4":"IPv4","tcp":"TCP\t{SrcPort=45830 DstPort=80(http) FIN=false SYN=true RST=false PSH=false ACK=false}","l2":{"src":"0e:01","dst":"0e:02"},"l3":{"src":"10.0.0.149","dst":"192.0.2.14"},"l4":{"src":"45830","dst":"80(http)"}}}"#;

    #[test]
    fn drops_and_verdicts_are_read() {
        assert_eq!(told(DROP), "10.0.0.149 > 192.0.2.14 TCP 80 Denied");
        assert_eq!(told(JSON), told(DROP));
        assert_eq!(told(VERDICT), "host > 10.0.2.15 TCP 6443 Audited");
        assert_eq!(denied_by(VERDICT), "ingress");
        assert!(told(&VERDICT.replace("audit", "deny")).ends_with("Denied"));
        assert!(told(&VERDICT.replace("audit", "allow")).ends_with("Forwarded"));
        let six =
            DROP.replace("10.0.0.149:", "[fd00::1]:").replace("192.0.2.14:80", "[fd00::2]:53");
        assert_eq!(told(&six.replace("tcp SYN", "udp")), "fd00::1 > fd00::2 UDP 53 Denied");
        let old = "xx drop (Policy denied (L3)) to endpoint 25729, identity 261->264: 10.11.13.37:50000 -> 10.11.101.61:80 tcp SYN";
        assert_eq!(told(old), "10.11.13.37 > 10.11.101.61 TCP 80 Denied");
    }

    #[test]
    fn other_drops_pings_and_replies_are_put_aside() {
        assert_eq!(told(&DROP.replace("Policy denied", "Stale or unroutable IP")), "OtherDrop");
        assert_eq!(told(&JSON.replace("Policy denied", "Invalid source ip")), "OtherDrop");
        let ping = DROP.replace(
            "10.0.0.149:45830 -> 192.0.2.14:80 tcp SYN",
            "10.0.0.1 -> 10.0.0.2 EchoRequest",
        );
        assert_eq!(told(&ping), "NoPort");
        assert_eq!(told(&VERDICT.replace("SYN", "SYN, ACK")), "Reply");
        assert_eq!(told("Listening for events on 2 CPUs with 64x4096 of shared memory"), "Other");
        assert!(told(&DROP.replace("identity ", "")).starts_with("unread"));
        assert!(told(&JSON.replace("\"summary\":{", "\"summary\":[{")).starts_with("unread"));
    }
}
