//! Roles that may run pods everywhere.

use super::power::{RUNNING_PODS, Where, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "cluster-wide-workload-creation",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role may create or change workloads in every namespace",
    why: "Who makes a pod, or changes the template of one, chooses its ServiceAccount, mounts any \
          Secret of its namespace and, where Pod Security lets it, the node; in kube-system that is \
          the whole cluster.",
    remedy: "bind it in the namespaces that need it, by RoleBindings",
    breaks: "Deploying to further namespaces needs a binding in each of them.",
    mend: Mend::ByHand("which namespaces need it"),
    references: &[
        Reference::Cis("5.1.4"),
        Reference::Mitre("T1610"),
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
- apiGroups: [apps]
  resources: [deployments]
  verbs: [create, patch]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch]
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::EveryNamespace, RUNNING_PODS);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn found(group: &str, resource: &str, verbs: &str) -> String {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: r}}, \
             rules: [{{apiGroups: ['{group}'], resources: ['{resource}'], verbs: [{verbs}]}}]}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn who_changes_a_template_chooses_what_runs() {
        let message = "allows update/patch daemonsets in every namespace";
        assert_eq!(found("apps", "daemonsets", "get, patch, update"), message);
        assert_eq!(found("batch", "cronjobs", "patch"), "allows patch cronjobs in every namespace");
    }

    #[test]
    fn what_cannot_be_changed_gives_nothing() {
        assert_eq!(found("batch", "jobs", "patch, update"), "");
        assert_eq!(found("", "pods", "patch, update"), "");
        assert_eq!(found("apps", "deployments/scale", "patch, update"), "");
        assert_eq!(found("apps", "deployments/status", "patch, update"), "");
    }
}
