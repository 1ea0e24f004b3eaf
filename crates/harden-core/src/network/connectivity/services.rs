//! Services, and what leads to them from outside.

use std::net::IpAddr;
use std::sync::Arc;

use harden_yaml::Place;

use super::Network;
use super::labels::{Labels, Test};
use super::reader::Reader;
use super::records::Mark;
use super::views::{Namespace, Workload};
use crate::kubernetes::Protocol;
use crate::network::backend::{self, NamedPort};
use crate::network::{Connections, Ports};
use crate::object::Object;
use crate::source::{Positions, Spot};

#[derive(Debug)]
pub(super) struct ServiceRecord {
    pub(super) namespace: u32,
    pub(super) name: Arc<str>,
    pub(super) labels: Labels,
    kind: ServiceKind,
    /// None for one whose endpoints are written by others.
    pub(super) selector: Option<Test>,
    ports: Vec<ServicePort>,
    addresses: Vec<IpAddr>,
    external_name: Option<Arc<str>>,
    mark: Mark,
}

/// How a Service is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceKind {
    /// From within the cluster only.
    ClusterIp,
    /// By a port of every node, too.
    NodePort,
    /// By an address of its own from outside, too.
    LoadBalancer,
    /// It is another name for something outside.
    ExternalName,
}

/// A port of a Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServicePort {
    /// Its name; empty where it has none.
    pub name: Arc<str>,
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub number: u16,
    target: Target,
}

/// A port of pods.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    Number(u16),
    Name(Arc<str>),
}

/// Something that leads to Services from outside: an Ingress, or a route of a Gateway.
#[derive(Debug)]
pub(super) struct EntryRecord {
    kind: Arc<str>,
    namespace: u32,
    name: Arc<str>,
    backends: Vec<BackendRecord>,
    mark: Mark,
}

#[derive(Debug)]
struct BackendRecord {
    namespace: u32,
    service: Arc<str>,
    /// None for every port.
    port: Option<Target>,
    mark: Mark,
}

impl ServiceRecord {
    /// Adds what it asks of pods: keys of labels and names of ports.
    pub(super) fn asked(
        &self,
        keys: &mut std::collections::BTreeSet<Arc<str>>,
        ports: &mut std::collections::BTreeSet<Arc<str>>,
    ) {
        self.selector.iter().for_each(|it| it.keys(keys));
        for port in &self.ports {
            if let Target::Name(name) = &port.target {
                ports.insert(Arc::clone(name));
            }
        }
    }
}

pub(super) fn read(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> ServiceRecord {
    let spec = object.place.at("spec");
    let kind = match spec.at("type").as_str() {
        Some("NodePort") => ServiceKind::NodePort,
        Some("LoadBalancer") => ServiceKind::LoadBalancer,
        Some("ExternalName") => ServiceKind::ExternalName,
        _ => ServiceKind::ClusterIp,
    };
    let selector = spec.at("selector");
    let labels = Labels::read(selector);
    let selector = (!selector.is_empty() && kind != ServiceKind::ExternalName)
        .then(|| Test::all(labels.iter().map(|(key, value)| Test::is(key, value))));
    let listed = spec.at("clusterIPs").items().chain([spec.at("clusterIP")]);
    let mut addresses: Vec<IpAddr> = listed.filter_map(|it| it.as_str()?.parse().ok()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    ServiceRecord {
        namespace: reader.namespace_of(object),
        name: object.name().into(),
        labels: Labels::read(object.place.at("metadata").at("labels")),
        kind,
        selector,
        ports: spec.at("ports").items().filter_map(port).collect(),
        addresses,
        external_name: spec
            .at("externalName")
            .as_str()
            .filter(|_| kind == ServiceKind::ExternalName)
            .map(Into::into),
        mark: reader.mark(text, object.place),
    }
}

fn port(place: Place<'_>) -> Option<ServicePort> {
    let number = backend::number(place.at("port"))?;
    let protocol = place.at("protocol").as_str().map_or(Some(Protocol::Tcp), Protocol::read)?;
    let target = NamedPort::read(place.at("targetPort"));
    let target = target.map_or(Target::Number(number), Target::from);
    Some(ServicePort {
        name: place.at("name").as_str().unwrap_or("").into(),
        protocol,
        number,
        target,
    })
}

impl From<NamedPort<'_>> for Target {
    fn from(port: NamedPort<'_>) -> Self {
        match port {
            NamedPort::Number(number) => Self::Number(number),
            NamedPort::Name(name) => Self::Name(name.into()),
        }
    }
}

pub(super) fn read_entry(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> EntryRecord {
    let namespace = reader.namespace_of(object);
    let mut backends = Vec::new();
    for it in backend::Backend::all(object) {
        let namespace = it.namespace.map_or(namespace, |it| reader.namespace(it));
        let (service, port) = (it.service.into(), it.port.map(Target::from));
        backends.push(BackendRecord {
            namespace,
            service,
            port,
            mark: reader.mark(text, it.place),
        });
    }
    EntryRecord {
        kind: object.kind.into(),
        namespace,
        name: object.name().into(),
        backends,
        mark: reader.mark(text, object.place),
    }
}

/// A Service. Its words are `team-a/web[Service]`.
#[derive(Debug, Clone, Copy)]
pub struct Service<'a> {
    of: &'a Network,
    record: &'a ServiceRecord,
}

/// An Ingress, or a route of a Gateway. Its words are `team-a/web[Ingress]`.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    of: &'a Network,
    record: &'a EntryRecord,
}

