//! Images that a node has, used without asking the registry.

use super::images::IMAGE_VOLUMES;
use crate::finding::Severity;
use crate::intents::{Demand, Intent, Own, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

pub(super) static INTENT: Intent = Intent {
    id: "unchecked-cached-image",
    constraint: Kind::constraint("HardenUncheckedCachedImage", "hardenuncheckedcachedimage"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::Medium,
        summary: "a container may start from an image that the node has, without asking the registry",
        why: "An image that was pulled for one team is used by any other that knows its name, without the credentials that \
              the registry asks for, and a tag means on each node what it meant there first.",
        remedy: "set imagePullPolicy to Always",
        references: &[
            Reference::Mitre("T1525"),
            Reference::Page(
                "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
            ),
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
    imagePullPolicy: IfNotPresent
",
        good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/web:1.4.2
    imagePullPolicy: Always
",
    }),
    parameters: &[],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    vec![
        Validation::of_containers(
            "c.?imagePullPolicy.orValue('') == 'Always'",
            "imagePullPolicy must be Always",
        ),
        Validation::of_each(
            IMAGE_VOLUMES,
            "c",
            "c.image.?pullPolicy.orValue('') == 'Always'",
            "c.?name.orValue('')",
            "pullPolicy of an image volume must be Always",
        ),
    ]
}
