//! Names become pods and ports: of all that is named, what there is.

use super::entry::{Callee, Caller, Entry};
use super::mentions::{Form, Mention, port_of_scheme};
use super::service::{Service, ServicePort};
use super::workload::Workload;
use super::{Gap, Reader, Reason, Wanted};
use crate::kubernetes::{PortNumber, PortRange, Protocol};
use crate::network::{End, Fate, Flow};

/// What the reader learned, as connections between what there is.
pub(super) fn resolve(reader: Reader) -> Wanted {
    let wanted = Wanted { broken: reader.broken.clone(), ..Wanted::default() };
    let mut this = Resolution { reader: &reader, wanted };
    for workload in reader.workloads.values() {
        this.of_workload(workload);
    }
    for service in reader.services.values() {
        this.of_service(service);
    }
    for entry in &reader.entries {
        this.of_entry(entry);
    }
    let mut wanted = this.wanted;
    wanted.workloads = reader.workloads.into_values().collect();
    wanted
}

struct Resolution<'r> {
    reader: &'r Reader,
    wanted: Wanted,
}

/// What a host is.
enum Host<'r> {
    Service(&'r Service),
    /// A Service by its name, of which nothing was read.
    Unread(String),
    ApiServer,
    Outside(String),
    Nothing,
}

impl<'r> Resolution<'r> {
    fn of_workload(&mut self, workload: &Workload) {
        let reader = self.reader;
        let mut named: Vec<&(Mention, Reason)> = workload.named.iter().collect();
        for used in &workload.config {
            let key = (workload.namespace.clone(), used.name.clone());
            let Some(map) = reader.config_maps.get(&key) else { continue };
            let is_used = |key: &String| used.keys.is_empty() || used.keys.contains(key);
            named.extend(map.values.iter().filter(|(key, _)| is_used(key)).flat_map(|it| it.1));
        }
        for (mention, reason) in named {
            self.of_mention(workload, mention, reason);
        }
        self.token(workload);
        if workload.takes_secrets {
            self.wanted.secret_takers.insert(title(workload));
        }
        if let Some((port, reason)) = &workload.scraped {
            let number = |it: &str| it.parse::<PortNumber>().ok();
            let declared = workload.ports.iter().filter(|it| it.protocol == Protocol::Tcp);
            let ports: Vec<_> = match number(port) {
                Some(port) => vec![port],
                None => declared.map(|it| it.number).collect(),
            };
            for from in self.scrapers() {
                for port in &ports {
                    self.add(from.clone(), end(workload), Protocol::Tcp, Some(*port), reason);
                }
            }
        }
    }

    /// The API server, for whoever has a token and rights.
    fn token(&mut self, workload: &Workload) {
        let account = (workload.namespace.clone(), workload.service_account.clone());
        let automounts = workload.automounts.or(self.reader.automounts.get(&account).copied());
        if automounts == Some(false) {
            return;
        }
        let (namespace, all) = (account.0.clone(), String::new());
        let holders = [account, (namespace, all.clone()), (all.clone(), all)];
        let given = holders.iter().find_map(|it| self.reader.bound.get(it));
        if let Some(reason) = given {
            self.add(end(workload), entity("kube-apiserver"), Protocol::Tcp, None, reason);
        }
    }

    fn of_mention(&mut self, from: &Workload, mention: &Mention, reason: &Reason) {
        match self.host(from, mention) {
            Host::Service(service) => self.of_named(from, mention, service, reason),
            Host::ApiServer => {
                self.add(end(from), entity("kube-apiserver"), Protocol::Tcp, None, reason);
            }
            Host::Outside(name) => self.outside(from, name, mention, reason),
            Host::Unread(name) => {
                let what = format!("{} names the Service {name}, which was not read", title(from));
                self.gap(what, reason);
            }
            Host::Nothing => {}
        }
    }

