//! What makes pods: by which labels they are found, what they listen on, and which hosts they name.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use harden_yaml::Place;

use super::Reason;
use super::mentions::{Form, Mention, mentions};
use crate::kubernetes::{PortNumber, Protocol, is_label_value, is_qualified_name, is_subdomain};
use crate::object::{Object, Origin, PodKind, PodTemplate};

/// Pods that are alike: what makes them, or a pod of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    /// Its namespace.
    pub namespace: String,
    /// `Deployment`, `Pod`, and so on.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The labels of its pods, those included that Kubernetes adds to the pods of a Job.
    pub labels: BTreeMap<String, String>,
    /// Those of the labels by which it finds its pods again; all of them where that is not said.
    pub selector: BTreeMap<String, String>,
    /// Labels that its pods have with values that are not known before.
    pub keys: BTreeSet<String>,
    /// The ports that its containers declare.
    pub ports: Vec<DeclaredPort>,
    /// The ServiceAccount of its pods.
    pub service_account: String,
    /// Whether its pods are in the network of their nodes, where no policy holds for them.
    pub is_on_host: bool,
    /// Where it is written.
    pub reason: Reason,
    pub(super) automounts: Option<bool>,
    pub(super) takes_secrets: bool,
    pub(super) scraped: Option<(String, Reason)>,
    pub(super) named: Vec<(Mention, Reason)>,
    pub(super) config: Vec<ConfigUse>,
}

/// A port that a container declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredPort {
    /// Its name; may be empty.
    pub name: String,
    /// Its number.
    pub number: PortNumber,
    /// Its protocol.
    pub protocol: Protocol,
}

/// A ConfigMap that pods use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ConfigUse {
    pub(super) name: String,
    /// The keys that are used; all of them where there is none.
    pub(super) keys: Vec<String>,
}

impl Workload {
    /// Those of an object; none where others make its pods anew.
    pub(super) fn read(
        object: &Object<'_>,
        namespace: &str,
        reason: &dyn Fn(Place<'_>, String) -> Reason,
    ) -> Vec<Self> {
        if object.is("", "PodTemplate") || has_owner(object) {
            return Vec::new();
        }
        let pods = object.pods();
        let name = object.generate_name().unwrap_or_else(|| object.name()).trim_end_matches('-');
        // A template says nothing before it is rendered.
        if !is_subdomain(name) {
            return Vec::new();
        }
        let selector = texts(object.place.follow("spec.selector.matchLabels"));
        let of = |pod: &PodTemplate<'_>| {
            let mut this = Self {
                namespace: namespace.to_owned(),
                kind: object.kind.to_owned(),
                name: name.to_owned(),
                labels: texts(pod.metadata.at("labels")),
                selector: BTreeMap::new(),
                keys: BTreeSet::new(),
                ports: Vec::new(),
                service_account: "default".to_owned(),
                is_on_host: pod.spec.at("hostNetwork").as_bool() == Some(true),
                reason: reason(object.place, String::new()),
                automounts: pod.spec.at("automountServiceAccountToken").as_bool(),
                takes_secrets: false,
                scraped: None,
                named: Vec::new(),
                config: Vec::new(),
            };
            let account = pod.spec.at("serviceAccountName").as_str();
            let account = account.or_else(|| pod.spec.at("serviceAccount").as_str());
            if let Some(account) = account.filter(|it| !it.is_empty()) {
                account.clone_into(&mut this.service_account);
            }
            this.label(object, &selector);
            this.scraped = scraped(pod.metadata, reason);
            this.read_spec(pod.spec, reason);
            this
        };
        pods.iter().map(of).collect()
    }

    fn label(&mut self, object: &Object<'_>, selector: &BTreeMap<String, String>) {
        self.labels.remove("pod-template-hash");
        self.labels.retain(|key, value| is_qualified_name(key) && is_label_value(value));
        if object.is("batch", "Job") {
            for key in ["batch.kubernetes.io/job-name", "job-name"] {
                self.labels.insert(key.to_owned(), self.name.clone());
            }
        } else if object.is("batch", "CronJob") {
            let keys = ["batch.kubernetes.io/job-name", "job-name"];
            self.keys = keys.map(str::to_owned).into();
        }
        let is_among = |(key, value): &(&String, &String)| self.labels.get(*key) == Some(*value);
        let own = selector.iter().filter(is_among);
        self.selector = own.map(|(key, value)| (key.clone(), value.clone())).collect();
        if self.selector.is_empty() {
            let is_stable = |key: &str| !VOLATILE.contains(&key);
            let stable = self.labels.iter().filter(|(key, _)| is_stable(key));
            self.selector = stable.map(|(key, value)| (key.clone(), value.clone())).collect();
        }
    }

