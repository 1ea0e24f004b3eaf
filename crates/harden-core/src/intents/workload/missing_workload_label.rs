//! Workloads without a label that the team asks for.

use super::controllers::{CONTROLLERS, HAS_CONTROLLER};
use crate::finding::Severity;
use crate::intents::namespace::required;
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
    id: "missing-workload-label",
    constraint: Kind::constraint("HardenMissingWorkloadLabel", "hardenmissingworkloadlabel"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Low,
        summary: "a workload lacks a label that it must have, or has another value there",
        why: "Who owns a workload, and what it belongs to, is known only where it says so. What a controller makes, such \
              as the pods of a Deployment, is left alone: its owner was judged.",
        remedy: "add the label to the metadata of the workload itself",
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
  labels:
    team: shop
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
    parameters: &[LABELS],
    target: Target::Objects {
        resources: CONTROLLERS,
        parts: &[".metadata.?labels", ".metadata.?ownerReferences"],
    },
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![required("labels", "labels").unless(HAS_CONTROLLER)]
}
