//! Pods that do not say whether they use the API server.

use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "unstated-service-account-token",
    constraint: Kind::constraint(
        "HardenUnstatedServiceAccountToken",
        "hardenunstatedserviceaccounttoken",
    ),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Medium,
        summary: "the pod does not say whether it needs a token of the API server",
        why: "Kubernetes mounts a token into every container unless it is told not to. Whoever gets into the container can \
              use it to ask the API server in the name of the pod. A pod that has to say so gets one only where \
              somebody meant it.",
        remedy: "set automountServiceAccountToken to false, or to true for a pod that uses the API server",
        references: &[Reference::Cis("5.1.6"), Reference::Mitre("T1528"), Reference::Owasp("K02")],
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
    }),
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![Validation::new(
        "has(variables.spec.automountServiceAccountToken)",
        "automountServiceAccountToken must be false, or true for a pod that uses the API server",
    )]
}
