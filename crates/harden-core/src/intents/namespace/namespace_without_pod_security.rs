//! Namespaces that let every pod in because nothing says which.

use super::{IS_OF_SYSTEM, NAMESPACES, label};
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::pod_security::Mode;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "namespace-without-pod-security",
    constraint: Kind::constraint(
        "HardenNamespaceWithoutPodSecurity",
        "hardennamespacewithoutpodsecurity",
    ),
    words: Words::Own(Own {
        category: Category::Namespace,
        severity: Severity::Medium,
        summary: "no label of the namespace says which pods are let in",
        why: "Whoever may create a pod there may create a privileged one, and with it take over the node; the API server \
              lets everything in unless the label, or its own configuration, says otherwise. A label that only looks \
              like it is none.",
        remedy: "label the namespace with pod-security.kubernetes.io/enforce and the level that its pods meet",
        references: &[Reference::Cis("5.2.1"), Reference::Owasp("K04"), Reference::Mitre("T1610")],
        bad: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
",
        good: "\
apiVersion: v1
kind: Namespace
metadata:
  name: team-a
  labels:
    pod-security.kubernetes.io/enforce: restricted
",
    }),
    parameters: &[],
    target: Target::Objects { resources: NAMESPACES, parts: &[".metadata.?labels"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let enforce = label(Mode::Enforce.level_label());
    // OpenShift labels namespaces itself.
    let sync = label("security.openshift.io/scc.podSecurityLabelSync");
    let message = "the label pod-security.kubernetes.io/enforce must say which pods are let in";
    vec![
        Validation::new(format!("{enforce} != '' || {sync} == 'true'"), message)
            .unless(IS_OF_SYSTEM),
    ]
}
