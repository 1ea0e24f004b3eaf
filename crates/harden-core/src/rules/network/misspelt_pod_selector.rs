//! Policies that miss the pods that they are for.

use std::collections::BTreeMap;

use harden_yaml::Action;
use rustc_hash::FxHashMap;

use super::labelled_pods::LabelledPods;
use super::policies;
use crate::inventory::PodSummary;
use crate::kubernetes::Selector;
use crate::network;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::rules::similar::{Names, is_misspelt};

pub(super) static RULE: Rule = Rule {
    id: "misspelt-pod-selector",
    category: Category::Network,
    severity: Severity::High,
    level: None,
    summary: "a NetworkPolicy selects no pod, by a label that is almost right",
    why: "A policy that selects nothing protects nothing, and no error says so: the pods that \
          it is for stay as open, or as closed, as they were.",
    remedy: "write the label as the pods have it",
    breaks: "The policy takes effect: traffic that it does not let through is dropped.",
    mend: Mend::WithThought,
    references: &[
        Reference::Cis("5.3.2"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Owasp("K05"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: frontned
  ingress:
  - ports:
    - port: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    matchLabels:
      app: frontend
  template:
    metadata:
      labels:
        app: frontend
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: frontend
  ingress:
  - ports:
    - port: 8080
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    matchLabels:
      app: frontend
  template:
    metadata:
      labels:
        app: frontend
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
};

/// Pods that are not in the input may be in the cluster; only a value that is almost that of a pod of
/// the namespace, where everything else matches, is taken for a mistake.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut all = policies(world).peekable();
    if all.peek().is_none() {
        return;
    }
    let workloads = world.pods_by_namespace();
    let mut namespaces: FxHashMap<&str, Namespace<'_>> = FxHashMap::default();
    for (object, policy) in all {
        let workloads = workloads.get(policy.namespace).map_or(&[][..], Vec::as_slice);
        let Some(selector) = policy.selector().filter(|it| !it.is_empty()) else { continue };
        let namespace =
            namespaces.entry(policy.namespace).or_insert_with(|| Namespace::of(workloads));
        if namespace.pods.has_any(&selector) {
            continue;
        }
        let near = namespace.almost_with(&selector).into_values().find_map(|workload| {
            let (key, wanted) = selector.only_mismatch(&workload.labels)?;
            let (_, value) = workload.labels.iter().find(|(it, _)| it == key)?;
            is_misspelt(wanted, value).then_some((key, wanted, value, workload))
        });
        if let Some((key, wanted, value, workload)) = near {
            let place = policy.spec.at("podSelector").at("matchLabels").at(key);
            let message = format!(
                "no pod of the input has the label `{key}: {wanted}`, but those of {} have `{key}: {value}`",
                workload.object
            );
            reporter.flag_in(object, place, message, Some(Action::set(value.as_str())));
        }
    }
}

/// The pods of a namespace, and the values of their labels by the keys.
struct Namespace<'w> {
    pods: LabelledPods<'w>,
    values: FxHashMap<&'w str, Names<'w>>,
}

impl<'w> Namespace<'w> {
    fn of(pods: &[&'w PodSummary]) -> Self {
        let pods = LabelledPods::of(pods);
        let mut values: FxHashMap<&str, Names<'_>> = FxHashMap::default();
        pods.labels().for_each(|(key, value)| values.entry(key).or_default().add(value));
        Self { pods, values }
    }

    /// The pods with a value that may be meant by one that a selector is for, by their places.
    fn almost_with(&self, selector: &Selector<'_>) -> BTreeMap<usize, &'w PodSummary> {
        let meant = selector.values().flat_map(|(key, wanted)| {
            let values = self.values.get(key).into_iter();
            values.flat_map(move |it| it.meant_by(wanted)).map(move |it| (key, it))
        });
        meant.flat_map(|(key, value)| self.pods.with(key, value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn selects(selector: &str, labels: &str) -> String {
        let text = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, \
             spec: {{podSelector: {{{selector}}}}}}}\n---\n{{apiVersion: v1, kind: Pod, metadata: {{name: p, \
             namespace: b, labels: {{{labels}}}}}, spec: {{containers: []}}}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn one_value_that_is_almost_right_is_a_mistake() {
        assert_eq!(
            selects("matchLabels: {app: backned, tier: api}", "app: backend, tier: api"),
            "no pod of the input has the label `app: backned`, but those of Pod b/p have `app: backend`"
        );
    }

    #[test]
    fn the_first_workload_that_is_almost_right_is_named() {
        let pod = |name: &str, labels: &str| {
            format!(
                "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: b, labels: {{tier: api, \
                 {labels}}}}}, spec: {{containers: []}}}}\n"
            )
        };
        let policy = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: b}, \
                      spec: {podSelector: {matchLabels: {tier: api, app: backned-1}}}}\n";
        let pods = [("p", "app: backend-2"), ("r", "app: bakcend-1"), ("q", "app: backend-1")];
        let pods = pods.map(|(name, labels)| pod(name, labels)).concat();
        let said = messages(&RULE, &format!("{policy}{pods}"));
        assert_eq!(
            said,
            [
                "no pod of the input has the label `app: backned-1`, but those of Pod b/q have `app: backend-1`"
            ]
        );
        let all = format!("{policy}{pods}{}", pod("s", "app: backned-1"));
        assert!(messages(&RULE, &all).is_empty());
    }

    #[test]
    fn a_policy_for_pods_of_somebody_else_is_none() {
        assert_eq!(selects("matchLabels: {app: database}", "app: backend"), "");
        assert_eq!(selects("matchLabels: {app: backned, tier: db}", "app: backend, tier: api"), "");
        assert_eq!(selects("matchLabels: {app: shard-1}", "app: shard-2"), "");
        assert_eq!(selects("matchLabels: {app: backend}", "app: backend"), "");
        assert_eq!(selects("", "app: backend"), "");
    }
}
