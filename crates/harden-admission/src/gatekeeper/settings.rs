//! Gatekeeper's own settings: Config and SyncSets, and its webhook.

use serde_json::Value;

use super::judgement::Exemption;
use super::matching::Wildcard;
use crate::{Object, Request};

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
        object.is("config.gatekeeper.sh", "Config") || object.is("syncset.gatekeeper.sh", "SyncSet")
    }

    pub(super) fn read(objects: &[Object]) -> Self {
        let mut settings = Self::default();
        for object in objects.iter().filter(|it| Self::is(it)) {
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

/// Why Gatekeeper's webhook is not called for an operation: it is installed for what creates and updates.
pub(super) fn webhook_takes(request: &Request<'_>) -> Option<Exemption> {
    const GROUP: &str = "admissionregistration.k8s.io";
    const KIND: &str = "ValidatingWebhookConfiguration";
    const NAME: &str = "gatekeeper-validating-webhook-configuration";
    let Some(found) = request.cluster.get(GROUP, KIND, "", NAME) else {
        return Some(if request.cluster.is_whole {
            Exemption::Operation
        } else {
            Exemption::Unknown
        });
    };
    let webhooks = found.at("/webhooks").and_then(Value::as_array).into_iter().flatten();
    let rules = webhooks
        .filter(|it| it.get("name").and_then(Value::as_str) == Some("validation.gatekeeper.sh"))
        .filter_map(|it| it.get("rules")?.as_array())
        .flatten();
    let mut operations = rules.filter_map(|it| it.get("operations")?.as_array()).flatten();
    let takes = operations
        .any(|it| it.as_str().is_some_and(|it| it == "*" || it == request.operation.word()));
    (!takes).then_some(Exemption::Operation)
}
