//! Policies of one engine as those of another, as far as that loses nothing.
//!
//! What the other engine cannot say fully is left out as a whole, rule by rule, and named: nothing gets weaker
//! in silence. Requests that the other engine is not asked about, and what it does not write down, are named beside a
//! policy that says all else. Where a resource holds the very words that Kyverno tells its errors by, Kyverno skips
//! it; what is made here refuses it.

mod admission;
mod cluster_policy;
mod conditions;
mod constraint;
mod literal;
mod logic;
mod loss;
mod matching;
mod metadata;
mod pattern;
mod renaming;
mod resources;
mod rule;
mod scalar;
mod selection;
mod template;
mod text;
mod texts;
mod validating_policy;

use harden_core::Manifest;
use harden_core::intents::Engine;
use harden_core::kubernetes::Kind;
use serde_json::Value;

pub use loss::Lost;
pub use texts::of_texts;

use crate::Object;
use loss::Loss;

/// What becomes of policies.
#[derive(Debug, Clone, Default)]
pub struct Converted {
    /// The policies of the other engine, in the order in which they are applied.
    pub manifests: Vec<Manifest>,
    /// What they do not say.
    pub lost: Vec<Lost>,
}

/// Converts the policies among some objects into those of an engine; other objects are left out.
pub fn convert(objects: &[Object], to: Engine) -> Converted {
    let mut converted = Converted::default();
    for object in objects {
        let (made, lost) = one(object, objects, to);
        converted.lost.extend(lost.into_iter().map(|it| it.of(object)));
        let made: Vec<Manifest> = made.into_iter().map(|it| manifest(object, it)).collect();
        let is_made = |it: &&Manifest| {
            let others = converted.manifests.iter();
            others.map(place).any(|other| other == place(it))
        };
        match made.iter().find(is_made) {
            Some(it) => {
                let why = format!("another policy makes {}, too", it.title());
                converted.lost.push(Loss::new("", why).of(object));
            }
            None => converted.manifests.extend(made),
        }
    }
    converted
}

/// What becomes of one of some objects.
fn one(object: &Object, objects: &[Object], to: Engine) -> (Vec<Value>, Vec<Loss>) {
    match (object.group(), object.kind(), to) {
        ("kyverno.io", "ClusterPolicy" | "Policy", to) => {
            let made = cluster_policy::convert(object);
            match to {
                Engine::Kyverno => made,
                Engine::Kubernetes => through(made, objects, validating_policy::convert),
                Engine::Gatekeeper => {
                    let made = through(made, objects, validating_policy::convert);
                    through(made, objects, template::convert)
                }
            }
        }
        (
            "policies.kyverno.io",
            "ValidatingPolicy" | "NamespacedValidatingPolicy",
            Engine::Kubernetes | Engine::Gatekeeper,
        ) => match (validating_policy::convert(object, objects), to) {
            (made, Engine::Gatekeeper) => through(made, objects, template::convert),
            (made, _) => made,
        },
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", Engine::Kyverno) => {
            admission::convert(object, objects)
        }
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", Engine::Gatekeeper) => {
            template::convert(object, objects)
        }
        ("constraints.gatekeeper.sh", _, Engine::Kubernetes) => {
            constraint::convert(object, objects)
        }
        ("constraints.gatekeeper.sh", _, Engine::Kyverno) => {
            through(constraint::convert(object, objects), objects, admission::convert)
        }
        ("templates.gatekeeper.sh", "ConstraintTemplate", Engine::Kubernetes | Engine::Kyverno) => {
            (Vec::new(), constraint::lost_of_template(object, objects))
        }
        (group, kind, to) if is_policy_of_another(group, kind, to) => {
            let why = format!("a {kind} is not converted for {}", to.name());
            (Vec::new(), vec![Loss::new("", why)])
        }
        _ => (Vec::new(), Vec::new()),
    }
}

/// What becomes of one policy among some objects.
type Step = fn(&Object, &[Object]) -> (Vec<Value>, Vec<Loss>);

/// What becomes of policies that were made in between.
fn through(
    (made, mut lost): (Vec<Value>, Vec<Loss>),
    objects: &[Object],
    step: Step,
) -> (Vec<Value>, Vec<Loss>) {
    let made: Vec<Object> = made.into_iter().map(Object::new).collect();
    let beside: Vec<Object> = made.iter().chain(objects).cloned().collect();
    let mut all = Vec::new();
    for it in made.iter().filter(|it| it.kind() != "ValidatingAdmissionPolicyBinding") {
        let (made, more) = step(it, &beside);
        all.extend(made);
        // The places of what was made in between say nothing to anybody.
        lost.extend(more.into_iter().map(Loss::somewhere));
    }
    lost.dedup();
    (all, lost)
}

/// Whether a kind is a policy, or changes what one says, of another engine than this.
fn is_policy_of_another(group: &str, kind: &str, to: Engine) -> bool {
    let own = match group {
        "kyverno.io" | "policies.kyverno.io" => Engine::Kyverno,
        "admissionregistration.k8s.io" => Engine::Kubernetes,
        "templates.gatekeeper.sh" | "constraints.gatekeeper.sh" | "mutations.gatekeeper.sh" => {
            Engine::Gatekeeper
        }
        _ => return false,
    };
    let is_old = group == "kyverno.io";
    (own != to || is_old) && kind != "ValidatingAdmissionPolicyBinding"
}

/// Where an object is in a cluster.
fn place(of: &Manifest) -> (Kind, Option<&str>, &str) {
    (of.kind, of.namespace.as_deref(), &of.name)
}

/// An object with where it comes from.
fn manifest(from: &Object, object: Value) -> Manifest {
    let object = Object::new(object);
    let kind = match object.kind() {
        "ValidatingAdmissionPolicy" => Kind::VALIDATING_ADMISSION_POLICY,
        "ValidatingAdmissionPolicyBinding" => Kind::VALIDATING_ADMISSION_POLICY_BINDING,
        "NamespacedValidatingPolicy" => Kind::NAMESPACED_VALIDATING_POLICY,
        "ConstraintTemplate" => Kind::CONSTRAINT_TEMPLATE,
        kind if object.group() == "constraints.gatekeeper.sh" => Kind::constraint_named(kind),
        _ => Kind::VALIDATING_POLICY,
    };
    Manifest {
        kind,
        namespace: Some(object.namespace().to_owned()).filter(|it| !it.is_empty()),
        name: object.name().to_owned(),
        why: format!("says what {} says", loss::name(from)),
        object: object.json().clone(),
        reasons: Vec::new(),
    }
}
