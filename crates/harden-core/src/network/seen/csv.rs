//! A plain table of flows: comma-separated, with the names of its columns in the first line.

use super::end;
use super::record::{Reading, Record};
use crate::kubernetes::{PolicyPort, PortRange, Protocol};
use crate::network::{End, Fate, Flow};

pub(super) const NAME: &str = "CSV";

/// Which column is where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    from: usize,
    to: usize,
    port: usize,
    protocol: Option<usize>,
    verdict: Option<usize>,
    count: Option<usize>,
}

/// Words that Cilium has for who is no pod.
const ENTITIES: [&str; 9] = [
    "all",
    "cluster",
    "health",
    "host",
    "ingress",
    "kube-apiserver",
    "remote-node",
    "unmanaged",
    "world",
];

impl Header {
    /// Reads the first line, if it names at least `from`, `to` and `port`.
    pub(super) fn read(line: &str) -> Option<Self> {
        let columns: Vec<_> = fields(line)?.into_iter().map(|it| it.to_lowercase()).collect();
        let at = |name: &str| columns.iter().position(|it| it == name);
        Some(Self {
            from: at("from")?,
            to: at("to")?,
            port: at("port")?,
            protocol: at("protocol"),
            verdict: at("verdict"),
            count: at("count"),
        })
    }

    /// Reads another line.
    pub(super) fn row(&self, line: &str) -> Result<Record, String> {
        let fields = fields(line).ok_or("has a quotation mark that is not closed")?;
        let text = |at: usize| fields.get(at).map(|it| it.trim()).unwrap_or_default();
        let maybe = |at: Option<usize>| at.map(text).unwrap_or_default();
        let (protocol, port) = ports(text(self.port), maybe(self.protocol))?;
        let fate = match maybe(self.verdict).to_lowercase().as_str() {
            "" | "accept" | "accepted" | "allow" | "allowed" | "forwarded" => Fate::Forwarded,
            "denied" | "deny" | "drop" | "dropped" | "reject" | "rejected" => Fate::Denied,
            "audit" | "audited" => Fate::Audited,
            _ => return Err("has a verdict that is none of allowed, denied and audited".to_owned()),
        };
        let count = match maybe(self.count) {
            "" => 1,
            count => count.parse().map_err(|_| "has a count that is no number")?,
        };
        let (from, to) = (end(text(self.from))?, end(text(self.to))?);
        Ok(Record { count, ..Record::of(Flow { from, to, protocol, port, fate }) })
    }

    /// What another line says; the same names once more begin another table.
    pub(super) fn reading(&self, line: &str) -> Result<Reading, String> {
        if line.starts_with('#') || Self::read(line).as_ref() == Some(self) {
            return Ok(Reading::Nothing);
        }
        self.row(line).map(|it| Reading::Flow(Box::new(it)))
    }
}

/// `8080`, `8000-8100`, `http`, `53/udp`; nothing, `*` and `any` are all ports.
fn ports(port: &str, protocol: &str) -> Result<(Protocol, Option<PortRange>), String> {
    let named = match protocol {
        "" => None,
        name => {
            let name = name.to_uppercase();
            Some(Protocol::read(&name).ok_or("has a protocol that is none of TCP, UDP and SCTP")?)
        }
    };
    if matches!(port, "" | "*" | "any" | "all") {
        return Ok((named.unwrap_or_default(), None));
    }
    let port: PolicyPort = port.parse().map_err(|error| format!("has no port: it {error}"))?;
    Ok((named.unwrap_or(port.protocol), Some(port.port)))
}

/// `namespace/name`, `namespace/name[Kind]`, an address, a word of Cilium's or a DNS name.
fn end(text: &str) -> Result<End, String> {
    let known = if let Some((namespace, name)) = text.split_once('/') {
        match name.strip_suffix(']').and_then(|it| it.split_once('[')) {
            Some((name, "Pod")) => end::pod(namespace, name),
            Some((name, kind)) => end::workload(namespace, kind, name),
            None => end::workload(namespace, "", name),
        }
    } else if let Some(address) = end::address(text) {
        Some(address)
    } else if ENTITIES.contains(&text) {
        Some(End::Entity(text.to_owned()))
    } else {
        let name = text.trim_end_matches('.');
        let is_dns = name.contains('.') && end::is_name(name);
        is_dns.then(|| End::Name(name.to_lowercase()))
    };
    known.ok_or_else(|| {
        "has an end that is none of namespace/name, namespace/name[Kind], an address and a DNS name".to_owned()
    })
}

/// The fields of a line, of which some may stand in quotation marks.
fn fields(line: &str) -> Option<Vec<String>> {
    let (mut all, mut field, mut is_quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => all.push(std::mem::take(&mut field).trim().to_owned()),
            other => field.push(other),
        }
    }
    all.push(field.trim().to_owned());
    (!is_quoted).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{all_told, seen};

    #[test]
    fn a_table_has_its_columns_in_any_order() {
        let table = "Port,protocol,to,from,verdict\n5432,,db/postgres,team-a/web[Deployment],\n53,UDP,10.0.0.10,team-a/web-0[Pod],denied\n443,tcp,\"api.example.com\",kube-apiserver,Audit\n";
        let expected = [
            "team-a/web[Deployment] > db/postgres TCP 5432 Forwarded",
            "team-a/web-0[Pod] > 10.0.0.10 UDP 53 Denied",
            "kube-apiserver > api.example.com TCP 443 Audited",
        ];
        assert_eq!(all_told(table), expected);
    }

    #[test]
    fn ports_are_all_a_range_or_a_name() {
        let table = "from,to,port\na/b,c/d,\na/b,c/d,80-90\na/b,c/d,53/udp\na/b,c/d,http\n";
        let expected = [
            "a/b > c/d TCP all Forwarded",
            "a/b > c/d TCP 80-90 Forwarded",
            "a/b > c/d UDP 53 Forwarded",
            "a/b > c/d TCP http Forwarded",
        ];
        assert_eq!(all_told(table), expected);
    }

    #[test]
    fn a_line_that_is_wrong_is_named_and_the_others_are_read() {
        let rows = [
            "x,c/d,1",
            "a/b,c/d,0",
            "a/b,c/d,90-80",
            "a/b,,1",
            "a/b,\"c/d,1",
            "a/b c,d/e,1",
            "a/b,c/d,1",
        ];
        let table = format!(
            "from,to,port,protocol,verdict,count\n{}\na/b,c/d,1,icmp\na/b,c/d,1,,maybe\na/b,c/d,1,,,x\n",
            rows.join("\n")
        );
        let seen = seen(&table);
        assert_eq!((seen.flows().len(), seen.unread()), (1, 9));
        assert!(seen.errors()[0].starts_with("log:2: has an end that is none of"));
    }
}
