//! What manifests want of the network: who has to reach whom, each with the words that say so.

mod entry;
mod mentions;
mod resolution;
mod service;
mod workload;

pub use workload::{DeclaredPort, Workload};

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use harden_yaml::Place;

use super::Flow;
use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::source::{Positions, Source};
use entry::Entry;
use service::Service;
use workload::ConfigMap;

#[cfg(test)]
mod tests;

/// Where a text wants a connection, and in which setting; never the text itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The name of the source.
    pub source: Arc<str>,
    /// Its line, from 1; 0 where it has none.
    pub line: u32,
    /// The setting: `env DB_HOST`.
    pub what: String,
}

/// `web.yaml:12: env DB_HOST`.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if self.what.is_empty() { Ok(()) } else { write!(f, ": {}", self.what) }
    }
}

/// Something that is wanted, and of which what was read does not tell enough.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// What is not known, as a sentence without a full stop.
    pub what: String,
    /// Where it is wanted.
    pub reason: Reason,
}

/// What manifests want.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// What makes pods, in the order of namespaces, kinds and names.
    pub workloads: Vec<Workload>,
    /// The connections, each with where it is wanted. A [`super::End::Entity`] is `all` for whoever there is,
    /// `cluster` for every pod, `ingress` for what implements Ingresses and Gateways, `kube-apiserver`, and
    /// `prometheus` where nothing says which pods that is.
    pub flows: BTreeMap<Flow, BTreeSet<Reason>>,
    /// What is not known.
    pub gaps: BTreeSet<Gap>,
    /// Workloads that take values from Secrets, which may name hosts, too: nobody reads them here.
    pub secret_takers: BTreeSet<String>,
    /// Texts that are no YAML or JSON that the API server would take, by the names of their sources.
    pub broken: BTreeMap<Arc<str>, usize>,
}

