//! Random clusters, of which is known who talks to whom before anybody writes manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::packets::Pod;

/// Workloads, their Services, and who names which.
#[derive(Debug, Default)]
pub(crate) struct Cluster {
    workloads: Vec<Workload>,
    services: Vec<Service>,
}

#[derive(Debug)]
struct Workload {
    namespace: &'static str,
    name: String,
    labels: BTreeMap<String, String>,
    port: u16,
    /// The Services that it names, each in a way of its own.
    names: Vec<(usize, u64)>,
}

#[derive(Debug)]
struct Service {
    namespace: &'static str,
    name: String,
    selector: BTreeMap<String, String>,
    port: u16,
    target: Target,
    way: Way,
}

#[derive(Debug)]
enum Target {
    Number(u16),
    Name,
}

#[derive(Debug, PartialEq, Eq)]
enum Way {
    Inside,
    Ingress,
    LoadBalancer,
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.roll(all.len() as u64)).unwrap()]
    }
}

const NAMESPACES: [&str; 3] = ["one", "two", "three"];

impl Cluster {
    /// Two workloads, one of which names the other over a border of namespaces.
    pub(crate) fn two() -> Self {
        let labels = |app: &str| BTreeMap::from([("app".to_owned(), app.to_owned())]);
        let workload = |namespace, name: &str, names| Workload {
            namespace,
            name: name.to_owned(),
            labels: labels(name),
            port: 8080,
            names,
        };
        Self {
            workloads: vec![
                workload("one", "web", vec![(0, 2)]),
                workload("two", "api", Vec::new()),
            ],
            services: vec![Service {
                namespace: "two",
                name: "api".to_owned(),
                selector: labels("api"),
                port: 80,
                target: Target::Name,
                way: Way::Inside,
            }],
        }
    }

    pub(crate) fn random(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        (0..8).for_each(|_| {
            dice.roll(2);
        });
        let mut this = Self::default();
        let namespaces = &NAMESPACES[..=usize::try_from(dice.roll(3)).unwrap()];
        for index in 0..2 + dice.roll(7) {
            let mut labels =
                BTreeMap::from([("app".to_owned(), dice.of(&["a", "b", "c"]).to_owned())]);
            for (key, sides) in [("tier", 2), ("track", 3)] {
                if dice.roll(sides) == 0 {
                    labels.insert(key.to_owned(), dice.of(&["p", "q"]).to_owned());
                }
            }
            this.workloads.push(Workload {
                namespace: dice.of(namespaces),
                name: format!("w{index}"),
                labels,
                port: dice.of(&[80, 8080, 9090]),
                names: Vec::new(),
            });
        }
        for index in 0..this.workloads.len() {
            let of = &this.workloads[index];
            let mut selector = of.labels.clone();
            if dice.roll(3) == 0 {
                selector.retain(|key, _| key == "app");
            }
            let target = if dice.roll(2) == 0 { Target::Name } else { Target::Number(of.port) };
            let way = match dice.roll(8) {
                0 => Way::Ingress,
                1 => Way::LoadBalancer,
                _ => Way::Inside,
            };
            this.services.push(Service {
                namespace: of.namespace,
                name: format!("s{index}"),
                selector,
                port: dice.of(&[80, 443, 5432]),
                target,
                way,
            });
        }
        let services = this.services.len() as u64;
        for workload in &mut this.workloads {
            for _ in 0..dice.roll(3) {
                let service = usize::try_from(dice.roll(services)).unwrap();
                workload.names.push((service, dice.roll(6)));
            }
        }
        this
    }

