//! Images from registries that the team does not list.

use super::images::IMAGE_VOLUMES;
use crate::finding::Severity;
use crate::intents::image::in_full;
use crate::intents::{Demand, Intent, Own, Parameter, Shape, Target, Terms, Validation, Words};
use crate::kubernetes::Kind;
use crate::rule::{Category, Reference};

const REGISTRIES: Parameter = Parameter {
    name: "registry",
    variable: "registries",
    summary: "a registry or repository from which images may come",
    shape: Shape::Images,
    default: &[],
    example: &["registry.example.com"],
};

pub(super) static INTENT: Intent = Intent {
    id: "unlisted-registry",
    constraint: Kind::constraint("HardenUnlistedRegistry", "hardenunlistedregistry"),
    words: Words::Own(Own {
        category: Category::Workload,
        severity: Severity::High,
        summary: "an image comes from a registry that is not listed",
        why: "Whoever may push to a registry decides what runs. A public registry takes images from anybody, and a \
              name that looks familiar may be somebody else's.",
        remedy: "copy the image to a listed registry, and name it there",
        references: &[Reference::Owasp("K02")],
        bad: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: nginx:1.29
",
        good: "\
apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: registry.example.com/nginx:1.29
",
    }),
    parameters: &[REGISTRIES],
    target: Target::Pods,
    demand: Demand::Hold(demand),
};

fn demand(_: &Terms<'_>) -> Vec<Validation> {
    let is_listed = |image: &str| {
        let image = in_full(&format!("string({image}.orValue(''))"));
        format!(
            "[{image}].exists(i, variables.registries.exists(r, i.startsWith(r + '/') || r.contains('/') && (i == r || \
             i.startsWith(r + ':') || i.startsWith(r + '@'))))"
        )
    };
    let message = "the image must come from a listed registry";
    vec![
        Validation::of_containers(&is_listed("c.?image"), message),
        Validation::of_each(
            IMAGE_VOLUMES,
            "c",
            &is_listed("c.image.?reference"),
            "c.?name.orValue('')",
            message,
        ),
    ]
}
