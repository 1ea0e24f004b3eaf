//! Flow logs of Calico: those of Goldmane as Whisker hands them out, and those of Calico Enterprise and Cloud
//! (`/var/log/calico/flowlogs/flows.log`).

use serde::Deserialize;

use super::json::{self, Word, or_default};
use super::record::{self, Aside, Reading, Record};
use super::sighting::NamedPolicy;
use super::{Format, end};
use crate::network::{End, Fate};

pub(super) const FORMAT: Format = Format { name: "Calico flow logs", read };

/// An answer of Whisker that lists flows.
#[derive(Deserialize)]
struct List<'j> {
    #[serde(borrow)]
    items: Vec<Flow<'j>>,
}

/// Both know most by the same names.
#[derive(Deserialize)]
struct Flow<'j> {
    #[serde(borrow, default)]
    action: Word<'j>,
    #[serde(borrow, default)]
    reporter: Word<'j>,
    #[serde(borrow, default, alias = "protocol")]
    proto: Word<'j>,
    #[serde(borrow, default)]
    dest_port: Word<'j>,
    #[serde(borrow, default)]
    source_ip: Word<'j>,
    #[serde(borrow, default)]
    source_name: Word<'j>,
    #[serde(borrow, default)]
    source_name_aggr: Word<'j>,
    #[serde(borrow, default)]
    source_namespace: Word<'j>,
    #[serde(borrow, default)]
    source_type: Word<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    source_labels: Labels<'j>,
    #[serde(borrow, default)]
    dest_ip: Word<'j>,
    #[serde(borrow, default)]
    dest_name: Word<'j>,
    #[serde(borrow, default)]
    dest_name_aggr: Word<'j>,
    #[serde(borrow, default)]
    dest_namespace: Word<'j>,
    #[serde(borrow, default)]
    dest_type: Word<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    dest_labels: Labels<'j>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    dest_domains: Vec<Word<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    policies: Policies<'j>,
    #[serde(borrow, default)]
    num_flows: Word<'j>,
}

/// `{"labels": ["app=web"]}`, or `app=web | tier=front` in one text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Labels<'j> {
    Listed {
        #[serde(borrow, default, deserialize_with = "or_default")]
        labels: Vec<Word<'j>>,
    },
    Joined(#[serde(borrow)] Word<'j>),
}

impl Default for Labels<'_> {
    fn default() -> Self {
        Self::Joined(Word::default())
    }
}

#[derive(Default, Deserialize)]
struct Policies<'j> {
    /// `0|tier|namespace/tier.policy|allow|0`
    #[serde(borrow, default, deserialize_with = "or_default")]
    all_policies: Vec<Word<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    enforced_policies: Vec<Word<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    pending_policies: Vec<Word<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    enforced: Vec<Hit<'j>>,
    #[serde(borrow, default, deserialize_with = "or_default")]
    pending: Vec<Hit<'j>>,
}

#[derive(Deserialize)]
struct Hit<'j> {
    #[serde(borrow, default)]
    kind: Word<'j>,
    #[serde(borrow, default)]
    namespace: Word<'j>,
    #[serde(borrow, default)]
    name: Word<'j>,
    #[serde(borrow, default)]
    action: Word<'j>,
    #[serde(borrow, default)]
    trigger: Option<Box<Hit<'j>>>,
}

fn read(line: &str) -> Option<Result<Reading, String>> {
    let object = json::object(line)?;
    if !object.contains("\"reporter\"") || !object.contains("\"dest_port\"") {
        return None;
    }
    Some(if object.contains("\"items\"") {
        json::read::<List<'_>>(object)
            .map(|it| Reading::Flows(it.items.iter().map(Flow::record).collect()))
    } else {
        json::read::<Flow<'_>>(object).map(|it| it.record().into())
    })
}

