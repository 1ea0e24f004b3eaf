//! Namespaces whose pods need not say what they use.

use super::missing::flag_missing;
use crate::kubernetes::GroupKind;
use crate::rule::Companion;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "missing-limit-range",
    category: Category::Namespace,
    severity: Severity::Low,
    level: None,
    summary: "a namespace with workloads has no LimitRange",
    why: "Containers that state no requests and limits are placed anywhere and take what they \
          get, until the node evicts their neighbours.",
    remedy: "add a LimitRange with defaults for CPU and memory",
    breaks: "Containers that used more than the defaults are slowed down or restarted; state what \
          they need.",
    mend: Mend::Objects(&[Companion::Limits]),
    references: &[
        Reference::NsaCisa("Network separation and hardening: resource policies"),
        Reference::Page("https://kubernetes.io/docs/concepts/policy/limit-range/"),
    ],
    reads: &[GroupKind::LIMIT_RANGE, GroupKind::NAMESPACE],
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
kind: LimitRange
metadata:
  name: limits
  namespace: team-a
spec:
  limits:
  - type: Container
    default:
      cpu: 500m
      memory: 256Mi
    defaultRequest:
      cpu: 100m
      memory: 128Mi
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_missing(
        world,
        reporter,
        GroupKind::LIMIT_RANGE,
        "what a container gets that states nothing",
    );
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
        let own = "{apiVersion: v1, kind: LimitRange, metadata: {name: a, namespace: team}}";
        let with = |it: &str| check(&format!("{NAMESPACE}{POD}{it}"));
        assert_eq!(with(own), 0);
        assert_eq!(with(&own.replace("team", "other")), 1);
    }
}