    /// Takes in what another manifest says of the same: all that any of them wants is wanted.
    pub(super) fn join(&mut self, other: Self) {
        if self.labels.is_empty() {
            (self.labels, self.selector) = (other.labels, other.selector);
        }
        let new = other.ports.into_iter().filter(|it| !self.ports.contains(it));
        let new: Vec<_> = new.collect();
        self.ports.extend(new);
        self.named.extend(other.named);
        self.config.extend(other.config);
        self.takes_secrets |= other.takes_secrets;
        self.automounts = self.automounts.or(other.automounts);
        self.scraped = self.scraped.take().or(other.scraped);
        if self.service_account == "default" {
            self.service_account = other.service_account;
        }
    }

    fn read_spec(&mut self, spec: Place<'_>, reason: &dyn Fn(Place<'_>, String) -> Reason) {
        for list in ["initContainers", "containers"] {
            for container in spec.at(list).items() {
                self.read_container(container, reason);
            }
        }
        for volume in spec.at("volumes").items() {
            let projected = volume.follow("projected.sources").items();
            let sources = projected.chain([volume]).map(|it| it.at("configMap"));
            for map in sources {
                let Some(name) = map.at("name").as_str() else { continue };
                let keys = map.at("items").items().filter_map(|it| it.at("key").as_str());
                let keys = keys.map(str::to_owned).collect();
                self.config.push(ConfigUse { name: name.to_owned(), keys });
            }
        }
        self.config.sort_by(|a, b| (&a.name, &a.keys).cmp(&(&b.name, &b.keys)));
        self.config.dedup();
    }

    fn read_container(
        &mut self,
        container: Place<'_>,
        reason: &dyn Fn(Place<'_>, String) -> Reason,
    ) {
        for port in container.at("ports").items() {
            let number = port.at("containerPort").as_i64();
            let number = number.and_then(|it| u16::try_from(it).ok()).and_then(PortNumber::new);
            let Some(number) = number else { continue };
            let name = port.at("name").as_str().unwrap_or_default().to_owned();
            let protocol = protocol(port);
            self.ports.push(DeclaredPort { name, number, protocol });
        }
        let mut values: BTreeMap<&str, String> = BTreeMap::new();
        for entry in container.at("env").items() {
            let name = entry.at("name").as_str().unwrap_or_default();
            if let Some(value) = entry.at("value").as_str() {
                let value = expanded(value, &values);
                let named = self.named.len();
                self.name_hosts(&value, &format!("env {name}"), entry.at("value"), reason);
                if is_credential(name) {
                    let is_address = |it: &Mention| it.form == Form::Address || it.port.is_some();
                    let mut others = self.named.split_off(named);
                    others.retain(|(it, _)| is_address(it));
                    self.named.append(&mut others);
                }
                values.insert(name, value);
            }
            let from = entry.at("valueFrom");
            let map = from.at("configMapKeyRef");
            if let (Some(of), Some(key)) = (map.at("name").as_str(), map.at("key").as_str()) {
                self.config.push(ConfigUse { name: of.to_owned(), keys: vec![key.to_owned()] });
            }
            self.takes_secrets |= from.at("secretKeyRef").exists();
        }
        for from in container.at("envFrom").items() {
            if let Some(name) = from.follow("configMapRef.name").as_str() {
                self.config.push(ConfigUse { name: name.to_owned(), keys: Vec::new() });
            }
            self.takes_secrets |= from.at("secretRef").exists();
        }
        for (field, word) in [("command", "command"), ("args", "argument")] {
            for item in container.at(field).items() {
                if let Some(text) = item.as_str() {
                    self.name_hosts(&expanded(text, &values), word, item, reason);
                }
            }
        }
    }

    fn name_hosts(
        &mut self,
        text: &str,
        what: &str,
        place: Place<'_>,
        reason: &dyn Fn(Place<'_>, String) -> Reason,
    ) {
        let all = mentions(text);
        self.named.extend(all.into_iter().map(|it| (it, reason(place, what.to_owned()))));
    }

    /// The number of a port that its containers name so.
    pub(super) fn number_of(&self, name: &str, protocol: Protocol) -> Option<PortNumber> {
        let mut same = self.ports.iter().filter(|it| it.name == name && it.protocol == protocol);
        same.next().map(|it| it.number)
    }
}

/// Labels that change with every release, so that nothing finds pods by them.
const VOLATILE: [&str; 5] = [
    "app.kubernetes.io/version",
    "chart",
    "controller-revision-hash",
    "helm.sh/chart",
    "pod-template-hash",
];

/// Whether a variable is called as what is said to a server, and not as where it is: nobody learns that a password is
/// the name of a Service.
fn is_credential(name: &str) -> bool {
    let last = name.rsplit(['_', '.', '-']).next().unwrap_or_default().to_ascii_lowercase();
    ["key", "pass", "passwd", "password", "secret", "token", "user", "username"]
        .contains(&last.as_str())
}

/// Whether something else that makes pods made it, and would make it again.
fn has_owner(object: &Object<'_>) -> bool {
    object.place.follow("metadata.ownerReferences").items().any(|it| {
        let version = it.at("apiVersion").as_str().unwrap_or_default();
        let group = version.split_once('/').map_or("", |(group, _)| group);
        let kind = it.at("kind").as_str().unwrap_or_default();
        it.at("controller").as_bool() == Some(true)
            && PodKind::find(group, kind).is_some_and(|it| it.origin() == Origin::Template)
    })
}

/// The port by which Prometheus is asked to scrape, by the annotations that its examples look at.
pub(super) fn scraped(
    metadata: Place<'_>,
    reason: &dyn Fn(Place<'_>, String) -> Reason,
) -> Option<(String, Reason)> {
    let annotations = metadata.at("annotations");
    let of = |key: &str| annotations.entries().find(|(it, _)| *it == key).map(|(_, value)| value);
    let scrape = of("prometheus.io/scrape")?;
    if scrape.as_str() != Some("true") {
        return None;
    }
    let port = of("prometheus.io/port").and_then(|it| it.as_str()).unwrap_or_default().to_owned();
    Some((port, reason(scrape, "annotation prometheus.io/scrape".to_owned())))
}

pub(super) fn protocol(port: Place<'_>) -> Protocol {
    port.at("protocol").as_str().and_then(Protocol::read).unwrap_or_default()
}

/// The entries of a map whose values are texts.
pub(super) fn texts(place: Place<'_>) -> BTreeMap<String, String> {
    let entries = place.entries();
    entries.filter_map(|(key, value)| Some((key.to_owned(), value.as_str()?.to_owned()))).collect()
}

/// A value with the variables before it in their places, as `$(NAME)` names them.
fn expanded(value: &str, values: &BTreeMap<&str, String>) -> String {
    let mut text = value.to_owned();
    for (name, other) in values {
        let variable = format!("$({name})");
        // Values that name each other do not grow without end.
        if text.contains(&variable) && text.len() + other.len() < 100_000 {
            text = text.replace(&variable, other);
        }
    }
    text
}

/// The values of a ConfigMap by their keys, as the hosts that they name.
#[derive(Debug, Clone, Default)]
pub(super) struct ConfigMap {
    pub(super) values: BTreeMap<String, Vec<(Mention, Reason)>>,
}

impl ConfigMap {
    pub(super) fn read(object: &Object<'_>, reason: &dyn Fn(Place<'_>, String) -> Reason) -> Self {
        let name = object.name();
        let mut this = Self::default();
        for (key, value) in object.place.at("data").entries() {
            let Some(text) = value.as_str() else { continue };
            let what = Arc::<str>::from(format!("ConfigMap {name}, key {key}"));
            let named = mentions(text).into_iter();
            let named = named.map(|it| (it, reason(value, what.to_string())));
            this.values.insert(key.to_owned(), named.collect());
        }
        this
    }
}
