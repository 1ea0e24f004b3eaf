//! Clusters in which nothing does what NetworkPolicies say.

use super::policies;
use crate::inventory::PodSummary;
use crate::network;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload, World};
use crate::source::{folder, is_one_tree};

pub(super) static RULE: Rule = Rule {
    id: "unenforced-network-policies",
    category: Category::Network,
    severity: Severity::High,
    level: None,
    summary: "there are NetworkPolicies, but the network plugin is flannel, which ignores them",
    why: "The API server takes every NetworkPolicy, whether or not anything does what it says. Flannel \
          alone connects pods and asks no policy: what looks denied is open.",
    remedy: "run a network plugin that enforces policies, or let flannel run its own engine for them \
          (`netpol.enabled` of its chart)",
    breaks: "Connections that the policies do not let through are dropped from then on.",
    mend: Mend::ByHand("which engine is to enforce the policies"),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/#prerequisites",
        ),
        Reference::Page("https://github.com/flannel-io/flannel#networking-details"),
        Reference::Cis("5.3.1"),
    ],
    reads: network::KINDS,
    check: Check::Held { report, confirm },
    bad: "\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-flannel-ds
  namespace: kube-flannel
spec:
  selector:
    matchLabels:
      app: flannel
  template:
    metadata:
      labels:
        app: flannel
    spec:
      hostNetwork: true
      containers:
      - name: kube-flannel
        image: ghcr.io/flannel-io/flannel:v0.27.4
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
    good: "\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-flannel-ds
  namespace: kube-flannel
spec:
  selector:
    matchLabels:
      app: flannel
  template:
    metadata:
      labels:
        app: flannel
    spec:
      hostNetwork: true
      containers:
      - name: kube-flannel
        image: ghcr.io/flannel-io/flannel:v0.27.4
      - name: kube-network-policies
        image: registry.k8s.io/networking/kube-network-policies:v0.9.2
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
",
};

/// One of these words is in the name, the labels or the images of what enforces policies.
const ENGINES: [&str; 14] = [
    "antrea",
    "aws-node",
    "calico",
    "canal",
    "cilium",
    "kube-ovn",
    "kube-router",
    "network-policies",
    "network-policy",
    "netpol",
    "ovn",
    "romana",
    "tigera",
    "weave",
];

fn report<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !workload.object.is("apps", "DaemonSet") {
        return;
    }
    let has = |what: fn(&str) -> bool| {
        let mut all = workload.containers().iter();
        all.any(|it| it.place().at("image").as_str().is_some_and(what))
    };
    if has(is_flannel) && !has(is_engine) {
        reporter.flag(workload.grip(), "", None);
    }
}

/// The program rather than what it installs on the node, whose image is called `flannel-cni-plugin`.
fn is_flannel(image: &str) -> bool {
    let name = image.rsplit('/').next().unwrap_or("");
    name.split([':', '@']).next().is_some_and(|it| it.ends_with("flannel"))
}

fn is_engine(name: &str) -> bool {
    ENGINES.iter().any(|it| name.contains(it))
}

fn confirm(world: &World<'_>, pod: &PodSummary) -> Option<String> {
    let own = folder(&pod.file);
    let is_near = |file: &str| is_one_tree(folder(file), own);
    let enforces = |it: &&PodSummary| {
        let mut words = it.labels.iter().map(|(_, value)| value.as_str()).chain([&*it.object.name]);
        words.any(is_engine)
    };
    if is_engine(&pod.object.name) || world.pods().iter().any(enforces) {
        return None;
    }
    let count = policies(world).filter(|(object, _)| is_near(world.file(object))).count();
    let policies = if count == 1 { "NetworkPolicy says" } else { "NetworkPolicies say" };
    (count > 0).then(|| {
        format!("flannel alone connects the pods, and ignores what {count} {policies}: nothing enforces policies")
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    const POLICY: &str = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, \
                          namespace: b}, spec: {podSelector: {}}}\n---\n";

    fn daemon(name: &str, image: &str) -> String {
        format!(
            "{{apiVersion: apps/v1, kind: DaemonSet, metadata: {{name: {name}, namespace: kube-system}}, spec: \
             {{template: {{spec: {{containers: [{{name: a, image: '{image}'}}]}}}}}}}}\n---\n"
        )
    }

    const FLANNEL: &str = "docker.io/flannel/flannel:v0.27.4";

    #[test]
    fn flannel_by_itself_enforces_nothing() {
        let flannel = daemon("kube-flannel-ds", FLANNEL);
        assert_eq!(
            messages(&RULE, &(POLICY.to_owned() + &flannel)),
            [
                "flannel alone connects the pods, and ignores what 1 NetworkPolicy says: nothing enforces policies"
            ]
        );
        assert!(messages(&RULE, &flannel).is_empty(), "there is nothing to enforce");
        let installer = daemon("kube-flannel-ds", "docker.io/flannel/flannel-cni-plugin:v1");
        assert!(messages(&RULE, &(POLICY.to_owned() + &installer)).is_empty());
    }

    #[test]
    fn an_engine_of_any_sort_beside_it_may_enforce() {
        let flannel = daemon("kube-flannel-ds", FLANNEL);
        for engine in ["calico-node", "kube-router", "cilium", "kube-network-policies", "canal"] {
            let beside = daemon(engine, "registry.example.com/it:1");
            let text = format!("{POLICY}{flannel}{beside}");
            assert!(messages(&RULE, &text).is_empty(), "{engine}");
        }
        assert!(messages(&RULE, &(POLICY.to_owned() + &daemon("canal", FLANNEL))).is_empty());
    }
}
