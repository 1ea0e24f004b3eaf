//! Workloads without an annotation that the team asks for.

use super::controllers::{CONTROLLERS, HAS_CONTROLLER};
use crate::finding::Severity;
use crate::intents::namespace::required;
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
    id: "missing-workload-annotation",
    constraint: Kind::constraint(
        "HardenMissingWorkloadAnnotation",
        "hardenmissingworkloadannotation",
    ),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Low,
        summary: "a workload lacks an annotation that it must have, or has another value there",
        why: "Who owns a workload, and what it belongs to, is known only where it says so. What a controller makes, such \
              as the pods of a Deployment, is left alone: its owner was judged.",
        remedy: "add the annotation to the metadata of the workload itself",
        references: &[Reference::Page(
            "https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/",
        )],
        bad: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
        good: "\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    example.com/contact: shop@example.com
spec:
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: app
        image: registry.example.com/web:1.4.2
",
    }),
    parameters: &[ANNOTATIONS],
    target: Target::Objects {
        resources: CONTROLLERS,
        parts: &[".metadata.?annotations", ".metadata.?ownerReferences"],
    },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![required("annotations", "annotations").unless(HAS_CONTROLLER)]
}
