//! Logs of network policies of GKE's Dataplane V2: `policy-action` in Cloud Logging, and the files on nodes.

use serde::Deserialize;

use super::json::{self, Word, or_default};
use super::record::{self, Aside, Reading, Record};
use super::sighting::NamedPolicy;
use super::{Format, end};
use crate::network::{End, Fate};

pub(super) const FORMAT: Format = Format { name: "GKE network policy logging", read };

/// An entry as Cloud Logging exports it.
#[derive(Deserialize)]
struct Exported<'j> {
    #[serde(borrow, rename = "jsonPayload")]
    payload: Entry<'j>,
}

#[derive(Deserialize)]
struct Entry<'j> {
    #[serde(borrow, default, deserialize_with = "or_default")]
    connection: Connection<'j>,
    #[serde(borrow, default)]
    disposition: Word<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    policies: Vec<Policy<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    src: Party<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    dest: Party<'j>,
    #[serde(borrow, default)]
    count: Word<'j>,
}

#[derive(Default, Deserialize)]
struct Connection<'j> {
    #[serde(borrow, default)]
    src_ip: Word<'j>,
    #[serde(borrow, default)]
    dest_ip: Word<'j>,
    #[serde(borrow, default)]
    dest_port: Word<'j>,
    #[serde(borrow, default)]
    protocol: Word<'j>,
    #[serde(borrow, default)]
    direction: Word<'j>,
}

#[derive(Deserialize)]
struct Policy<'j> {
    #[serde(borrow, default)]
    kind: Word<'j>,
    #[serde(borrow, default)]
    namespace: Word<'j>,
    #[serde(borrow, default)]
    name: Word<'j>,
}

#[derive(Default, Deserialize)]
struct Party<'j> {
    #[serde(borrow, default)]
    namespace: Word<'j>,
    #[serde(borrow, default)]
    pod_namespace: Word<'j>,
    #[serde(borrow, default)]
    pod_name: Word<'j>,
    #[serde(borrow, default)]
    workload_kind: Word<'j>,
    #[serde(borrow, default)]
    workload_name: Word<'j>,
    #[serde(borrow, default)]
    node_name: Word<'j>,
}

fn read(line: &str) -> Option<Result<Reading, String>> {
    let object = json::object(line)?;
    if !object.contains("\"disposition\"") || !object.contains("\"connection\"") {
        return None;
    }
    let entry = if object.contains("\"jsonPayload\"") {
        json::read::<Exported<'_>>(object).map(|it| it.payload)
    } else {
        json::read(object)
    };
    Some(entry.map(|it: Entry<'_>| it.record().into()))
}

impl Entry<'_> {
    fn record(&self) -> Result<Record, Aside> {
        let fate = match &*self.disposition {
            "allow" => Fate::Forwarded,
            "deny" => Fate::Denied,
            _ => return Err(Aside::NotFinal),
        };
        let Connection { src_ip, dest_ip, dest_port, protocol, direction } = &self.connection;
        // Connections are logged, and not packets: none of them is a reply.
        let (protocol, port) = record::port_of(protocol, "", dest_port, None)?;
        let from = self.src.end(src_ip).ok_or(Aside::NoEnd)?;
        let to = self.dest.end(dest_ip).ok_or(Aside::NoEnd)?;
        let named = |it: &Policy<'_>| NamedPolicy::read(&it.kind, &it.namespace, &it.name);
        Ok(Record {
            count: self.count.parse().unwrap_or(1),
            direction: record::direction(direction),
            policies: self.policies.iter().filter_map(named).collect(),
            ..Record::new(from, to, protocol, port, fate)
        })
    }
}

impl Party<'_> {
    fn end(&self, address: &str) -> Option<End> {
        let namespace =
            if self.pod_namespace.is_empty() { &self.namespace } else { &self.pod_namespace };
        if !self.node_name.is_empty() && self.pod_name.is_empty() {
            return Some(End::Entity("host".to_owned()));
        }
        end::workload(namespace, &self.workload_kind, &self.workload_name)
            .filter(|_| !self.workload_kind.is_empty())
            .or_else(|| end::pod(namespace, &self.pod_name))
            .or_else(|| end::address(address))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{denied_by, seen, told};

    /// The shape of the entries that the tests of GKE's own policy logger expect (`pkg/gke/policylogger`), and of
    /// the page "Use network policy logging" of its documentation.
    pub(in super::super) const DENIED: &str = r#"{"connection":{"src_ip":"10.84.1.8","dest_ip":"10.84.0.11","src_port":45084,"dest_port":8080,"protocol":"tcp","direction":"ingress"},"disposition":"deny","src":{"pod_name":"web-5689846f5b-cqqsj","workload_kind":"ReplicaSet","workload_name":"web-5689846f5b","pod_namespace":"team-a","namespace":"team-a"},"dest":{"pod_name":"db-0","pod_namespace":"db","namespace":"db"},"count":3,"timestamp":"2026-06-13T21:30:22.292379064Z"}"#;

    #[test]
    fn a_refusal_is_read_with_its_count() {
        assert_eq!(
            told(DENIED),
            "team-a/web-5689846f5b[ReplicaSet] > db/db-0[Pod] TCP 8080 Denied"
        );
        assert_eq!(seen(DENIED).flows()[0].1.count, 3);
        assert_eq!(denied_by(DENIED), "ingress");
        let exported =
            format!(r#"{{"insertId":"a","jsonPayload":{DENIED},"logName":"policy-action"}}"#);
        assert_eq!(told(&exported), told(DENIED));
    }

    #[test]
    fn what_was_allowed_names_its_policies() {
        let policies =
            r#""allow","policies":[{"name":"np","namespace":"db","kind":"NetworkPolicy"}]"#;
        let allowed = DENIED.replace("\"deny\"", policies);
        assert!(told(&allowed).ends_with("Forwarded"));
        assert_eq!(denied_by(&allowed), "ingress NetworkPolicy db/np");
    }

    #[test]
    fn nodes_and_addresses_are_ends_too() {
        let pod = r#"{"pod_name":"db-0","pod_namespace":"db","namespace":"db"}"#;
        let node = DENIED.replace(pod, r#"{"node_name":"one","workload_kind":"Node"}"#);
        assert!(told(&node).contains("> host TCP"));
        let instance = DENIED.replace(pod, r#"{"instance":"10.84.0.11"}"#);
        assert!(told(&instance).contains("> 10.84.0.11 TCP"));
        assert_eq!(told(&DENIED.replace("\"tcp\"", "\"icmp\"")), "NoPort");
    }
}
