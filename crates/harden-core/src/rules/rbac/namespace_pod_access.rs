//! ServiceAccounts that may enter the containers of their namespace.

use super::power::{Where, entering_pods, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "namespace-pod-access",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a ServiceAccount may enter the containers of a namespace",
    why: "Whoever gets into the one workload runs programs in all others of the namespace, \
          with their tokens and Secrets.",
    remedy: "leave pods/exec, pods/attach and pods/portforward to people",
    breaks: "Tools that run commands in other pods need another way, such as a Job or an endpoint \
          of their own.",
    mend: Mend::ByHand("whether the workload can do without it"),
    references: &[
        Reference::Mitre("T1609"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: rbac::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [pods/exec]
  verbs: [create]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ci
  namespace: team-a
rules:
- apiGroups: [\"\"]
  resources: [pods/log]
  verbs: [get]
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let powers = entering_pods(reporter.version());
    flag_powers(world, reporter, Where::OneNamespaceForWorkloads, &powers);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn role(kind: &str, subject: &str) -> String {
        let head = "apiVersion: rbac.authorization.k8s.io/v1";
        let role = format!(
            "{{{head}, kind: {kind}, metadata: {{name: r, namespace: nn}}, rules: [{{apiGroups: [''], \
             resources: [pods, pods/exec, pods/attach], verbs: [create]}}]}}\n"
        );
        let binding = format!(
            "---\n{{{head}, kind: RoleBinding, metadata: {{name: b, namespace: nn}}, \
             roleRef: {{kind: {kind}, name: r}}, subjects: [{{{subject}}}]}}"
        );
        let binding = if subject.is_empty() { "" } else { &binding };
        messages(&RULE, &format!("{role}{binding}")).join("; ")
    }

    #[test]
    fn people_may_enter_containers() {
        assert_eq!(role("Role", "kind: Group, name: team-a"), "");
        assert_eq!(role("ClusterRole", "kind: User, name: ann"), "");
    }

    #[test]
    fn workloads_may_not() {
        assert_eq!(
            role("Role", "kind: ServiceAccount, name: ci"),
            "allows create pods/exec, create pods/attach in its namespace; held by ServiceAccount nn/ci"
        );
        assert_eq!(
            role("ClusterRole", "kind: Group, name: 'system:serviceaccounts:m'"),
            "allows create pods/exec, create pods/attach in the namespaces where it is bound; held by \
             Group system:serviceaccounts:m"
        );
    }

    #[test]
    fn a_role_that_nobody_is_known_to_hold_may_be_for_a_workload() {
        assert_eq!(
            role("Role", ""),
            "allows create pods/exec, create pods/attach in its namespace"
        );
        assert_eq!(role("ClusterRole", ""), "", "it counts as one for every namespace");
    }
}
