//! Namespaces without an annotation that the team asks for.

use super::{IS_OF_SYSTEM, NAMESPACES, required};
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Parameter, Shape, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

const ANNOTATIONS: Parameter = Parameter {
    name: "annotation",
    variable: "annotations",
    summary: "the key of an annotation, and a pattern of its value after '='",
    shape: Shape::Keys,
    default: &[],
    example: &["example.com/contact=[^@]+@example\\.com"],
};

pub(super) static INTENT: Intent = Intent {
    id: "missing-namespace-annotation",
    constraint: Kind::constraint(
        "HardenMissingNamespaceAnnotation",
        "hardenmissingnamespaceannotation",
    ),
    words: Words::Own(Own {
        category: Category::Namespace,
        severity: Severity::Low,
        summary: "a namespace lacks an annotation that it must have, or has another value there",
        why: "Who owns a namespace, and what it costs, is known only where it says so; policies and alarms that go by it \
              miss what is not marked.",
        remedy: "add the annotation to the namespace",
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
  annotations:
    example.com/contact: shop@example.com
",
    }),
    parameters: &[ANNOTATIONS],
    target: Target::Objects { resources: NAMESPACES, parts: &[".metadata.?annotations"] },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![required("annotations", "annotations").unless(IS_OF_SYSTEM)]
}
