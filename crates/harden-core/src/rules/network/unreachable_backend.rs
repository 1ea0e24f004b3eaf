//! Ingresses and routes that lead to nothing.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::Place;

use super::super::similar::Names;
use crate::kubernetes::GroupKind;
use crate::network::connectivity::{Service, ServiceKind, ServicePort, Workload};
use crate::network::{self, Backend, Connections, Direction, NamedPort};
use crate::object::Object;
use crate::rule::{
    Category, Check, Mend, Reachability, Reference, Reporter, Rule, Severity, World,
};
use crate::source::folder;

pub(super) static RULE: Rule = Rule {
    id: "unreachable-backend",
    category: Category::Network,
    severity: Severity::High,
    level: None,
    summary: "an Ingress or a route leads to a Service that answers nobody",
    why: "The port that it names is none of the Service, no pod has it, or the policies of the pods let \
          nobody in. Whoever asks from outside gets an error, and the objects all look fine.",
    remedy: "name a port that the Service and its pods have, and let the controller in by a policy",
    breaks: "",
    mend: Mend::ByHand("which Service and port is meant, and who is to be let in"),
    references: &[
        Reference::Page("https://kubernetes.io/docs/concepts/services-networking/ingress/"),
        Reference::Page("https://kubernetes.io/docs/concepts/services-networking/service/"),
    ],
    reads: network::REACHABILITY,
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: team-a
spec:
  defaultBackend:
    service:
      name: web
      port:
        number: 8080
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    app: web
  ports:
  - port: 80
    targetPort: 8080
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: team-a
spec:
  defaultBackend:
    service:
      name: web
      port:
        number: 80
---
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    app: web
  ports:
  - port: 80
    targetPort: 8080
",
};

const SERVICE: GroupKind = GroupKind::new("", "Service");
const LEADING: &[GroupKind] = &[
    GroupKind::new("networking.k8s.io", "Ingress"),
    GroupKind::new("gateway.networking.k8s.io", "GRPCRoute"),
    GroupKind::new("gateway.networking.k8s.io", "HTTPRoute"),
];

/// What is missing may be in the cluster. Only what is beside it, in a file of the same folder, is taken for what is
/// meant.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut leading = world.of_kinds(LEADING).filter(|it| !it.is_removal() && !it.is_patch());
    let Some(first) = leading.next() else { return };
    let reachability = world.reachability(reporter);
    let mut homes: BTreeMap<(&str, &str), Home<'_>> = BTreeMap::new();
    for service in reachability.network().services() {
        let key = (folder(service.spot().source), service.namespace().name());
        homes.entry(key).or_default().add(service);
    }
    for service in world.of_kind(SERVICE).iter().filter(|it| !has_numbers(it)) {
        let key = (folder(world.file(service)), service.namespace().unwrap_or(""));
        homes.entry(key).or_default().unread.insert(service.name());
    }
    for object in [first].into_iter().chain(leading) {
        let own = folder(world.file(object));
        let mut said: BTreeMap<String, Vec<Place<'d>>> = BTreeMap::new();
        for backend in Backend::all(object) {
            let namespace = backend.namespace.or(object.namespace()).unwrap_or("");
            let Some(home) = homes.get(&(own, namespace)) else { continue };
            if let Some(message) = (Asked { world, reachability, own, backend }).flaw(home) {
                said.entry(message).or_default().push(backend.place);
            }
        }
        for (message, places) in said {
            reporter.flag_all_in(object, message, places.into_iter().map(|it| (it, None)));
        }
    }
}

/// The Services of one namespace that are in files of one folder.
#[derive(Default)]
struct Home<'w> {
    names: Names<'w>,
    services: BTreeMap<&'w str, Vec<Service<'w>>>,
    /// Those of which not every port is known.
    unread: BTreeSet<&'w str>,
}

fn has_numbers(service: &Object<'_>) -> bool {
    let mut ports = service.place.follow("spec.ports").items();
    ports.all(|it| it.at("port").as_i64().is_some())
}

