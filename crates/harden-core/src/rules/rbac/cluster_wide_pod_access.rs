//! Roles that may enter every container.

use super::power::{Where, entering_pods, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "cluster-wide-pod-access",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role may enter the containers of every namespace",
    why: "Who may run a program in any container has the tokens, Secrets and data of every \
          workload, those of the cluster itself included.",
    remedy: "bind it in the namespaces that need it, by RoleBindings",
    breaks: "Debugging across namespaces needs a binding in each of them.",
    mend: Mend::ByHand("which namespaces need it"),
    references: &[
        Reference::Mitre("T1609"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/rbac-good-practices/"),
    ],
    reads: rbac::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [pods/exec]
  verbs: [create]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [pods/log]
  verbs: [get]
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let powers = entering_pods(reporter.version());
    flag_powers(world, reporter, Where::EveryNamespace, &powers);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages_at;
    use crate::kubernetes::MinorVersion;

    fn found(minor: u16, verbs: &str) -> String {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: r}}, \
             rules: [{{apiGroups: [''], resources: [pods/exec], verbs: [{verbs}]}}]}}"
        );
        messages_at(MinorVersion(minor), &RULE, &text).join("; ")
    }

    #[test]
    fn get_opens_a_container_before_1_35_only() {
        assert_eq!(found(34, "get"), "allows get pods/exec in every namespace");
        assert_eq!(found(35, "get"), "");
        assert_eq!(found(34, "get, create"), "allows create/get pods/exec in every namespace");
        assert_eq!(found(35, "get, create"), "allows create pods/exec in every namespace");
    }
}
