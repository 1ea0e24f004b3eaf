//! Roles that may read every Secret.

use super::power::{READING_SECRETS, Where, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "cluster-wide-secret-access",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "a role may read the Secrets of every namespace",
    why: "Among them are the credentials of every application and the tokens of privileged \
          ServiceAccounts; list and watch return their contents just as get does, and so does \
          the answer to a patch.",
    remedy: "bind it in the namespaces that need it, or name the Secrets in resourceNames",
    breaks: "Controllers that watch Secrets everywhere fail; many can be told to watch single \
          namespaces.",
    mend: Mend::ByHand("which namespaces or which Secrets need it"),
    references: &[
        Reference::Cis("5.1.2"),
        Reference::Mitre("T1552.007"),
        Reference::Owasp("K03"),
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
  resources: [secrets]
  verbs: [get, list]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [secrets]
  resourceNames: [ci-token]
  verbs: [get]
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::EveryNamespace, READING_SECRETS);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    const HEAD: &str = "apiVersion: rbac.authorization.k8s.io/v1";

    fn role(rest: &str, rule: &str) -> String {
        format!(
            "{{{HEAD}, kind: ClusterRole, metadata: {{name: r{rest}}}, rules: [{{{rule}}}]}}\n---\n"
        )
    }

    fn binding(kind: &str, subject: &str) -> String {
        format!(
            "{{{HEAD}, kind: {kind}, metadata: {{name: b, namespace: team}}, roleRef: {{kind: \
             ClusterRole, name: r}}, subjects: [{{{subject}}}]}}\n---\n"
        )
    }

    fn found(text: &str) -> String {
        messages(&RULE, text).join("; ")
    }

    const LIST: &str = "apiGroups: [''], resources: [secrets], verbs: [list]";

    #[test]
    fn a_role_that_is_bound_in_namespaces_only_is_not_for_all_of_them() {
        let account = "kind: ServiceAccount, name: a";
        let role = role("", LIST);
        assert_eq!(found(&role), "allows list secrets in every namespace");
        assert_eq!(found(&format!("{role}{}", binding("RoleBinding", account))), "");
        let everywhere = binding("ClusterRoleBinding", "kind: Group, name: ops");
        assert_eq!(
            found(&format!("{role}{}{everywhere}", binding("RoleBinding", account))),
            "allows list secrets in every namespace; held by Group ops, ServiceAccount team/a"
        );
    }

    #[test]
    fn a_binding_that_cannot_be_decoded_binds_nothing() {
        let role = role("", LIST);
        for (from, to) in
            [("[{kind: ServiceAccount, name: a}]", "somebody"), ("name: r}", "name: 1}")]
        {
            let binding = binding("RoleBinding", "kind: ServiceAccount, name: a").replace(from, to);
            let found = found(&format!("{role}{binding}"));
            assert_eq!(found, "allows list secrets in every namespace", "{to}");
        }
    }

    #[test]
    fn what_extends_the_roles_of_users_holds_where_these_are_bound() {
        let labels = ", labels: {rbac.authorization.k8s.io/aggregate-to-edit: 'true'}";
        assert_eq!(found(&role(labels, LIST)), "");
    }

    #[test]
    fn every_group_and_every_verb_include_secrets() {
        let rule = "apiGroups: ['*'], resources: [secrets], verbs: ['*']";
        assert_eq!(
            found(&role("", rule)),
            "allows get/list/watch/patch secrets in every namespace"
        );
        let other = "apiGroups: [example.com], resources: [secrets], verbs: ['*']";
        assert_eq!(found(&role("", other)), "");
    }

    #[test]
    fn single_secrets_are_fine() {
        assert_eq!(found(&role("", &format!("{LIST}, resourceNames: [a]"))), "");
        assert_eq!(found(&role("", &LIST.replace("list", "create"))), "");
    }

    #[test]
    fn who_patches_a_secret_reads_it() {
        let patch = role("", &LIST.replace("list", "patch"));
        assert_eq!(found(&patch), "allows patch secrets in every namespace");
        assert_eq!(found(&role("", &LIST.replace("list", "update"))), "");
    }
}