impl<'w> Home<'w> {
    fn add(&mut self, service: Service<'w>) {
        self.names.add(service.name());
        self.services.entry(service.name()).or_default().push(service);
    }

    fn is_read(&self, service: Service<'_>) -> bool {
        !service.ports().is_empty() && !self.unread.contains(service.name())
    }
}

/// A backend, and what is known of its surroundings.
struct Asked<'w, 'd> {
    world: &'w World<'d>,
    reachability: &'w Reachability<'d>,
    /// The folder that it is in.
    own: &'w str,
    backend: Backend<'d>,
}

impl Asked<'_, '_> {
    fn flaw(&self, home: &Home<'_>) -> Option<String> {
        let name = self.backend.service;
        let Some(named) = home.services.get(name) else {
            let near = home.names.meant_by(name).next()?;
            return Some(format!("no Service here is called `{name}`; did you mean `{near}`?"));
        };
        let [service] = named.as_slice() else { return None };
        // Of a load balancer of AWS an annotation may say what is behind the name.
        let is_action = self.backend.port == Some(NamedPort::Name("use-annotation"));
        if is_action || service.kind() == ServiceKind::ExternalName || !home.is_read(*service) {
            return None;
        }
        let is_asked = |it: &ServicePort| match self.backend.port {
            None => true,
            Some(NamedPort::Number(number)) => it.number == number,
            Some(NamedPort::Name(name)) => *it.name == *name,
        };
        if !service.ports().iter().any(is_asked) {
            let port = match self.backend.port? {
                NamedPort::Number(number) => number.to_string(),
                NamedPort::Name(name) => format!("`{name}`"),
            };
            return Some(format!("Service `{name}` has no port {port}, but {}", ports(*service)));
        }
        let targets: Vec<_> =
            service.workloads().map(|it| (it, service.targets(it, is_asked))).collect();
        let are_here = targets.iter().all(|(it, _)| self.is_here(*it));
        let (first, _) = targets.first().filter(|_| are_here)?;
        if targets.iter().all(|(_, ports)| ports.is_empty()) {
            return Some(format!(
                "Service `{name}` sends on to a port by a name that no container of {first} has"
            ));
        }
        let closing = targets.iter().map(|(it, ports)| self.closing(*it, ports));
        let policy = closing.collect::<Option<Vec<_>>>()?.into_iter().next()?;
        Some(format!(
            "{policy} isolates the pods of Service `{name}`, and no policy lets anybody connect to its port"
        ))
    }

    fn is_here(&self, workload: Workload<'_>) -> bool {
        workload.spot().is_some_and(|it| folder(it.source) == self.own)
    }

    /// The policy that isolates pods where no other lets anybody in by some ports; none where that is not known.
    fn closing(&self, workload: Workload<'_>, ports: &Connections) -> Option<String> {
        let namespace = workload.namespace().name();
        let is_known = !namespace.is_empty()
            && !self.world.network().has_other_kinds(namespace)
            && workload.doubts(Direction::Ingress).next().is_none();
        if !is_known || ports.is_empty() || !workload.most_let_in().intersection(ports).is_empty() {
            return None;
        }
        let file = |it| self.reachability.object(it).map(|it| folder(self.world.file(it)));
        let mut policies = workload.policies(Direction::Ingress).peekable();
        let first = policies.peek()?.to_string();
        policies.all(|it| file(it) == Some(self.own)).then_some(first)
    }
}

