//! Services: which pods are behind them, and by which ports.

use std::collections::BTreeMap;

use harden_yaml::Place;

use super::Reason;
use super::workload::{Workload, protocol, scraped, texts};
use crate::kubernetes::{PortNumber, Protocol};
use crate::object::Object;

/// A Service, as far as connections need it.
#[derive(Debug, Clone)]
pub(super) struct Service {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) selector: BTreeMap<String, String>,
    pub(super) ports: Vec<ServicePort>,
    pub(super) is_headless: bool,
    /// Whether it has an address outside of the cluster, or a port on every node.
    pub(super) is_exposed: bool,
    /// The name that it stands for.
    pub(super) external: Option<String>,
    pub(super) scraped: Option<(String, Reason)>,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) reason: Reason,
}

#[derive(Debug, Clone)]
pub(super) struct ServicePort {
    pub(super) name: String,
    pub(super) number: u16,
    pub(super) protocol: Protocol,
    pub(super) target: Target,
}

/// The port of the pods.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Number(PortNumber),
    Name(String),
}

impl Service {
    pub(super) fn read(
        object: &Object<'_>,
        namespace: &str,
        reason: &dyn Fn(Place<'_>, String) -> Reason,
    ) -> Self {
        let spec = object.place.at("spec");
        let text = |key| spec.at(key).as_str().unwrap_or_default();
        let kind = text("type");
        let ports = spec.at("ports").items().filter_map(ServicePort::read).collect();
        Self {
            namespace: namespace.to_owned(),
            name: object.name().to_owned(),
            selector: texts(spec.at("selector")),
            ports,
            is_headless: text("clusterIP") == "None",
            is_exposed: matches!(kind, "LoadBalancer" | "NodePort")
                || !spec.at("externalIPs").is_empty(),
            external: (kind == "ExternalName").then(|| text("externalName").to_owned()),
            scraped: scraped(object.place.at("metadata"), reason),
            labels: texts(object.place.follow("metadata.labels")),
            reason: reason(spec, format!("Service {}, type {kind}", object.name())),
        }
    }

    /// Whether pods of a workload are behind it.
    pub(super) fn selects(&self, workload: &Workload) -> bool {
        let is_there = |(key, value): (&String, &String)| workload.labels.get(key) == Some(value);
        self.namespace == workload.namespace
            && !self.selector.is_empty()
            && self.selector.iter().all(is_there)
    }

    /// Its ports of this number; all of them where none is asked for.
    pub(super) fn ports_of(&self, number: Option<u16>) -> impl Iterator<Item = &ServicePort> {
        self.ports.iter().filter(move |it| number.is_none_or(|number| it.number == number))
    }

    /// Its ports of a number or a name, as an Ingress writes it.
    pub(super) fn ports_named(&self, port: &str) -> Vec<&ServicePort> {
        let number = port.parse::<u16>().ok();
        let is_it = |it: &&ServicePort| match number {
            Some(number) => it.number == number,
            None => port.is_empty() || it.name == port,
        };
        self.ports.iter().filter(is_it).collect()
    }
}

impl ServicePort {
    fn read(place: Place<'_>) -> Option<Self> {
        let number = place.at("port").as_i64().and_then(|it| u16::try_from(it).ok())?;
        let target = place.at("targetPort");
        let target = match (target.as_str(), target.as_i64()) {
            (Some(text), _) if !text.is_empty() => match text.parse() {
                Ok(number) => Target::Number(number),
                Err(_) => Target::Name(text.to_owned()),
            },
            (_, Some(number)) if number != 0 => {
                Target::Number(u16::try_from(number).ok().and_then(PortNumber::new)?)
            }
            _ => Target::Number(PortNumber::new(number)?),
        };
        let name = place.at("name").as_str().unwrap_or_default().to_owned();
        Some(Self { name, number, protocol: protocol(place), target })
    }

    /// The port of a workload's pods; none where they name no such port.
    pub(super) fn at(&self, workload: &Workload) -> Option<PortNumber> {
        match &self.target {
            Target::Number(number) => Some(*number),
            Target::Name(name) => workload.number_of(name, self.protocol),
        }
    }
}