impl Flow<'_> {
    fn record(&self) -> Result<Record, Aside> {
        let action = self.action.to_ascii_lowercase();
        let mut fate = match action.as_str() {
            "allow" => Fate::Forwarded,
            "deny" => Fate::Denied,
            _ => return Err(Aside::NotFinal),
        };
        let pending = self.policies.pending();
        if fate == Fate::Forwarded && pending.is_some() {
            fate = Fate::Audited;
        }
        let protocol = self.proto.to_ascii_lowercase();
        // Flows are logged from who began them.
        let (protocol, port) = record::port_of(&protocol, "", &self.dest_port, None)?;
        let from = Party {
            address: &self.source_ip,
            name: &self.source_name,
            aggregated: &self.source_name_aggr,
            namespace: &self.source_namespace,
            kind: &self.source_type,
            labels: self.source_labels.texts(),
        };
        let to = Party {
            address: &self.dest_ip,
            name: &self.dest_name,
            aggregated: &self.dest_name_aggr,
            namespace: &self.dest_namespace,
            kind: &self.dest_type,
            labels: self.dest_labels.texts(),
        };
        let domain = self.dest_domains.first().filter(|it| end::is_name(it));
        let (from, of_from) = from.end(None).ok_or(Aside::NoEnd)?;
        let (to, of_to) = to.end(domain.map(|it| &**it)).ok_or(Aside::NoEnd)?;
        let policies = match fate {
            Fate::Audited => pending.into_iter().flatten().collect(),
            Fate::Denied => self.policies.of("deny"),
            Fate::Forwarded => self.policies.of("allow"),
        };
        Ok(Record {
            count: self.num_flows.parse().ok().filter(|it| *it > 0).unwrap_or(1),
            direction: record::direction(&self.reporter),
            policies,
            labels: [of_from, of_to],
            ..Record::new(from, to, protocol, port, fate)
        })
    }
}

impl Labels<'_> {
    fn texts(&self) -> Vec<&str> {
        match self {
            Self::Listed { labels } => labels.iter().map(|it| &**it).collect(),
            Self::Joined(text) => text.split('|').map(str::trim).collect(),
        }
    }
}

/// An end as it is logged.
struct Party<'f> {
    address: &'f str,
    name: &'f str,
    aggregated: &'f str,
    namespace: &'f str,
    /// `wep`, `hep`, `ns` or `net`; Whisker leaves it out.
    kind: &'f str,
    labels: Vec<&'f str>,
}

impl Party<'_> {
    fn end(&self, domain: Option<&str>) -> Option<(End, Vec<(String, String)>)> {
        let name = if matches!(self.name, "" | "-") { self.aggregated } else { self.name };
        let is_in_namespace = !matches!(self.namespace, "" | "-");
        let outside = match self.kind {
            "hep" => Some("host"),
            "ns" => Some("network set"),
            "wep" => None,
            // Networks go by whether their addresses are private.
            _ => match name {
                "pvt" if !is_in_namespace => Some("private"),
                "pub" if !is_in_namespace => Some("world"),
                _ if is_in_namespace => None,
                _ => Some("host"),
            },
        };
        if let Some(word) = outside {
            let domain = domain.map(|it| End::Name(it.to_owned()));
            let end = domain.or_else(|| end::address(self.address).filter(|_| word != "host"));
            return Some((end.unwrap_or_else(|| End::Entity(word.to_owned())), Vec::new()));
        }
        let labels = end::labels(self.labels.iter().copied());
        // The name of one pod, or what all pods of something begin with.
        let pod = if !is_in_namespace {
            None
        } else if let Some(prefix) = name.strip_suffix('*') {
            self.workload(prefix.trim_end_matches('-'))
        } else {
            end::pod(self.namespace, name)
        };
        Some((pod.or_else(|| end::address(self.address))?, labels))
    }

    /// What makes pods whose names begin so, as far as the labels of its controller tell the kind.
    fn workload(&self, prefix: &str) -> Option<End> {
        let label =
            |key: &str| self.labels.iter().find_map(|it| it.strip_prefix(key)?.strip_prefix('='));
        let of_deployment = label("pod-template-hash")
            .and_then(|hash| prefix.strip_suffix(hash)?.strip_suffix('-'));
        if let Some(name) = of_deployment {
            return end::workload(self.namespace, "Deployment", name);
        }
        let kind = if label("statefulset.kubernetes.io/pod-name").is_some() {
            "StatefulSet"
        } else if label("pod-template-generation").is_some() {
            "DaemonSet"
        } else {
            ""
        };
        end::workload(self.namespace, kind, prefix)
    }
}

