//! Pods that get a token of the API server and nothing to use it for.

use harden_yaml::Action;

use super::tokens::{identity, token};
use crate::inventory::PodSummary;
use crate::rbac::{self, PodIdentity, Rights, Token};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, Workload, World};

pub(super) static RULE: Rule = Rule {
    id: "mounted-service-account-token",
    category: Category::Workload,
    severity: Severity::Medium,
    level: None,
    summary: "a token of the API server is mounted, and nothing shows that it is needed",
    why: "Kubernetes mounts a token into every container unless it is told not to. Whoever gets \
          into the container can use it to ask the API server in the pod's name: at least what any \
          authenticated client may learn, and whatever else the account is given one day.",
    remedy: "set automountServiceAccountToken to false",
    breaks: "A program that does use the API server gets no token; give its pods a ServiceAccount \
          of their own, bound to a role, and set automountServiceAccountToken to true to say that \
          it is meant.",
    mend: Mend::WithThought,
    references: &[
        Reference::Cis("5.1.6"),
        Reference::NsaCisa("Pod security: Protecting Pod service account tokens"),
        Reference::Mitre("T1528"),
        Reference::Mitre("T1552.007"),
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
        ),
    ],
    reads: rbac::KINDS,
    check: Check::Held { report, confirm },
    bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
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
  automountServiceAccountToken: false
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
",
};

fn report<'d>(workload: &Workload<'d>, reporter: &mut Reporter<'_, 'd>) {
    let field = workload.at("automountServiceAccountToken");
    if field.as_bool().is_none() {
        reporter.flag(field, "", Some(Action::set(false)));
    }
}

fn confirm(world: &World<'_>, pod: &PodSummary) -> Option<String> {
    let pods = identity(pod);
    if token(world, &pods) != Token::Unwanted {
        return None;
    }
    let name = pods.account();
    Some(if name == PodIdentity::DEFAULT {
        let elsewhere = match world.rbac().rights(pods.namespace, name) {
            Rights::In(place, giver) => format!("; in namespace {place} it has rights by {giver}"),
            Rights::Given(_) | Rights::Unknown => String::new(),
        };
        format!(
            "the token of the ServiceAccount `default` is mounted, and nothing asks for it{elsewhere}"
        )
    } else {
        format!(
            "the token of the ServiceAccount `{name}` is mounted, and no binding gives it rights"
        )
    })
}