fn ports(service: Service<'_>) -> String {
    let each = service.ports().iter().map(|it| match &*it.name {
        "" => it.number.to_string(),
        name => format!("{} (`{name}`)", it.number),
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    const INGRESS: &str = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: a}, spec: \
                           {rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: \
                           PORT}}}]}}]}}\n---\n";

    fn service(ports: &str) -> String {
        format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: web, namespace: a}}, spec: {{selector: {{app: web}}, \
             ports: [{ports}]}}}}\n---\n"
        )
    }

    fn policy(spec: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: a}}, spec: \
             {{{spec}}}}}\n---\n"
        )
    }

    const PODS: &str = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: a}, spec: {template: \
                        {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i, ports: [{name: http, \
                        containerPort: 8080}]}]}}}}\n---\n";

    fn says(port: &str, others: &[&str]) -> String {
        let text = INGRESS.replace("PORT", port) + &others.concat();
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn a_port_must_be_one_of_the_service() {
        let one = service("{port: 80, name: http, targetPort: 8080}");
        assert_eq!(says("{number: 80}", &[&one]), "");
        assert_eq!(says("{name: http}", &[&one]), "");
        assert_eq!(
            says("{number: 8080}", &[&one]),
            "Service `web` has no port 8080, but 80 (`http`)"
        );
        assert_eq!(
            says("{name: web}", &[&one]),
            "Service `web` has no port `web`, but 80 (`http`)"
        );
        assert_eq!(says("null", &[&one]), "");
        assert_eq!(says("{number: 8080}", &[]), "", "the Service may be in the cluster");
        assert_eq!(says("{number: 8080}", &[&one, &service("{port: 8080}")]), "");
        assert_eq!(says("{name: use-annotation}", &[&one]), "");
        let unknown = service("{port: 80}, {port: '{{ .Values.port }}'}");
        assert_eq!(says("{number: 8080}", &[&unknown]), "");
    }

    #[test]
    fn a_service_may_be_misspelt() {
        let other = service("{port: 80}").replace("name: web", "name: frontend");
        let text = INGRESS.replace("PORT", "{number: 80}").replace("name: web", "name: fronted");
        assert_eq!(
            messages(&RULE, &(text.clone() + &other)),
            ["no Service here is called `fronted`; did you mean `frontend`?"]
        );
        let elsewhere = other.replace("namespace: a", "namespace: b");
        assert!(messages(&RULE, &(text + &elsewhere)).is_empty());
    }

    #[test]
    fn a_port_by_name_must_be_one_of_the_pods() {
        let named = |name: &str| {
            says("{number: 80}", &[&service(&format!("{{port: 80, targetPort: {name}}}")), PODS])
        };
        assert_eq!(named("http"), "");
        assert_eq!(
            named("web"),
            "Service `web` sends on to a port by a name that no container of a/web[Deployment] has"
        );
        assert_eq!(named("9999"), "", "a container need not list what it opens");
    }

    #[test]
    fn policies_must_let_somebody_in() {
        let service = service("{port: 80, targetPort: 8080}");
        let with = |spec: &str| says("{number: 80}", &[&service, PODS, &policy(spec)]);
        let closed = "NetworkPolicy a/p isolates the pods of Service `web`, and no policy lets anybody connect to its port";
        assert_eq!(with("podSelector: {}"), closed);
        assert_eq!(with("podSelector: {}, ingress: [{ports: [{port: 80}]}]"), closed);
        for open in [
            "podSelector: {}, ingress: [{ports: [{port: 8080}]}]",
            "podSelector: {}, ingress: [{ports: [{port: http}]}]",
            "podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {any: body}}}]}]",
            "podSelector: {}, policyTypes: [Egress]",
            "podSelector: {matchLabels: {app: db}}",
        ] {
            assert_eq!(with(open), "", "{open}");
        }
        let cilium = "{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy, metadata: {name: c, namespace: a}}\n---\n";
        let all = [&*service, PODS, &policy("podSelector: {}"), cilium];
        assert_eq!(says("{number: 80}", &all), "", "others may let somebody in");
    }

    #[test]
    fn routes_of_a_gateway_lead_to_services_as_well() {
        let route = "{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: r, namespace: a}, \
                     spec: {rules: [{backendRefs: [{name: web, port: 81}]}]}}\n---\n";
        assert_eq!(messages(&RULE, &(route.to_owned() + &service("{port: 80}"))).len(), 1);
        let other = route.replace("name: web", "kind: Other, name: web");
        assert!(messages(&RULE, &(other + &service("{port: 80}"))).is_empty());
    }
}