impl Policies<'_> {
    /// The policies that took an action.
    fn of(&self, action: &str) -> Vec<NamedPolicy> {
        let listed =
            if self.all_policies.is_empty() { &self.enforced_policies } else { &self.all_policies };
        let listed = listed.iter().filter_map(|it| listed_policy(it, action, false));
        let hits = self.enforced.iter().filter_map(|it| it.policy(action));
        listed.chain(hits).collect()
    }

    /// The staged policies that would have denied, if any would.
    fn pending(&self) -> Option<Vec<NamedPolicy>> {
        let last = self.pending.last().map(|it| it.action.eq_ignore_ascii_case("deny"));
        let by_text = |it: &Word<'_>| it.split('|').nth(3) == Some("deny");
        if last == Some(true) {
            return Some(self.pending.iter().filter_map(|it| it.policy("deny")).collect());
        }
        let texts = &self.pending_policies;
        texts.last().filter(|it| by_text(it))?;
        Some(texts.iter().filter_map(|it| listed_policy(it, "deny", true)).collect())
    }
}

impl Hit<'_> {
    fn policy(&self, action: &str) -> Option<NamedPolicy> {
        if !self.action.eq_ignore_ascii_case(action) {
            return None;
        }
        // The end of a tier denies in place of the policies in it that select a pod.
        let hit = self.trigger.as_deref().filter(|_| *self.kind == *"EndOfTier").unwrap_or(self);
        let is_policy = !matches!(&*hit.kind, "Profile" | "EndOfTier");
        NamedPolicy::read(&hit.kind, &hit.namespace, &hit.name).filter(|_| is_policy)
    }
}

