//! Roles that may write every Secret.

use super::power::{WRITING_SECRETS, Where, flag_powers};
use crate::rbac;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "cluster-wide-secret-write",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a role may write the Secrets of every namespace",
    why: "A Secret of the type kubernetes.io/service-account-token gets a token that does not \
          expire of the ServiceAccount that it names, also of one in kube-system; and who \
          changes a Secret chooses the keys and passwords that others believe in.",
    remedy: "bind it in the namespaces that need it; name the Secrets that are changed in \
             resourceNames",
    breaks: "Controllers that write Secrets everywhere fail; many can be told to work in single \
             namespaces.",
    mend: Mend::ByHand("which namespaces or which Secrets need it"),
    references: &[
        Reference::Cis("5.1.2"),
        Reference::Mitre("T1528"),
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets",
        ),
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
  verbs: [create, update]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ci
rules:
- apiGroups: [\"\"]
  resources: [secrets]
  resourceNames: [ci-certificate]
  verbs: [update]
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    flag_powers(world, reporter, Where::EveryNamespace, WRITING_SECRETS);
}