/// A Service that an entry leads to.
#[derive(Debug, Clone, Copy)]
pub struct Backend<'a> {
    of: &'a Network,
    record: &'a BackendRecord,
}

impl Network {
    /// All Services, in the order in which they were read.
    pub fn services(&self) -> impl Iterator<Item = Service<'_>> {
        self.services.iter().map(|record| Service { of: self, record })
    }

    /// What leads to Services from outside, in the order in which it was read.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        self.entries.iter().map(|record| Entry { of: self, record })
    }
}

impl<'a> Service<'a> {
    /// The namespace that it is in.
    pub fn namespace(self) -> Namespace<'a> {
        Namespace { of: self.of, id: self.record.namespace }
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        &self.record.name
    }

    /// How it is reached.
    pub fn kind(self) -> ServiceKind {
        self.record.kind
    }

    /// Its ports.
    pub fn ports(self) -> &'a [ServicePort] {
        &self.record.ports
    }

    /// Its addresses within the cluster, where they are known.
    pub fn addresses(self) -> &'a [IpAddr] {
        &self.record.addresses
    }

    /// What it is another name for.
    pub fn external_name(self) -> Option<&'a str> {
        self.record.external_name.as_deref()
    }

    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record.mark.spot()
    }

    /// Whether it selects pods; the endpoints of others are not known.
    pub fn has_selector(self) -> bool {
        self.record.selector.is_some()
    }

    /// The workloads whose pods it selects.
    pub fn workloads(self) -> impl Iterator<Item = Workload<'a>> {
        let selector = self.record.selector.as_ref();
        let own = self.of.workloads().filter(move |it| it.namespace().id == self.record.namespace);
        own.filter(move |it| {
            let labels = it.record().map(|it| &it.labels);
            selector.zip(labels).is_some_and(|(selector, labels)| selector.holds(labels))
        })
    }

    /// The ports of pods of a workload that some of its ports lead to.
    pub fn targets(
        self,
        workload: Workload<'a>,
        is_asked: impl Fn(&ServicePort) -> bool,
    ) -> Connections {
        let ports = self.record.ports.iter().filter(|it| is_asked(it));
        ports.fold(Connections::NONE, |all, it| all.union(&target_of(it, workload)))
    }
}

fn target_of(port: &ServicePort, workload: Workload<'_>) -> Connections {
    let one = |number| Connections::of(port.protocol, Ports::range(number, number));
    match &port.target {
        Target::Number(number) => one(*number),
        Target::Name(name) => {
            let class = workload.record().and_then(|it| workload.of.class(it.class));
            let named = class.into_iter().flat_map(|it| &it.ports);
            let own = named.filter(|it| it.name == *name && it.protocol == port.protocol);
            own.fold(Connections::NONE, |all, it| all.union(&one(it.number)))
        }
    }
}

impl std::fmt::Display for Service<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}[Service]", self.namespace().name(), self.name())
    }
}

impl<'a> Entry<'a> {
    /// Its kind.
    pub fn kind(self) -> &'a str {
        &self.record.kind
    }

    /// The namespace that it is in.
    pub fn namespace(self) -> Namespace<'a> {
        Namespace { of: self.of, id: self.record.namespace }
    }

    /// Its name.
    pub fn name(self) -> &'a str {
        &self.record.name
    }

    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record.mark.spot()
    }

    /// The Services that it leads to, whether or not they are there.
    pub fn backends(self) -> impl Iterator<Item = Backend<'a>> {
        self.record.backends.iter().map(move |record| Backend { of: self.of, record })
    }
}

impl std::fmt::Display for Entry<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}[{}]", self.namespace().name(), self.name(), self.kind())
    }
}

impl<'a> Backend<'a> {
    /// The namespace of the Service.
    pub fn namespace(self) -> Namespace<'a> {
        Namespace { of: self.of, id: self.record.namespace }
    }

    /// The name of the Service.
    pub fn service(self) -> &'a str {
        &self.record.service
    }

    /// Where it is written.
    pub fn spot(self) -> Spot<'a> {
        self.record.mark.spot()
    }

    /// The workloads that it leads to, each with the ports of its pods.
    pub fn targets(self) -> impl Iterator<Item = (Workload<'a>, Connections)> {
        let services = self.of.services().filter(move |it| {
            *it.record.name == *self.record.service && it.record.namespace == self.record.namespace
        });
        let is_asked = move |port: &ServicePort| match &self.record.port {
            None => true,
            Some(Target::Number(number)) => port.number == *number,
            Some(Target::Name(name)) => port.name == *name,
        };
        services.flat_map(move |service| {
            service.workloads().map(move |it| (it, service.targets(it, is_asked)))
        })
    }
}
