//! Pods that get a token of the account that everything in the namespace shares.

use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "shared-service-account",
    constraint: Kind::constraint("HardenSharedServiceAccount", "hardensharedserviceaccount"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Medium,
        summary: "the pod may use the API server as the ServiceAccount `default`",
        why: "Every pod of the namespace that names no account is `default`. Rights given to it for one pod are given to \
              all of them, the next ones included, and the audit log cannot tell them apart. What the ServiceAccount \
              itself says of tokens is not seen: the pod has to say it.",
        remedy: "name a ServiceAccount of the workload in serviceAccountName, or set automountServiceAccountToken to false",
        references: &[Reference::Cis("5.1.5"), Reference::Mitre("T1528"), Reference::Owasp("K02")],
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
  serviceAccountName: web
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
    // The older field counts where the newer one is empty.
    let condition = "variables.spec.?automountServiceAccountToken.orValue(true) == false || \
                     !((variables.spec.?serviceAccountName.orValue('') != '' ? variables.spec.serviceAccountName : \
                     variables.spec.?serviceAccount.orValue('')) in ['', 'default'])";
    let message = "the pod must have a ServiceAccount of its own, or no token: set serviceAccountName, or \
                   automountServiceAccountToken to false";
    vec![Validation::new(condition, message)]
}
