//! What leads to Services from outside of what was read: routes, webhooks, APIs and monitors.

use std::collections::BTreeMap;

use harden_yaml::Place;

use super::Reason;
use super::workload::texts;
use crate::object::Object;

/// A Service, or pods, that somebody connects to who is no workload of what was read.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) from: Caller,
    pub(super) to: Callee,
    /// Name or number of the port; empty for all.
    pub(super) port: String,
    pub(super) reason: Reason,
}

/// Who connects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// Whatever implements Ingresses, Gateways and Routes.
    Controller,
    /// The API server.
    ApiServer,
    /// Whatever scrapes.
    Prometheus,
}

/// Whom.
#[derive(Debug, Clone)]
pub(super) enum Callee {
    Service { namespace: String, name: String },
    Services { namespaces: Namespaces, labels: BTreeMap<String, String> },
    Pods { namespaces: Namespaces, labels: BTreeMap<String, String> },
}

/// Where.
#[derive(Debug, Clone)]
pub(super) enum Namespaces {
    All,
    Named(Vec<String>),
}

impl Namespaces {
    pub(super) fn hold(&self, namespace: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|it| it == namespace),
        }
    }
}

/// The entries that an object makes.
pub(super) fn read<'d>(
    object: &Object<'d>,
    namespace: &str,
    reason: &dyn Fn(Place<'_>, String) -> Reason,
) -> Vec<Entry> {
    let title = format!("{} {}", object.kind, object.name());
    let spec = object.place.at("spec");
    let mut all = Vec::new();
    let mut add = |from, namespace: &str, name: Place<'d>, port: String| {
        let Some(text) = name.as_str().filter(|it| !it.is_empty()) else { return };
        let to = Callee::Service { namespace: namespace.to_owned(), name: text.to_owned() };
        all.push(Entry { from, to, port, reason: reason(name, title.clone()) });
    };
    match (object.group, object.kind) {
        ("networking.k8s.io" | "extensions", "Ingress") => {
            let paths = spec.at("rules").items().flat_map(|it| it.follow("http.paths").items());
            let backends = paths.map(|it| it.at("backend"));
            for backend in backends.chain([spec.at("defaultBackend"), spec.at("backend")]) {
                let service = backend.at("service");
                let port = [service.follow("port.number"), service.follow("port.name")];
                let port = port.into_iter().chain([backend.at("servicePort")]);
                let port = port.map(port_text).find(|it| !it.is_empty()).unwrap_or_default();
                add(Caller::Controller, namespace, service.at("name"), port.clone());
                add(Caller::Controller, namespace, backend.at("serviceName"), port);
            }
        }
        ("gateway.networking.k8s.io", kind) if kind.ends_with("Route") => {
            for backend in spec.at("rules").items().flat_map(|it| it.at("backendRefs").items()) {
                let kind = backend.at("kind").as_str().unwrap_or("Service");
                let group = backend.at("group").as_str().unwrap_or_default();
                if (group, kind) == ("", "Service") {
                    let namespace = backend.at("namespace").as_str().unwrap_or(namespace);
                    let port = port_text(backend.at("port"));
                    add(Caller::Controller, namespace, backend.at("name"), port);
                }
            }
        }
        ("route.openshift.io", "Route") => {
            let port = port_text(spec.follow("port.targetPort"));
            add(Caller::Controller, namespace, spec.follow("to.name"), port.clone());
            for backend in spec.at("alternateBackends").items() {
                add(Caller::Controller, namespace, backend.at("name"), port.clone());
            }
        }
        (
            "admissionregistration.k8s.io",
            "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration",
        ) => {
            for hook in object.place.at("webhooks").items() {
                called(hook.follow("clientConfig.service"), &mut add);
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            called(spec.follow("conversion.webhook.clientConfig.service"), &mut add);
        }
        ("apiregistration.k8s.io", "APIService") => called(spec.at("service"), &mut add),
        ("monitoring.coreos.com", "ServiceMonitor" | "PodMonitor") => {
            all.extend(monitored(object, namespace, &|it| reason(it, title.clone())));
        }
        _ => {}
    }
    all
}

fn called<'d>(service: Place<'d>, add: &mut impl FnMut(Caller, &str, Place<'d>, String)) {
    let namespace = service.at("namespace").as_str().unwrap_or_default();
    let port = match port_text(service.at("port")) {
        none if none.is_empty() => "443".to_owned(),
        port => port,
    };
    add(Caller::ApiServer, namespace, service.at("name"), port);
}

fn monitored(
    object: &Object<'_>,
    namespace: &str,
    reason: &dyn Fn(Place<'_>) -> Reason,
) -> Vec<Entry> {
    let spec = object.place.at("spec");
    let selector = spec.at("selector");
    let labels = texts(selector.at("matchLabels"));
    // What an expression leaves out is not known here, and everything is not meant.
    if !selector.is_map() || !selector.at("matchExpressions").is_empty() {
        return Vec::new();
    }
    let wanted = spec.at("namespaceSelector");
    let names: Vec<_> = wanted.at("matchNames").items().filter_map(|it| it.as_str()).collect();
    let namespaces = if wanted.at("any").as_bool() == Some(true) {
        Namespaces::All
    } else if names.is_empty() {
        Namespaces::Named(vec![namespace.to_owned()])
    } else {
        Namespaces::Named(names.into_iter().map(str::to_owned).collect())
    };
    let is_of_pods = object.kind == "PodMonitor";
    let list = if is_of_pods { "podMetricsEndpoints" } else { "endpoints" };
    let each = spec.at(list).items().filter_map(|it| {
        let ports = ["port", "portNumber", "targetPort"];
        let port = ports.map(|key| port_text(it.at(key))).into_iter().find(|it| !it.is_empty())?;
        let (namespaces, labels) = (namespaces.clone(), labels.clone());
        let to = if is_of_pods || !it.at("port").exists() {
            Callee::Pods { namespaces, labels }
        } else {
            Callee::Services { namespaces, labels }
        };
        Some(Entry { from: Caller::Prometheus, to, port, reason: reason(it) })
    });
    // Without a Service, it is not known whose pods a port of pods is of.
    let is_known = |it: &Entry| is_of_pods || matches!(it.to, Callee::Services { .. });
    each.filter(is_known).collect()
}

fn port_text(place: Place<'_>) -> String {
    match (place.as_i64(), place.as_str()) {
        (Some(number), _) => number.to_string(),
        (None, Some(text)) => text.to_owned(),
        _ => String::new(),
    }
}
