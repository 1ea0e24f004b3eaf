//! Flows as Hubble writes them: `hubble observe -o json` and `-o jsonpb`, and the files of its exporter.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::json::{self, Word, or_default};
use super::record::{self, Aside, Flags, Reading, Record};
use super::sighting::NamedPolicy;
use super::{Format, end};
use crate::network::{Direction, End, Fate};

pub(super) const FORMAT: Format = Format { name: "Hubble JSON", read };

/// An answer of the observer; older commands wrote the flow alone.
#[derive(Deserialize)]
struct Answer<'j> {
    #[serde(borrow, default)]
    flow: Option<Flow<'j>>,
    #[serde(borrow, default)]
    lost_events: Option<Lost<'j>>,
}

#[derive(Deserialize)]
struct Lost<'j> {
    #[serde(borrow, default)]
    num_events_lost: Word<'j>,
}

#[derive(Deserialize)]
struct Flow<'j> {
    #[serde(borrow, default)]
    verdict: Word<'j>,
    #[serde(borrow, default)]
    drop_reason: Word<'j>,
    #[serde(borrow, default)]
    drop_reason_desc: Word<'j>,
    #[serde(borrow, default, rename = "IP", deserialize_with = "or_default")]
    ip: Addresses<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    l4: Layer4<'j>,
    #[serde(default)]
    l7: Option<IgnoredAny>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    source: Endpoint<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    destination: Endpoint<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    source_names: Vec<Word<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    destination_names: Vec<Word<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    destination_service: Service<'j>,
    #[serde(default)]
    is_reply: Option<bool>,
    #[serde(borrow, default)]
    traffic_direction: Word<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    egress_allowed_by: Vec<Policy<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    ingress_allowed_by: Vec<Policy<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    egress_denied_by: Vec<Policy<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    ingress_denied_by: Vec<Policy<'j>>,
}

#[derive(Default, Deserialize)]
struct Addresses<'j> {
    #[serde(borrow, default)]
    source: Word<'j>,
    #[serde(borrow, default)]
    destination: Word<'j>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Layer4<'j> {
    #[serde(borrow, default)]
    tcp: Option<Ports<'j>>,
    #[serde(borrow, default)]
    udp: Option<Ports<'j>>,
    #[serde(borrow, default)]
    sctp: Option<Ports<'j>>,
}

#[derive(Deserialize)]
struct Ports<'j> {
    #[serde(borrow, default)]
    source_port: Word<'j>,
    #[serde(borrow, default)]
    destination_port: Word<'j>,
    #[serde(default)]
    flags: Option<TcpFlags>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct TcpFlags {
    #[serde(default)]
    syn: bool,
    #[serde(default)]
    ack: bool,
}

#[derive(Default, Deserialize)]
struct Endpoint<'j> {
    #[serde(borrow, default)]
    identity: Word<'j>,
    #[serde(borrow, default)]
    namespace: Word<'j>,
    #[serde(borrow, default)]
    pod_name: Word<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    labels: Vec<Word<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    workloads: Vec<Workload<'j>>,
}

/// A Service whose address a packet has.
#[derive(Default, Deserialize)]
struct Service<'j> {
    #[serde(borrow, default)]
    name: Word<'j>,
    #[serde(borrow, default)]
    namespace: Word<'j>,
}

#[derive(Deserialize)]
struct Workload<'j> {
    #[serde(borrow, default)]
    name: Word<'j>,
    #[serde(borrow, default)]
    kind: Word<'j>,
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