    /// The manifests.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for it in &self.workloads {
            let labels = flow(&it.labels);
            let _ = writeln!(
                text,
                "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {}, namespace: {}}}\nspec:\n  selector: \
                 {{matchLabels: {labels}}}\n  template:\n    metadata: {{labels: {labels}}}\n    spec:\n      \
                 containers:\n      - name: c\n        ports: [{{name: web, containerPort: {}}}]\n        env:",
                it.name, it.namespace, it.port
            );
            for (number, (service, way)) in it.names.iter().enumerate() {
                let service = &self.services[*service];
                let (name, namespace, port) = (&service.name, service.namespace, service.port);
                let value = match way {
                    0 if namespace == it.namespace => name.clone(),
                    1 => format!("http://user:pw@{name}.{namespace}:{port}/path"),
                    2 => format!("{name}.{namespace}.svc:{port}"),
                    3 => format!("{name}.{namespace}.svc.cluster.local"),
                    4 => format!("tcp://x.example.invalid;{name}.{namespace}:{port}"),
                    _ => format!("{name}.{namespace}"),
                };
                let value = value.trim_start_matches("tcp://x.example.invalid;");
                let _ = writeln!(text, "        - {{name: S{number}, value: '{value}'}}");
            }
        }
        for it in &self.services {
            let target = match it.target {
                Target::Number(number) => number.to_string(),
                Target::Name => "web".to_owned(),
            };
            let kind = if it.way == Way::LoadBalancer { "LoadBalancer" } else { "ClusterIP" };
            let _ = writeln!(
                text,
                "---\napiVersion: v1\nkind: Service\nmetadata: {{name: {}, namespace: {}}}\nspec: {{type: {kind}, \
                 selector: {}, ports: [{{port: {}, targetPort: {target}}}]}}",
                it.name,
                it.namespace,
                flow(&it.selector),
                it.port
            );
            if it.way == Way::Ingress {
                let _ = writeln!(
                    text,
                    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {{name: {}, namespace: {}}}\n\
                     spec: {{defaultBackend: {{service: {{name: {}, port: {{number: {}}}}}}}}}",
                    it.name, it.namespace, it.name, it.port
                );
            }
        }
        text
    }

    /// The workloads as pods, one that nobody wrote a policy for in each namespace, and one elsewhere.
    pub(crate) fn pods(&self) -> Vec<Pod> {
        let pod = |namespace: &str, name: &str, labels: BTreeMap<String, String>| Pod {
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            labels,
        };
        let own = self.workloads.iter().map(|it| pod(it.namespace, &it.name, it.labels.clone()));
        let mut all: Vec<Pod> = own.collect();
        all.push(pod("elsewhere", "stranger", BTreeMap::new()));
        for namespace in self.workloads.iter().map(|it| it.namespace).collect::<BTreeSet<_>>() {
            all.push(pod(namespace, &format!("new-in-{namespace}"), BTreeMap::new()));
        }
        all
    }

    pub(crate) fn ports(&self) -> impl Iterator<Item = u16> {
        self.services.iter().map(|it| it.port).chain(self.workloads.iter().map(|it| it.port))
    }

    /// Who talks to whom by which port. Pods with the same labels are the same to policies.
    pub(crate) fn wanted(&self) -> BTreeSet<(String, String, u16)> {
        let mut all = BTreeSet::new();
        for (from, to, port) in self.connections() {
            for (from, to) in self.alike(from).flat_map(|a| self.alike(to).map(move |b| (a, b))) {
                all.insert((from.name.clone(), to.name.clone(), port));
            }
        }
        for service in self.services.iter().filter(|it| it.way != Way::Inside) {
            for (to, port) in self.behind(service) {
                for to in self.alike(to) {
                    all.insert(("stranger".to_owned(), to.name.clone(), port));
                }
            }
        }
        all
    }

    /// Who connects to anybody, and has to resolve names for it.
    pub(crate) fn who_asks_for_names(&self) -> BTreeMap<String, bool> {
        let mut all: BTreeMap<String, bool> =
            self.workloads.iter().map(|it| (it.name.clone(), false)).collect();
        for (from, ..) in self.connections() {
            for alike in self.alike(from) {
                all.insert(alike.name.clone(), true);
            }
        }
        all
    }

    /// The connections that are named. A name alone, which is that of its own Service, says who somebody is.
    fn connections(&self) -> Vec<(&Workload, &Workload, u16)> {
        let mut all = Vec::new();
        for from in &self.workloads {
            for (at, way) in &from.names {
                let service = &self.services[*at];
                let is_alone = *way == 0 && service.namespace == from.namespace;
                let others = self.behind(service).into_iter();
                let others = others.filter(|(to, _)| !is_alone || to.name != from.name);
                all.extend(others.map(|(to, port)| (from, to, port)));
            }
        }
        all
    }

    fn behind<'a>(&'a self, service: &Service) -> Vec<(&'a Workload, u16)> {
        let is_behind = |it: &&Workload| {
            it.namespace == service.namespace
                && service.selector.iter().all(|(key, value)| it.labels.get(key) == Some(value))
        };
        let port = |it: &Workload| match service.target {
            Target::Number(number) => number,
            Target::Name => it.port,
        };
        self.workloads.iter().filter(is_behind).map(|it| (it, port(it))).collect()
    }

    fn alike<'a>(&'a self, of: &'a Workload) -> impl Iterator<Item = &'a Workload> {
        self.workloads
            .iter()
            .filter(move |it| it.namespace == of.namespace && it.labels == of.labels)
    }
}

/// A pod of the DNS of the cluster.
pub(crate) fn dns() -> Pod {
    Pod {
        namespace: "kube-system".to_owned(),
        name: "coredns".to_owned(),
        labels: BTreeMap::from([("k8s-app".to_owned(), "kube-dns".to_owned())]),
    }
}

fn flow(labels: &BTreeMap<String, String>) -> String {
    let all: Vec<String> = labels.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("{{{}}}", all.join(", "))
}