/// `1|security|team-a/security.web|deny|-1`; staged ones have `staged:` in the name, and those of Kubernetes `knp.default.`.
fn listed_policy(text: &str, action: &str, is_staged_too: bool) -> Option<NamedPolicy> {
    let parts: Vec<_> = text.split('|').collect();
    let [_, tier, name, taken, ..] = *parts else { return None };
    let is_staged = name.contains("staged:");
    if taken != action || tier == "__PROFILE__" || is_staged && !is_staged_too {
        return None;
    }
    let (namespace, name) = name.split_once('/').unwrap_or(("", name));
    let name = name.replacen("staged:", "", 1);
    let (kind, name) = if let Some((_, name)) = name.split_once("knp.default.") {
        ("NetworkPolicy", name)
    } else {
        let kind = if namespace.is_empty() { "GlobalNetworkPolicy" } else { "CalicoNetworkPolicy" };
        let bare = name.strip_prefix(tier).and_then(|it| it.strip_prefix('.'));
        (kind, bare.filter(|_| tier == "default").unwrap_or(&name))
    };
    NamedPolicy::read(kind, namespace, name)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::tests::{all_told, denied_by, seen, told};

    /// The shape that Calico's workshops and the page "Flow log data types" show of `flows.log`.
    pub(in super::super) const ENTERPRISE: &str = r#"{"start_time":1659621542,"end_time":1659621842,"source_ip":"10.48.116.157","source_name":"tool","source_name_aggr":"tool","source_namespace":"team-a","nat_outgoing_ports":null,"source_port":null,"source_type":"wep","source_labels":{"labels":["run=tool"]},"dest_ip":null,"dest_name":"-","dest_name_aggr":"checkout-598d5b586d-*","dest_namespace":"shop","dest_port":5050,"dest_type":"wep","dest_labels":{"labels":["app=checkout","pod-template-hash=598d5b586d"]},"dest_service_namespace":"-","dest_service_name":"-","dest_service_port":"-","dest_service_port_num":null,"dest_domains":null,"proto":"tcp","action":"deny","reporter":"dst","policies":{"all_policies":["1|app|shop/app.checkout|deny|-1","0|security|security.tenant|pass|0"]},"bytes_in":300,"num_flows":2,"num_flows_started":1}"#;
    /// `FlowResponse` in Calico's `whisker-backend/pkg/apis/v1/flows.go`.
    pub(in super::super) const WHISKER: &str = r#"{"start_time":"2026-01-01T00:00:00Z","end_time":"2026-01-01T00:00:15Z","action":"Deny","source_name":"web-5d-*","source_namespace":"team-a","source_labels":"app=web | pod-template-hash=5d","dest_name":"pub","dest_namespace":"-","dest_labels":"","protocol":"tcp","dest_port":443,"reporter":"Src","policies":{"enforced":[{"kind":"EndOfTier","name":"","namespace":"","tier":"default","action":"Deny","policy_index":0,"rule_index":-1,"trigger":{"kind":"NetworkPolicy","name":"default-deny","namespace":"team-a","tier":"default","action":"ActionUnspecified","policy_index":0,"rule_index":0,"trigger":null}}],"pending":[]},"packets_in":1,"packets_out":2,"bytes_in":3,"bytes_out":4}"#;

    #[test]
    fn both_editions_are_read() {
        assert_eq!(
            told(ENTERPRISE),
            "team-a/tool[Pod] > shop/checkout[Deployment] TCP 5050 Denied"
        );
        assert_eq!(denied_by(ENTERPRISE), "ingress CalicoNetworkPolicy shop/app.checkout");
        assert_eq!(seen(ENTERPRISE).flows()[0].1.count, 2);
        assert_eq!(told(WHISKER), "team-a/web[Deployment] > world TCP 443 Denied");
        assert_eq!(denied_by(WHISKER), "egress NetworkPolicy team-a/default-deny");
        let seen = seen(WHISKER);
        let flows = seen.flows();
        assert_eq!(seen.labels(&flows[0].0.from), [("app".to_owned(), "web".to_owned())]);
    }

    #[test]
    fn lists_and_streams_of_whisker_are_read() {
        let other = WHISKER.replace("443", "53").replace("\"tcp\"", "\"udp\"");
        let icmp = WHISKER.replace("\"tcp\"", "\"icmp\"");
        let list = format!(r#"{{"total":{{"totalPages":1}},"items":[{WHISKER},{other},{icmp}]}}"#);
        let from = "team-a/web[Deployment] > world";
        assert_eq!(
            all_told(&list),
            [format!("{from} TCP 443 Denied"), format!("{from} UDP 53 Denied")]
        );
        assert_eq!(told(&format!("data: {WHISKER}")), told(WHISKER));
    }

    #[test]
    fn what_staged_policies_would_deny_is_audited() {
        let hit = r#""pending":[{"kind":"StagedNetworkPolicy","name":"s","namespace":"team-a","action":"Deny"}]"#;
        let staged = WHISKER
            .replace("\"action\":\"Deny\",\"source", "\"action\":\"Allow\",\"source")
            .replace("\"pending\":[]", hit);
        assert!(told(&staged).ends_with("Audited"));
        assert_eq!(denied_by(&staged), "egress StagedNetworkPolicy team-a/s");
        let texts = r#""pending_policies":["0|default|team-a/default.staged:s|deny|0"]"#;
        let staged = ENTERPRISE.replace("\"action\":\"deny\"", "\"action\":\"allow\"");
        let staged = staged.replace("\"policies\":{", &format!("\"policies\":{{{texts},"));
        assert!(told(&staged).ends_with("Audited"));
        assert_eq!(denied_by(&staged), "ingress CalicoNetworkPolicy team-a/s");
    }

    #[test]
    fn who_is_no_pod_is_a_word_an_address_or_a_name() {
        let to = |kind: &str, ip: &str, name: &str| {
            let line = ENTERPRISE
                .replace("checkout-598d5b586d-*", name)
                .replace("\"shop\"", "\"-\"")
                .replace("\"dest_type\":\"wep\"", &format!("\"dest_type\":\"{kind}\""))
                .replace("\"dest_ip\":null", &format!("\"dest_ip\":{ip}"));
            told(&line).replace("team-a/tool[Pod] > ", "").replace(" TCP 5050 Denied", "")
        };
        assert_eq!(to("net", "\"192.0.2.1\"", "pub"), "192.0.2.1");
        assert_eq!(to("net", "null", "pub"), "world");
        assert_eq!(to("net", "null", "pvt"), "private");
        assert_eq!(to("hep", "\"10.0.0.1\"", "node-1"), "host");
        assert_eq!(to("wep", "null", "x-*"), "NoEnd");
        let named =
            ENTERPRISE.replace("\"dest_domains\":null", "\"dest_domains\":[\"a.example.com\"]");
        assert!(told(&named).contains("shop/checkout"), "a pod is no domain");
    }
}