/// Kinds that say something of wanted connections, beside those that make pods.
pub const KINDS: &[GroupKind] = &[
    GroupKind::new("", "ConfigMap"),
    GroupKind::new("", "Service"),
    GroupKind::SERVICE_ACCOUNT,
    GroupKind::new("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    GroupKind::new("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition"),
    GroupKind::new("apiregistration.k8s.io", "APIService"),
    GroupKind::new("extensions", "Ingress"),
    GroupKind::new("gateway.networking.k8s.io", "GRPCRoute"),
    GroupKind::new("gateway.networking.k8s.io", "HTTPRoute"),
    GroupKind::new("gateway.networking.k8s.io", "TCPRoute"),
    GroupKind::new("gateway.networking.k8s.io", "TLSRoute"),
    GroupKind::new("gateway.networking.k8s.io", "UDPRoute"),
    GroupKind::new("monitoring.coreos.com", "PodMonitor"),
    GroupKind::new("monitoring.coreos.com", "Prometheus"),
    GroupKind::new("monitoring.coreos.com", "ServiceMonitor"),
    GroupKind::new("networking.k8s.io", "Ingress"),
    GroupKind::new("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    GroupKind::new("rbac.authorization.k8s.io", "RoleBinding"),
    GroupKind::new("route.openshift.io", "Route"),
];

/// Learns what manifests want while their texts stream past.
#[derive(Debug)]
pub struct Reader {
    /// The namespace of objects that name none.
    namespace: String,
    /// Whether texts are files, which have lines that somebody reads.
    are_files: bool,
    workloads: BTreeMap<(String, String, String, usize), Workload>,
    services: BTreeMap<(String, String), Service>,
    config_maps: BTreeMap<(String, String), ConfigMap>,
    entries: Vec<Entry>,
    /// ServiceAccounts that say whether they give tokens to pods.
    automounts: BTreeMap<(String, String), bool>,
    /// ServiceAccounts that a binding gives a role: namespace and name, where an empty one is every one.
    bound: BTreeMap<(String, String), Reason>,
    prometheuses: BTreeSet<(String, String)>,
    broken: BTreeMap<Arc<str>, usize>,
}

impl Reader {
    /// Begins to read files; objects that name no namespace are in this one.
    pub fn new(namespace: impl Into<String>) -> Self {
        Self {
            namespace: namespace.into(),
            are_files: true,
            workloads: BTreeMap::new(),
            services: BTreeMap::new(),
            config_maps: BTreeMap::new(),
            entries: Vec::new(),
            automounts: BTreeMap::new(),
            bound: BTreeMap::new(),
            prometheuses: BTreeSet::new(),
            broken: BTreeMap::new(),
        }
    }

    /// The same for objects of a cluster, whose texts have no lines: they are called by their names.
    #[must_use]
    pub fn of_cluster(self) -> Self {
        Self { are_files: false, ..self }
    }

    /// Learns what a text holds.
    pub fn learn(&mut self, source: &Source<'_>) {
        let text = source.at(0);
        for section in harden_yaml::sections(text.text) {
            for document in text.documents(section) {
                if document.is_rejected() {
                    *self.broken.entry(Arc::clone(&source.name)).or_default() += 1;
                    continue;
                }
                for object in text.objects(&document) {
                    self.learn_object(&object, &source.name, &text);
                }
            }
        }
    }

    /// Learns what an object of a text wants.
    fn learn_object(&mut self, object: &Object<'_>, name: &Arc<str>, text: &dyn Positions) {
        // What is laid over something else says nothing by itself.
        if object.is_removal() || object.clone().in_patch(object.is_patch()).is_patch() {
            return;
        }
        let is_file = self.are_files;
        let reason = |place: Place<'_>, what: String| Reason {
            source: if is_file { Arc::clone(name) } else { called(object) },
            line: if is_file { text.position(place.span().start).line } else { 0 },
            what,
        };
        let namespace = object.namespace().unwrap_or(&self.namespace).to_owned();
        let key = (namespace.clone(), object.name().to_owned());
        match (object.group, object.kind) {
            ("", "Service") => {
                let service = Service::read(object, &namespace, &reason);
                // A fragment of a kustomization has no ports.
                if !service.ports.is_empty() || service.external.is_some() {
                    self.services.insert(key, service);
                }
            }
            ("", "ConfigMap") => {
                self.config_maps.insert(key, ConfigMap::read(object, &reason));
            }
            ("", "ServiceAccount") => {
                if let Some(given) = object.place.at("automountServiceAccountToken").as_bool() {
                    self.automounts.insert(key, given);
                }
            }
            ("monitoring.coreos.com", "Prometheus") => {
                self.prometheuses.insert(key);
            }
            ("rbac.authorization.k8s.io", "RoleBinding" | "ClusterRoleBinding") => {
                self.learn_binding(object, &namespace, &reason);
            }
            _ => {
                self.entries.extend(entry::read(object, &namespace, &reason));
                for (index, it) in
                    Workload::read(object, &namespace, &reason).into_iter().enumerate()
                {
                    let key = (namespace.clone(), it.kind.clone(), it.name.clone(), index);
                    match self.workloads.entry(key) {
                        Slot::Vacant(free) => {
                            free.insert(it);
                        }
                        Slot::Occupied(mut there) => there.get_mut().join(it),
                    }
                }
            }
        }
    }

    fn learn_binding(
        &mut self,
        object: &Object<'_>,
        namespace: &str,
        reason: &dyn Fn(Place<'_>, String) -> Reason,
    ) {
        let title = format!("{} {}", object.kind, object.name());
        for subject in object.place.at("subjects").items() {
            let name = subject.at("name").as_str().unwrap_or_default();
            let own = if object.kind == "RoleBinding" { namespace } else { "" };
            let who = match subject.at("kind").as_str() {
                Some("ServiceAccount") => (subject.at("namespace").as_str().unwrap_or(own), name),
                Some("Group") => match name.strip_prefix("system:serviceaccounts") {
                    Some("") => ("", ""),
                    Some(rest) => (rest.trim_start_matches(':'), ""),
                    None => continue,
                },
                Some("User") => {
                    let account = name.strip_prefix("system:serviceaccount:");
                    match account.and_then(|it| it.split_once(':')) {
                        Some(account) => account,
                        None => continue,
                    }
                }
                _ => continue,
            };
            let who = (who.0.to_owned(), who.1.to_owned());
            self.bound.entry(who).or_insert_with(|| reason(subject, title.clone()));
        }
    }

    /// Puts all of it together.
    pub fn finish(self) -> Wanted {
        resolution::resolve(self)
    }
}

/// `Deployment shop/web`.
fn called(object: &Object<'_>) -> Arc<str> {
    let name = object.name();
    match object.namespace() {
        Some(namespace) => format!("{} {namespace}/{name}", object.kind).into(),
        None => format!("{} {name}", object.kind).into(),
    }
}
