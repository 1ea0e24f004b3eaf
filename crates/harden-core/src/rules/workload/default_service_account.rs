//! Pods that use the API server as the account that everything in the namespace shares.

use super::tokens::{identity, token};
use crate::inventory::PodSummary;
use crate::rbac::{self, PodIdentity, Rights, Token};
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity, Workload, World};

pub(super) static RULE: Rule = Rule {
    id: "default-service-account",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "the pod uses the API server as the ServiceAccount `default`",
    why: "Every pod of the namespace that names no account is `default`. Rights given to it for \
          one pod are given to all of them, the next ones included, and the audit log cannot tell \
          them apart.",
    remedy: "make a ServiceAccount for this workload, bind its rights to that, and name it in \
          serviceAccountName; a pod that does not use the API server needs no token: \
          automountServiceAccountToken: false",
    breaks: "Bindings, cloud identities and imagePullSecrets that name `default` have to name the \
          new account, too.",
    references: &[
        Reference::Cis("5.1.5"),
        Reference::NsaCisa("Pod security: Protecting Pod service account tokens"),
        Reference::Mitre("T1528"),
        Reference::Owasp("K02"),
        Reference::Page("https://kubernetes.io/docs/concepts/security/service-accounts/"),
    ],
    reads: rbac::KINDS,
    check: Check::Held { report, confirm },
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  automountServiceAccountToken: true
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
    good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  serviceAccountName: web
  automountServiceAccountToken: true
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};

fn report<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    if workload.service_account().is_none_or(|it| it == PodIdentity::DEFAULT) {
        reporter.flag(workload.grip(), "", None);
    }
}

fn confirm(world: &World<'_>, pod: &PodSummary) -> Option<String> {
    let pods = identity(pod);
    let giver = match world.rbac().rights(pods.namespace, pods.account()) {
        Rights::Given(giver) => Some(giver),
        Rights::In(..) | Rights::Unknown => None,
    };
    match (token(world, &pods), giver) {
        (Token::Wanted, None) => {
            Some("uses the API server as the ServiceAccount `default`".to_owned())
        }
        (Token::Wanted, Some(giver)) => Some(format!(
            "uses the API server as the ServiceAccount `default`, which has rights by {giver}"
        )),
        (Token::Given, Some(giver)) => Some(format!(
            "may use the API server as the ServiceAccount `default`, which has rights by {giver}"
        )),
        _ => None,
    }
}