    fn host(&self, from: &Workload, mention: &Mention) -> Host<'r> {
        let labels: Vec<&str> = mention.host.split('.').collect();
        let get = |namespace: &str, name: &str| {
            self.reader.services.get(&(namespace.to_owned(), name.to_owned()))
        };
        let own = from.namespace.as_str();
        let head: Vec<&str> = match labels.iter().position(|it| *it == "svc") {
            Some(at) if at > 1 => labels.iter().take(at).copied().collect(),
            _ => labels.clone(),
        };
        let is_full = head.len() < labels.len();
        let found = match head.as_slice() {
            [name] => get(own, name),
            [name, namespace] => {
                get(namespace, name).or_else(|| if is_full { None } else { get(own, namespace) })
            }
            [_, name, namespace] => get(namespace, name),
            _ => None,
        };
        let is_api_server = matches!(head.as_slice(), ["kubernetes", "default"])
            || own == "default"
                && matches!(head.as_slice(), ["kubernetes"])
                && mention.form == Form::Address;
        match (found, head.as_slice()) {
            (Some(service), _) => match &service.external {
                Some(name) => Host::Outside(name.trim_end_matches('.').to_ascii_lowercase()),
                None => Host::Service(service),
            },
            _ if is_api_server => Host::ApiServer,
            (None, [name, namespace]) if is_full => Host::Unread(format!("{namespace}/{name}")),
            (None, [_, name, namespace]) if is_full => Host::Unread(format!("{namespace}/{name}")),
            _ if is_full || labels.last() == Some(&"local") => Host::Nothing,
            _ if is_public(&labels) && is_telling(mention) => Host::Outside(mention.host.clone()),
            _ => Host::Nothing,
        }
    }

    fn of_named(&mut self, from: &Workload, it: &Mention, service: &'r Service, reason: &Reason) {
        let is_bare = it.port.is_none() && !it.host.contains('.') && it.form != Form::Address;
        if it.form == Form::Word && is_bare {
            return;
        }
        let by_scheme = port_of_scheme(&it.scheme);
        let by_scheme = by_scheme.filter(|port| service.ports_of(Some(*port)).next().is_some());
        let number = it.port.or(by_scheme);
        let ports: Vec<&ServicePort> = service.ports_of(number).collect();
        // Pods of a Service without an address of its own are reached by whatever port they listen on.
        let direct = it.port.filter(|_| ports.is_empty() && service.is_headless);
        let direct = direct.and_then(PortNumber::new);
        if ports.is_empty() && direct.is_none() {
            if it.form == Form::Address {
                let port = it.port.map(|it| format!(" port {it}")).unwrap_or_default();
                let what = format!(
                    "{} names{port} of the Service {}/{}, which has no such port",
                    title(from),
                    service.namespace,
                    service.name
                );
                self.gap(what, reason);
            }
            return;
        }
        for workload in self.behind(service, reason) {
            let is_self = std::ptr::eq(workload, from);
            if is_self && is_bare && !service.is_headless {
                continue;
            }
            if let Some(port) = direct {
                self.add(end(from), end(workload), Protocol::Tcp, Some(port), reason);
            }
            for port in &ports {
                self.connect(end(from), workload, service, port, reason);
            }
        }
    }

    /// What makes the pods behind a Service.
    fn behind(&mut self, service: &Service, reason: &Reason) -> Vec<&'r Workload> {
        let all = self.reader.workloads.values();
        let found: Vec<_> = all.filter(|it| service.selects(it)).collect();
        if found.is_empty() {
            let name = format!("{}/{}", service.namespace, service.name);
            self.gap(format!("no pods that were read are behind the Service {name}"), reason);
        }
        found
    }

    fn connect(
        &mut self,
        from: End,
        to: &Workload,
        service: &Service,
        port: &ServicePort,
        reason: &Reason,
    ) {
        if let Some(number) = port.at(to) {
            return self.add(from, end(to), port.protocol, Some(number), reason);
        }
        let what = format!(
            "port {} of the Service {}/{} leads to a port that {} does not name",
            port.number,
            service.namespace,
            service.name,
            title(to)
        );
        self.gap(what, reason);
    }

    fn outside(&mut self, from: &Workload, name: String, mention: &Mention, reason: &Reason) {
        let port = mention.port.or_else(|| port_of_scheme(&mention.scheme));
        let port = port.and_then(PortNumber::new);
        self.add(end(from), End::Name(name), Protocol::Tcp, port, reason);
    }

    fn of_service(&mut self, service: &'r Service) {
        if service.is_exposed {
            for workload in self.behind(service, &service.reason) {
                for port in &service.ports {
                    self.connect(entity("all"), workload, service, port, &service.reason);
                }
            }
        }
        let Some((port, reason)) = &service.scraped else { return };
        let is_known = !self.reader.prometheuses.is_empty();
        let ports = match port.as_str() {
            "" if is_known => service.ports_named(""),
            "" => service.ports_named("9090"),
            port => service.ports_named(port),
        };
        for from in self.scrapers() {
            for workload in self.behind(service, reason) {
                for port in &ports {
                    self.connect(from.clone(), workload, service, port, reason);
                }
            }
        }
    }

    fn of_entry(&mut self, entry: &Entry) {
        let callers = match entry.from {
            Caller::Controller => vec![entity("ingress")],
            Caller::ApiServer => vec![entity("kube-apiserver")],
            Caller::Prometheus => self.scrapers(),
        };
        let services: Vec<&'r Service> = match &entry.to {
            Callee::Service { namespace, name } => {
                let key = (namespace.clone(), name.clone());
                let found = self.reader.services.get(&key);
                if found.is_none() {
                    let what = format!("the Service {namespace}/{name} was not read");
                    self.gap(what, &entry.reason);
                }
                found.into_iter().collect()
            }
            Callee::Services { namespaces, labels } => {
                let is_meant = |it: &&Service| {
                    namespaces.hold(&it.namespace)
                        && labels.iter().all(|(key, value)| it.labels.get(key) == Some(value))
                };
                self.reader.services.values().filter(is_meant).collect()
            }
            Callee::Pods { namespaces, labels } => {
                let is_meant = |it: &&Workload| {
                    namespaces.hold(&it.namespace)
                        && labels.iter().all(|(key, value)| it.labels.get(key) == Some(value))
                };
                for workload in self.reader.workloads.values().filter(is_meant) {
                    let number = entry.port.parse().ok();
                    let port = number.or_else(|| workload.number_of(&entry.port, Protocol::Tcp));
                    let Some(port) = port else { continue };
                    for from in &callers {
                        let to = end(workload);
                        self.add(from.clone(), to, Protocol::Tcp, Some(port), &entry.reason);
                    }
                }
                return;
            }
        };
        for service in services {
            if service.external.is_some() {
                continue;
            }
            let mut ports = service.ports_named(&entry.port);
            if ports.is_empty() && entry.reason.what.starts_with("Route ") {
                // A Route may name the port of the pods.
                let by_target = |it: &&ServicePort| match &it.target {
                    super::service::Target::Number(number) => number.to_string() == entry.port,
                    super::service::Target::Name(name) => *name == entry.port,
                };
                ports = service.ports.iter().filter(by_target).collect();
            }
            if ports.is_empty() {
                let what = format!(
                    "the Service {}/{} has no port {}",
                    service.namespace, service.name, entry.port
                );
                self.gap(what, &entry.reason);
            }
            for workload in self.behind(service, &entry.reason) {
                for port in &ports {
                    for from in &callers {
                        self.connect(from.clone(), workload, service, port, &entry.reason);
                    }
                }
            }
        }
    }

    /// Who scrapes: the pods of every Prometheus, as its operator labels them.
    fn scrapers(&self) -> Vec<End> {
        let label = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let each = self.reader.prometheuses.iter().map(|(namespace, name)| End::Pod {
            namespace: namespace.clone(),
            name: String::new(),
            labels: vec![
                label("app.kubernetes.io/name", "prometheus"),
                label("operator.prometheus.io/name", name),
            ],
        });
        let known: Vec<_> = each.collect();
        if known.is_empty() { vec![entity("prometheus")] } else { known }
    }

    fn add(
        &mut self,
        from: End,
        to: End,
        protocol: Protocol,
        port: Option<PortNumber>,
        reason: &Reason,
    ) {
        let port = port.map(PortRange::Number);
        let flow = Flow { from, to, protocol, port, fate: Fate::Forwarded };
        self.wanted.flows.entry(flow).or_default().insert(reason.clone());
    }

    fn gap(&mut self, what: String, reason: &Reason) {
        self.wanted.gaps.insert(Gap { what, reason: reason.clone() });
    }
}

/// Whether a connection is meant, and no file or image.
fn is_telling(mention: &Mention) -> bool {
    match mention.form {
        Form::Address => true,
        Form::Value => mention.port.is_some(),
        Form::Word => false,
    }
}

/// Whether labels of a host are those of a name that the internet may know.
fn is_public(labels: &[&str]) -> bool {
    let last = labels.last().copied().unwrap_or_default();
    let is_plain = !labels.iter().any(|it| it.contains('_'));
    labels.len() > 1
        && is_plain
        && last.len() > 1
        && last.bytes().all(|it| it.is_ascii_alphabetic())
}

fn end(workload: &Workload) -> End {
    End::Workload {
        namespace: workload.namespace.clone(),
        kind: workload.kind.clone(),
        name: workload.name.clone(),
    }
}

fn entity(name: &str) -> End {
    End::Entity(name.to_owned())
}

fn title(workload: &Workload) -> String {
    end(workload).to_string()
}
