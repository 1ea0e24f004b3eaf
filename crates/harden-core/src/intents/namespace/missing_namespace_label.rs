//! Namespaces without a label that the team asks for.

use super::{IS_OF_SYSTEM, NAMESPACES, required};
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Parameter, Shape, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

const LABELS: Parameter = Parameter {
    name: "label",
    variable: "labels",
    summary: "the key of a label, and a pattern of its value after '='",
    shape: Shape::Keys,
    default: &[],
    example: &["team=[a-z][a-z-]*"],
};

pub(super) static INTENT: Intent = Intent {
    id: "missing-namespace-label",
    constraint: Kind::constraint("HardenMissingNamespaceLabel", "hardenmissingnamespacelabel"),
    words: Words::Own(Own {
        category: Category::Namespace,
        severity: Severity::Low,
        summary: "a namespace lacks a label that it must have, or has another value there",
        why: "Who owns a namespace, and what it costs, is known only where it says so; policies and alarms that go by it \
              miss what is not marked.",
        remedy: "add the label to the namespace",
        references: &[Reference::Page(
            "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
        )],
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
    team: shop
",
    }),
    parameters: &[LABELS],
    target: Target::Objects { resources: NAMESPACES, parts: &[".metadata.?labels"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![required("labels", "labels").unless(IS_OF_SYSTEM)]
}