fn read(line: &str) -> Option<Result<Reading, String>> {
    let object = json::object(line)?;
    if object.contains("\"flow\"") || object.contains("\"lost_events\"") {
        return Some(json::read(object).map(answer));
    }
    if ["\"node_status\"", "\"agent_event\"", "\"debug_event\""]
        .iter()
        .any(|it| object.contains(it))
    {
        return Some(Ok(Reading::Aside(Aside::Other)));
    }
    let is_alone = object.contains("\"verdict\"") && object.contains("\"destination\"");
    is_alone.then(|| json::read::<Flow<'_>>(object).map(|it| it.record().into()))
}

fn answer(answer: Answer<'_>) -> Reading {
    match (answer.flow, answer.lost_events) {
        (Some(flow), _) => flow.record().into(),
        (None, Some(lost)) => Reading::Lost(lost.num_events_lost.parse().unwrap_or(1)),
        (None, None) => Reading::Aside(Aside::Other),
    }
}

impl Flow<'_> {
    fn record(&self) -> Result<Record, Aside> {
        let fate = self.fate()?;
        if self.is_reply == Some(true) {
            return Err(Aside::Reply);
        }
        let Layer4 { tcp, udp, sctp } = &self.l4;
        let (protocol, ports) = [("TCP", tcp), ("UDP", udp), ("SCTP", sctp)]
            .into_iter()
            .find_map(|(protocol, ports)| Some((protocol, ports.as_ref()?)))
            .ok_or(Aside::NoPort)?;
        // Where Hubble knows that it is none, ports need not be asked.
        let source = if self.is_reply.is_some() { "" } else { &*ports.source_port };
        let flags = ports.flags.as_ref().map(|it| Flags { syn: it.syn, ack: it.ack });
        let flags = flags.filter(|_| self.is_reply.is_none());
        let (protocol, port) = record::port_of(protocol, source, &ports.destination_port, flags)?;
        let (from, of_from) = self.source.end(&self.ip.source, &self.source_names, None)?;
        let Service { namespace, name } = &self.destination_service;
        let service = end::workload(namespace, "Service", name);
        let (to, of_to) =
            self.destination.end(&self.ip.destination, &self.destination_names, service)?;
        let direction = record::direction(&self.traffic_direction);
        let policies = match (fate, direction) {
            (Fate::Forwarded, Some(Direction::Ingress)) => &self.ingress_allowed_by,
            (Fate::Forwarded, _) => &self.egress_allowed_by,
            (_, Some(Direction::Ingress)) => &self.ingress_denied_by,
            _ => &self.egress_denied_by,
        };
        let named = |it: &Policy<'_>| NamedPolicy::read(&it.kind, &it.namespace, &it.name);
        let policies = policies.iter().filter_map(named).collect();
        let record = Record::new(from, to, protocol, port, fate);
        Ok(Record { direction, policies, labels: [of_from, of_to], ..record })
    }

    fn fate(&self) -> Result<Fate, Aside> {
        match &*self.verdict {
            "FORWARDED" | "REDIRECTED" => Ok(Fate::Forwarded),
            "AUDIT" => Ok(Fate::Audited),
            "DROPPED" if self.l7.is_some() => Err(Aside::Layer7),
            "DROPPED" => match (&*self.drop_reason_desc, &*self.drop_reason) {
                // 133 is no rule that allows, 181 a rule that denies.
                ("POLICY_DENIED" | "POLICY_DENY", _) | ("", "133" | "181" | "" | "0") => {
                    Ok(Fate::Denied)
                }
                _ => Err(Aside::OtherDrop),
            },
            _ => Err(Aside::NotFinal),
        }
    }
}

