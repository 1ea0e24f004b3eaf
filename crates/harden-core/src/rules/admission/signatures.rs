//! What policies ask of the signatures of images, as far as their words alone tell it.

mod asked;
mod matched;

pub(super) use asked::Asked;
use matched::Matched;

use harden_yaml::Place;

use crate::admission::{KYVERNO, KYVERNO_EXPRESSIONS, kyverno_rules};
use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::rule::World;

const CONTROLLER: &str = "policy.sigstore.dev";

/// The kinds that ask for signatures, then those that are pods or make them.
pub(super) const KINDS: &[GroupKind] = &[
    GroupKind::new(CONTROLLER, "ClusterImagePolicy"),
    GroupKind::new(KYVERNO_EXPRESSIONS, "ImageValidatingPolicy"),
    GroupKind::new(KYVERNO_EXPRESSIONS, "NamespacedImageValidatingPolicy"),
    GroupKind::new(KYVERNO, "ClusterPolicy"),
    GroupKind::new(KYVERNO, "Policy"),
    GroupKind::new("", "Pod"),
    GroupKind::new("", "PodTemplate"),
    GroupKind::new("", "ReplicationController"),
    GroupKind::new("apps", "ReplicaSet"),
    GroupKind::new("apps", "Deployment"),
    GroupKind::new("apps", "StatefulSet"),
    GroupKind::new("apps", "DaemonSet"),
    GroupKind::new("batch", "Job"),
    GroupKind::new("batch", "CronJob"),
];

/// What a policy, or a part of it, asks of the images that it is about.
pub(super) struct Demand<'d> {
    /// The policy.
    pub(super) policy: Object<'d>,
    /// Where it says who has to sign.
    pub(super) place: Place<'d>,
    matched: Matched<'d>,
    /// Who has to sign; none where that is not known.
    pub(super) asked: Option<Asked<'d>>,
    /// Whether it takes no image without a digest, and puts none in.
    pub(super) needs_digest: bool,
}

/// An image of a container.
#[derive(Clone)]
pub(super) struct Used<'d> {
    /// Whose it is.
    pub(super) object: Object<'d>,
    /// Where it is named.
    pub(super) place: Place<'d>,
    /// How it is named.
    pub(super) text: &'d str,
}

impl Demand<'_> {
    /// Whether it is about an image: not where nobody can tell.
    pub(super) fn is_about(&self, used: &Used<'_>) -> bool {
        let of_other = self.policy.kind == "Policy" || self.policy.kind.starts_with("Namespaced");
        let is_near = !of_other || self.policy.namespace() == used.object.namespace();
        is_near && self.matched.has(used.text, used.object.namespace())
    }
}

/// What all policies of the input ask.
pub(super) fn demands<'d>(world: &World<'d>) -> Vec<Demand<'d>> {
    world.of_kinds(KINDS).flat_map(|it| of_policy(it)).collect()
}

/// The images of all containers of the input.
pub(super) fn images<'d>(world: &World<'d>) -> Vec<Used<'d>> {
    const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];
    let mut images = Vec::new();
    for object in world.of_kinds(KINDS) {
        for pod in object.pods() {
            let containers = LISTS.into_iter().flat_map(|it| pod.spec.at(it).items());
            let places = containers.map(|it| it.at("image"));
            images.extend(places.filter_map(|place| {
                Some(Used { object: object.clone(), place, text: place.as_str()? })
            }));
        }
    }
    images
}

fn of_policy<'d>(object: &Object<'d>) -> Vec<Demand<'d>> {
    let spec = object.place.at("spec");
    match (object.group, object.kind) {
        (CONTROLLER, _) => {
            let authorities = spec.at("authorities");
            let matched = Matched::of_controller(spec);
            let demand = matched.map(|matched| Demand {
                policy: object.clone(),
                place: authorities,
                matched,
                asked: Asked::of_authorities(authorities),
                needs_digest: false,
            });
            demand.into_iter().collect()
        }
        (KYVERNO_EXPRESSIONS, _) => {
            let (attestors, how) = (spec.at("attestors"), spec.at("validationConfigurations"));
            let matched = Matched::of_expressions(spec);
            let verifies = spec.at("validations").items().any(|it| {
                it.at("expression").as_str().is_some_and(|it| it.contains("verifyImageSignatures"))
            });
            let demand = matched.map(|matched| Demand {
                policy: object.clone(),
                place: attestors,
                matched,
                asked: Asked::of_attestors(attestors).filter(|_| verifies),
                needs_digest: needs_digest(how),
            });
            demand.into_iter().collect()
        }
        (KYVERNO, _) => kyverno_rules(object).flat_map(|rule| of_rule(object, rule)).collect(),
        _ => Vec::new(),
    }
}

fn of_rule<'d>(object: &Object<'d>, rule: Place<'d>) -> Vec<Demand<'d>> {
    let images = rule.at("verifyImages").items();
    let demands = images.filter_map(|image| {
        let is_notary = image.at("type").as_str() == Some("Notary");
        Some(Demand {
            policy: object.clone(),
            place: image.at("attestors"),
            matched: Matched::of_rule(rule, image)?,
            asked: Asked::of_sets(image.at("attestors")).filter(|_| !is_notary),
            needs_digest: needs_digest(image),
        })
    });
    demands.collect()
}

/// Whether Kyverno refuses what has no digest: it puts one in unless it is told not to.
fn needs_digest(how: Place<'_>) -> bool {
    how.at("mutateDigest").as_bool() == Some(false)
        && how.at("verifyDigest").as_bool() != Some(false)
        && how.at("required").as_bool() != Some(false)
}
