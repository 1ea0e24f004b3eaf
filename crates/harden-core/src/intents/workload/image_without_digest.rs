//! Images whose content is not named.

use super::images::{self, REFERENCE};
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "image-without-digest",
    constraint: Kind::constraint("HardenImageWithoutDigest", "hardenimagewithoutdigest"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Low,
        summary: "an image is named without a digest",
        why: "Tags can be pushed again: by mistake, by whoever takes over the repository, or by a registry in between. A \
              digest names the content itself, so that what runs is what was scanned and signed.",
        remedy: "write the digest behind the tag, as image:tag@sha256:digest",
        references: &[
            Reference::NsaCisa("Pod security: Building secure container images"),
            Reference::Mitre("T1525"),
            Reference::Mitre("T1195.002"),
        ],
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
  containers:
  - name: app
    image: registry.example.com/web:1.4.2@sha256:9b1c3d5e7f9a1b3c5d7e9f1a3b5c7d9e1f3a5b7c9d1e3f5a7b9c1d3e5f7a9b1c
",
    }),
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    images::validations(
        |image| {
            format!(
                "!{image}.matches({REFERENCE}) || {image}.matches('@[a-z0-9+._-]+:[0-9a-fA-F]{{32,}}$')"
            )
        },
        "the image must be named by its digest",
    )
}
