//! Namespaces that may use everything.

use super::missing::flag_missing;
use crate::kubernetes::GroupKind;
use crate::rule::Companion;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "missing-resource-quota",
    category: Category::Namespace,
    severity: Severity::Low,
    level: None,
    summary: "a namespace with workloads has no ResourceQuota",
    why: "A mistake or an intruder in one namespace can use up the nodes, and make so many \
          objects that the API server suffers; everybody else shares both.",
    remedy: "add a ResourceQuota for what the namespace is meant to use",
    breaks: "A quota for CPU or memory rejects pods that state neither; a LimitRange gives them \
          defaults.",
    mend: Mend::Objects(&[Companion::Quota, Companion::Limits]),
    references: &[
        Reference::NsaCisa("Network separation and hardening: resource policies"),
        Reference::Mitre("T1496"),
        Reference::Page("https://kubernetes.io/docs/concepts/policy/resource-quotas/"),
    ],
    reads: &[GroupKind::NAMESPACE, GroupKind::RESOURCE_QUOTA],
    check: Check::World(check),
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
---
apiVersion: v1
kind: ResourceQuota
metadata:
  name: quota
  namespace: team-a
spec:
  hard:
    requests.cpu: \"4\"
    requests.memory: 8Gi
    pods: \"20\"
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_missing(world, reporter, GroupKind::RESOURCE_QUOTA, "what its pods use together");
}
#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn check(text: &str) -> usize {
        messages(&RULE, text).len()
    }

    const NAMESPACE: &str = "{apiVersion: v1, kind: Namespace, metadata: {name: team}}\n---\n";
    const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: team}, spec: {containers: []}}\n---\n";

    #[test]
    fn an_empty_namespace_uses_nothing() {
        assert_eq!(check(NAMESPACE), 0);
        assert_eq!(check(&format!("{NAMESPACE}{POD}")), 1);
        assert_eq!(check(&format!("{NAMESPACE}{POD}").replace("team", "kube-system")), 0);
    }

    #[test]
    fn a_namespace_that_is_not_in_the_input_is_not_judged() {
        assert_eq!(check(POD), 0);
        assert_eq!(check(&format!("{}{POD}", NAMESPACE.replace("team", "other"))), 0);
    }

    #[test]
    fn one_of_another_namespace_does_not_count() {
        let own = "{apiVersion: v1, kind: ResourceQuota, metadata: {name: a, namespace: team}}";
        let with = |it: &str| check(&format!("{NAMESPACE}{POD}{it}"));
        assert_eq!(with(own), 0);
        assert_eq!(with(&own.replace("team", "other")), 1);
    }
}
