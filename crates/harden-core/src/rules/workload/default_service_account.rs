//! Pods that use the API server as the account that everything in the namespace shares.

use harden_yaml::Action;

use super::tokens::{identity, token};
use crate::inventory::PodSummary;
use crate::kubernetes::is_subdomain;
use crate::rbac::{self, PodIdentity, Rights, Token};
use crate::rule::Companion;
use crate::rule::{
    Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity, Workload, World,
};

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
    mend: Mend::Both(&[Companion::ServiceAccount]),
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
        reporter.flag_with(workload.grip(), "", own_account(workload));
    }
}

/// What makes the pod an account of its own, which is called like the workload. It gets the token that it uses
/// as the other.
fn own_account<'d>(workload: &Workload<'d>) -> Edits<'d> {
    let name = workload.object.name();
    if workload.is_patch() || !is_subdomain(name) || name == PodIdentity::DEFAULT {
        return Vec::new();
    }
    let older = workload.at("serviceAccount");
    let field = if older.exists() { older } else { workload.at("serviceAccountName") };
    let mut edits = vec![(field, Action::set(name))];
    // The newer field counts where both are there.
    let newer = workload.at("serviceAccountName");
    if older.exists() && newer.exists() {
        edits.push((newer, Action::set(name)));
    }
    let mounts = workload.at("automountServiceAccountToken");
    if mounts.as_bool().is_none() {
        edits.push((mounts, Action::set(true)));
    }
    edits
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
