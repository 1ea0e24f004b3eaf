//! Pods that their namespace lets do what baseline forbids.

use crate::kubernetes::Level;
use crate::pod_security::{Profile, forbidden_detail};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload};

pub(super) static RULE: Rule = Rule {
    id: "privileged-pod",
    category: Category::PodSecurity,
    severity: Severity::Low,
    level: None,
    summary: "a pod does what baseline forbids, and its namespace lets it",
    why: "A namespace that enforces privileged holds its pods to nothing. That is meant for \
          drivers and agents that manage nodes. Who takes such a pod over has its node.",
    remedy: "remove what baseline forbids, or keep the pod where few may reach it",
    breaks: "An agent that manages its node stops working without it.",
    mend: Mend::ByHand("whether the pod manages its node, and needs what baseline forbids"),
    references: &[
        Reference::Cis("5.2.1"),
        Reference::Owasp("K04"),
        Reference::Mitre("T1611"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/pod-security-standards/"),
    ],
    reads: &[],
    check: Check::Workload(check),
    bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: node-agents
  labels:
    pod-security.kubernetes.io/enforce: privileged
---
apiVersion: v1
kind: Pod
metadata:
  name: agent
  namespace: node-agents
spec:
  hostPID: true
  containers:
  - name: agent
    image: registry.example.com/agent:1.4.2
",
    good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: node-agents
  labels:
    pod-security.kubernetes.io/enforce: privileged
---
apiVersion: v1
kind: Pod
metadata:
  name: agent
  namespace: node-agents
spec:
  containers:
  - name: agent
    image: registry.example.com/agent:1.4.2
",
};

fn check<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(namespace) = workload.object.namespace() else { return };
    let enforced = reporter.context().enforced(namespace);
    let standard = enforced.and_then(|it| it.beside(reporter.level()));
    if standard.is_none_or(|it| it.level != Level::Privileged) {
        return;
    }
    let failures = Profile::new(Level::Baseline, reporter.version()).evaluate(&workload.pod);
    let places = failures.iter().flat_map(|it| &it.faults).map(|it| (it.place, "", None));
    reporter.flag_all(forbidden_detail(&failures), places);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(level: &str, spec: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: v1, kind: Namespace, metadata: {{name: a, labels: \
             {{pod-security.kubernetes.io/enforce: {level}}}}}}}\n---\n{{apiVersion: v1, kind: Pod, \
             metadata: {{name: p, namespace: a}}, spec: {{{spec}}}}}"
        );
        messages(&RULE, &text)
    }

    const AGENT: &str = "hostNetwork: true, containers: [{name: c, image: a, \
                         securityContext: {privileged: true}}]";

    #[test]
    fn all_that_baseline_forbids_is_one_finding() {
        assert_eq!(
            says("privileged", AGENT),
            ["host namespaces (hostNetwork=true), privileged (container \"c\" must not set \
              securityContext.privileged=true)"]
        );
    }

    #[test]
    fn at_other_levels_the_rules_of_the_standards_speak() {
        assert!(says("baseline", AGENT).is_empty() && says("restricted", AGENT).is_empty());
        assert!(says("privileged", "containers: [{name: c, image: a}]").is_empty());
    }
}
