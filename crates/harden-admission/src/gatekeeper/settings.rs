//! Gatekeeper's own settings: Config and SyncSets, and its webhooks.

use serde_json::Value;

use super::judgement::Exemption;
use super::matching::{Selector, Wildcard};
use crate::{Object, Operation, Request};

/// What Gatekeeper leaves out, and what it keeps of the cluster.
#[derive(Debug, Default)]
pub(super) struct Settings {
    excluded: Vec<(Process, Wildcard)>,
    /// Group, version and kind; none where nothing says so.
    kept: Option<Vec<[String; 3]>>,
}

/// What Gatekeeper does with objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    Webhook,
    Mutation,
    Sync,
}

/// The only name that a Config is read under.
const NAME: &str = "config";

impl Settings {
    pub(super) fn is(object: &Object) -> bool {
        object.is("config.gatekeeper.sh", "Config")
            || object.is("syncset.gatekeeper.sh", "SyncSet")
            || object.is("externaldata.gatekeeper.sh", "Provider")
    }

    pub(super) fn read(objects: &[Object]) -> Self {
        let mut settings = Self::default();
        for object in objects.iter().filter(|it| Self::is(it) && it.kind() != "Provider") {
            let list = |pointer: &str| {
                object.at(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
            };
            let is_config = object.kind() == "Config";
            if is_config && object.name() != NAME {
                continue;
            }
            let kinds = list(if is_config { "/spec/sync/syncOnly" } else { "/spec/gvks" });
            settings.kept.get_or_insert_default().extend(kinds.iter().map(|it| {
                ["group", "version", "kind"]
                    .map(|key| it.get(key).and_then(Value::as_str).unwrap_or_default().to_owned())
            }));
            if is_config {
                list("/spec/match").iter().for_each(|it| settings.exclude(it));
            }
        }
        settings
    }

    fn exclude(&mut self, entry: &Value) {
        let texts = |key: &str| {
            let all = entry.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).collect::<Vec<_>>()
        };
        for process in texts("processes") {
            let processes: &[Process] = match process {
                "*" => &[Process::Webhook, Process::Mutation, Process::Sync],
                "webhook" => &[Process::Webhook],
                "mutation-webhook" => &[Process::Mutation],
                "sync" => &[Process::Sync],
                _ => &[],
            };
            for namespace in texts("excludedNamespaces") {
                let of = |process: &Process| (*process, Wildcard::new(namespace.to_owned()));
                self.excluded.extend(processes.iter().map(of));
            }
        }
    }

    /// Whether Gatekeeper leaves an object out; a Namespace is in itself.
    pub(super) fn excludes(&self, process: Process, object: &Object) -> bool {
        let is_namespace = object.is("", "Namespace");
        let name = if is_namespace { object.name() } else { object.namespace() };
        self.excluded.iter().any(|(of, it)| *of == process && it.matches(name))
    }

    /// Whether Gatekeeper keeps an object for templates to look up.
    pub(super) fn keeps(&self, object: &Object) -> bool {
        let is = |it: &[String; 3]| {
            let of = [object.group(), object.version(), object.kind()];
            it.iter().zip(of).all(|(wanted, is)| wanted == is)
        };
        self.kept.as_ref().is_none_or(|all| all.iter().any(is))
    }
}

/// One of Gatekeeper's webhooks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Webhook {
    kind: &'static str,
    configuration: &'static str,
    name: &'static str,
}

/// That which asks constraints.
pub(super) const VALIDATING: Webhook = Webhook {
    kind: "ValidatingWebhookConfiguration",
    configuration: "gatekeeper-validating-webhook-configuration",
    name: "validation.gatekeeper.sh",
};

/// That which asks mutators.
pub(super) const MUTATING: Webhook = Webhook {
    kind: "MutatingWebhookConfiguration",
    configuration: "gatekeeper-mutating-webhook-configuration",
    name: "mutation.gatekeeper.sh",
};

/// What Gatekeeper is called for of parts of objects, as it is installed.
const SUBRESOURCES: [&str; 16] = [
    "pods/ephemeralcontainers",
    "pods/exec",
    "pods/log",
    "pods/eviction",
    "pods/portforward",
    "pods/proxy",
    "pods/attach",
    "pods/binding",
    "pods/resize",
    "deployments/scale",
    "replicasets/scale",
    "statefulsets/scale",
    "replicationcontrollers/scale",
    "services/proxy",
    "nodes/proxy",
    "services/status",
];

/// The label of namespaces that Gatekeeper is not called for, as it is installed, and its own namespace.
const IGNORE: &str = "admission.gatekeeper.sh/ignore";
const OWN: &str = "gatekeeper-system";

impl Webhook {
    /// Why the webhook is not called for a request: what its configuration says, or how it is installed where
    /// that is not at hand. `namespace` is that of the object, or the object itself.
    pub(super) fn exemption(
        self,
        request: &Request<'_>,
        namespace: Option<&Object>,
    ) -> Option<Exemption> {
        const GROUP: &str = "admissionregistration.k8s.io";
        let found = request.cluster.get(GROUP, self.kind, "", self.configuration);
        let webhook = found.and_then(|it| {
            let all = it.at("/webhooks")?.as_array()?;
            all.iter().find(|it| it.get("name").and_then(Value::as_str) == Some(self.name))
        });
        let Some(webhook) = webhook else { return Self::installed(request, namespace) };
        let texts = |of: &Value, key: &str| -> Vec<String> {
            let all = of.get(key).and_then(Value::as_array).into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect()
        };
        let mut rules = webhook.get("rules").and_then(Value::as_array).into_iter().flatten();
        let is_called = rules.any(|rule| {
            let operations = texts(rule, "operations");
            operations.iter().any(|it| it == "*" || it == request.operation.word())
        });
        if !is_called {
            return Some(Exemption::Operation);
        }
        let selector = Selector::read(webhook.get("namespaceSelector")).ok().flatten();
        let is_ignored = match (selector, namespace) {
            (Some(selector), Some(namespace)) => !selector.matches(namespace),
            _ => false,
        };
        is_ignored.then_some(Exemption::Namespace)
    }

    fn installed(request: &Request<'_>, namespace: Option<&Object>) -> Option<Exemption> {
        if !matches!(request.operation, Operation::Create | Operation::Update) {
            let is_known = request.cluster.is_whole;
            return Some(if is_known { Exemption::Operation } else { Exemption::Unknown });
        }
        if !request.subresource.is_empty() {
            let resource =
                request.subject().map(|it| request.cluster.resource(it.group(), it.kind()));
            let name = resource.map_or_else(String::new, |it| it.name);
            let part = format!("{name}/{}", request.subresource);
            if !SUBRESOURCES.contains(&part.as_str()) {
                return Some(Exemption::Operation);
            }
        }
        let is_ignored = |it: &Object| it.label(IGNORE).is_some() || it.name() == OWN;
        namespace.is_some_and(is_ignored).then_some(Exemption::Namespace)
    }
}