impl Endpoint<'_> {
    /// The end, and its labels.
    fn end(
        &self,
        address: &str,
        names: &[Word<'_>],
        service: Option<End>,
    ) -> Result<(End, Vec<(String, String)>), Aside> {
        let of_pod =
            |it: &str| !it.starts_with("io.kubernetes.pod.") && !it.starts_with("io.cilium.k8s.");
        let labels = self.labels.iter().filter_map(|it| it.strip_prefix("k8s:"));
        let labels = end::labels(labels.filter(|it| of_pod(it)));
        if let [Workload { name, kind }] = self.workloads.as_slice()
            && let Some(workload) = end::workload(&self.namespace, kind, name)
        {
            return Ok((workload, labels));
        }
        if let Some(pod) = end::pod(&self.namespace, &self.pod_name) {
            return Ok((pod, labels));
        }
        if end::is_name(&self.namespace) && !labels.is_empty() {
            let namespace = self.namespace.to_string();
            return Ok((End::Pod { namespace, name: String::new(), labels }, Vec::new()));
        }
        // To what is no pod by a Service's address, it is by the ports of the Service.
        let end = service.map_or_else(|| self.outside(address, names), Ok)?;
        Ok((end, Vec::new()))
    }

    /// Who is no pod.
    fn outside(&self, address: &str, names: &[Word<'_>]) -> Result<End, Aside> {
        let is = |number: &str, name: &str| {
            let label = |it: &Word<'_>| it.strip_prefix("reserved:").is_some_and(|it| it == name);
            *self.identity == *number || self.labels.iter().any(label)
        };
        let reserved = end::reserved(is);
        if let Some(word) = reserved.filter(|it| !it.starts_with("world")) {
            return Ok(End::Entity(word.to_owned()));
        }
        if let Some(name) = names.first().map(|it| it.trim_end_matches('.'))
            && end::is_name(name)
        {
            return Ok(End::Name(name.to_owned()));
        }
        end::address(address)
            .or_else(|| reserved.map(|it| End::Entity(it.to_owned())))
            .ok_or(Aside::NoEnd)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{denied_by, seen, told};

    /// The shape of the sample in Cilium's documentation of the exporter
    /// (`Documentation/observability/hubble/configuration/export.rst`).
    pub(in super::super) const EXPORTED: &str = r#"{"flow":{"time":"2026-08-21T12:12:18.510175415Z","verdict":"DROPPED","IP":{"source":"10.1.1.60","destination":"10.1.1.5","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":44916,"destination_port":8080,"flags":{"SYN":true}}},"source":{"namespace":"team-a","pod_name":"web-0"},"destination":{"namespace":"db","pod_name":"postgres-7848d6c4d5-th9v2"},"node_name":"one/worker","drop_reason_desc":"POLICY_DENIED"},"node_name":"one/worker","time":"2026-08-21T12:12:18.510175415Z"}"#;

    /// All fields of `flow.proto` in Cilium's `api/v1/flow` that are read, as jsonpb writes them.
    pub(in super::super) const WHOLE: &str = r#"{"flow":{"time":"2026-07-31T10:41:02.2Z","uuid":"5b","verdict":"DROPPED","drop_reason":181,"ethernet":{"source":"0e:01","destination":"0e:02"},"IP":{"source":"10.0.0.1","destination":"10.0.0.2","ipVersion":"IPv4"},"l4":{"TCP":{"source_port":51712,"destination_port":5432,"flags":{"SYN":true}}},"source":{"ID":423,"identity":24753,"cluster_name":"one","namespace":"team-a","labels":["k8s:app=web","k8s:pod-template-hash=5d","k8s:io.kubernetes.pod.namespace=team-a","k8s:io.cilium.k8s.policy.cluster=one"],"pod_name":"web-5d-x","workloads":[{"name":"web","kind":"Deployment"}]},"destination":{"identity":24075,"namespace":"db","labels":["k8s:app=postgres"],"pod_name":"postgres-0"},"Type":"L3_L4","node_name":"one/w1","event_type":{"type":5},"traffic_direction":"EGRESS","policy_match_type":1,"is_reply":null,"drop_reason_desc":"POLICY_DENY","Summary":"TCP Flags: SYN","egress_denied_by":[{"name":"no-db","namespace":"team-a","labels":["k8s:io.cilium.k8s.policy.name=no-db"],"revision":"6","kind":"CiliumNetworkPolicy"}]}}"#;

    #[test]
    fn a_refusal_names_ends_port_and_policy() {
        assert_eq!(
            told(EXPORTED),
            "team-a/web-0[Pod] > db/postgres-7848d6c4d5-th9v2[Pod] TCP 8080 Denied"
        );
        assert_eq!(told(WHOLE), "team-a/web[Deployment] > db/postgres-0[Pod] TCP 5432 Denied");
        assert_eq!(denied_by(WHOLE), "egress CiliumNetworkPolicy team-a/no-db");
        let seen = seen(WHOLE);
        let flows = seen.flows();
        let labels = seen.labels(&flows[0].0.from);
        assert_eq!(labels, [("app".to_owned(), "web".to_owned())], "nothing of the replica");
    }

    #[test]
    fn the_flow_alone_is_read_as_well() {
        let alone = WHOLE.strip_prefix(r#"{"flow":"#).and_then(|it| it.strip_suffix('}'));
        assert_eq!(told(alone.expect("a wrapped flow")), told(WHOLE));
        let logged = format!("2026-09-15T16:20:01.123456789Z stdout F {WHOLE}");
        assert_eq!(told(&logged), told(WHOLE), "as a container runtime writes it");
    }

    #[test]
    fn verdicts_are_fates() {
        let with = |verdict: &str| told(&WHOLE.replace("\"DROPPED\"", verdict));
        assert!(with("\"FORWARDED\"").ends_with("Forwarded"));
        assert!(with("\"REDIRECTED\"").ends_with("Forwarded"));
        assert!(with("\"AUDIT\"").ends_with("Audited"));
        assert_eq!(with("\"TRACED\""), "NotFinal");
        assert_eq!(with("\"ERROR\""), "NotFinal");
        assert_eq!(with("null"), "NotFinal");
        let other = WHOLE.replace("POLICY_DENY", "INVALID_SOURCE_IP");
        assert_eq!(told(&other), "OtherDrop");
        let of_http = WHOLE.replace("\"Type\"", "\"l7\":{\"type\":\"REQUEST\"},\"Type\"");
        assert_eq!(told(&of_http), "Layer7");
    }

    #[test]
    fn replies_are_no_flows() {
        let forwarded = WHOLE.replace("DROPPED", "FORWARDED");
        assert_eq!(told(&forwarded.replace(":null", ":true")), "Reply");
        let back = forwarded.replace("51712", "5433").replace("5432", "51712");
        let by_ports = back.replace("\"SYN\":true", "\"ACK\":true");
        assert_eq!(told(&by_ports), "Reply", "nothing says so but the ports");
        assert_eq!(told(&back.replace("\"SYN\":true", "\"SYN\":true,\"ACK\":true")), "Reply");
        assert!(told(&by_ports.replace(":null", ":false")).ends_with("TCP 51712 Forwarded"));
    }

    #[test]
    fn who_is_no_pod_has_a_name_a_word_or_an_address() {
        let to = |endpoint: &str, names: &str| {
            let start = WHOLE.find("\"destination\":{\"identity\"").expect("it is there");
            let end = WHOLE.find("\"Type\"").expect("it is there");
            let mut line = WHOLE.to_owned();
            line.replace_range(start..end, &format!("\"destination\":{endpoint},{names}"));
            told(&line).replace("team-a/web[Deployment] > ", "")
        };
        let world = r#"{"identity":2,"labels":["reserved:world"]}"#;
        assert_eq!(to(world, ""), "10.0.0.2 TCP 5432 Denied");
        let names = r#""destination_names":["api.example.com."],"#;
        assert_eq!(to(world, names), "api.example.com TCP 5432 Denied");
        let api = r#"{"labels":["reserved:host","reserved:kube-apiserver"]}"#;
        assert_eq!(to(api, ""), "kube-apiserver TCP 5432 Denied");
        assert_eq!(to(r#"{"identity":6}"#, ""), "remote-node TCP 5432 Denied");
        assert_eq!(to("null", ""), "10.0.0.2 TCP 5432 Denied");
        let service = r#""destination_service":{"name":"postgres","namespace":"db"},"#;
        assert_eq!(to(world, service), "db/postgres[Service] TCP 5432 Denied");
        assert!(
            told(&WHOLE.replace("\"Type\"", &format!("{service}\"Type\"")))
                .contains("db/postgres-0[Pod]")
        );
        let masked = r#"{"namespace":"db","labels":["k8s:app=postgres"]}"#;
        assert_eq!(to(masked, ""), "db/[app=postgres] TCP 5432 Denied");
    }

    #[test]
    fn what_is_no_flow_is_put_aside_and_what_was_lost_is_said() {
        let icmp = EXPORTED.replace(
            "\"TCP\":{\"source_port\":44916,\"destination_port\":8080,\"flags\":{\"SYN\":true}}",
            "\"ICMPv6\":{\"type\":133}",
        );
        assert_eq!(told(&icmp), "NoPort");
        assert_eq!(told(r#"{"node_status":{"state_change":"NODE_CONNECTED"}}"#), "Other");
        let lost =
            seen(r#"{"lost_events":{"source":"HUBBLE_RING_BUFFER","num_events_lost":"12"}}"#);
        assert_eq!(lost.gaps(), ["the log itself says that it lost 12 events"]);
    }
}
