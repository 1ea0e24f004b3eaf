//! Pods that get a token of the API server and nothing to use it for.

use super::tokens::{identity, token};
use crate::check::{Reporter, World};
use crate::rbac::{PodIdentity, Token};
use crate::rule::{Category, Check, Reference, Rule, Severity};

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
    check: Check::World(check),
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

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for workload in &world.workloads {
        let pods = identity(workload);
        if token(world, &pods) != Token::Unwanted {
            continue;
        }
        let name = pods.account();
        let message = if name == PodIdentity::DEFAULT {
            "the token of the ServiceAccount `default` is mounted, and nothing asks for it"
                .to_owned()
        } else {
            format!(
                "the token of the ServiceAccount `{name}` is mounted, and no binding gives it rights"
            )
        };
        reporter.flag_workload_at(workload, &workload.automount_spot, message);
    }
}
