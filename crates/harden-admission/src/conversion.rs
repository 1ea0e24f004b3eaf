//! Policies of one engine as those of another, as far as that loses nothing.
//!
//! What the other engine cannot say fully is left out as a whole, rule by rule, and named: nothing gets weaker
//! in silence. Where a resource holds the very words that Kyverno tells its errors by, Kyverno skips it; what is
//! made here refuses it.

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
        converted.manifests.extend(made.into_iter().map(|it| manifest(object, it)));
    }
    converted
}

/// What becomes of one of some objects.
fn one(object: &Object, objects: &[Object], to: Engine) -> (Vec<Value>, Vec<Loss>) {
    match (object.group(), object.kind(), to) {
        ("kyverno.io", "ClusterPolicy" | "Policy", Engine::Kyverno) => {
            cluster_policy::convert(object)
        }
        ("kyverno.io", "ClusterPolicy" | "Policy", Engine::Kubernetes) => {
            let (made, mut lost) = cluster_policy::convert(object);
            let mut all = Vec::new();
            for it in made {
                let (made, more) = validating_policy::convert(&Object::new(it), objects);
                all.extend(made);
                // The places of what was made in between say nothing to anybody.
                lost.extend(more.into_iter().map(|it| Loss::new("", it.why)));
            }
            (all, lost)
        }
        (
            "policies.kyverno.io",
            "ValidatingPolicy" | "NamespacedValidatingPolicy",
            Engine::Kubernetes,
        ) => validating_policy::convert(object, objects),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", Engine::Kyverno) => {
            admission::convert(object, objects)
        }
        ("constraints.gatekeeper.sh", _, Engine::Kubernetes) => {
            constraint::convert(object, objects)
        }
        ("constraints.gatekeeper.sh", _, Engine::Kyverno) => {
            let (made, mut lost) = constraint::convert(object, objects);
            let made: Vec<Object> = made.into_iter().map(Object::new).collect();
            let Some(policy) = made.first() else { return (Vec::new(), lost) };
            let (made, more) = admission::convert(policy, &made);
            // The places of what was made in between say nothing to anybody.
            lost.extend(more.into_iter().map(|it| Loss::new("", it.why)));
            (made, lost)
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

/// An object with where it comes from.
fn manifest(from: &Object, object: Value) -> Manifest {
    let object = Object::new(object);
    let kind = match object.kind() {
        "ValidatingAdmissionPolicy" => Kind::VALIDATING_ADMISSION_POLICY,
        "ValidatingAdmissionPolicyBinding" => Kind::VALIDATING_ADMISSION_POLICY_BINDING,
        "NamespacedValidatingPolicy" => Kind::NAMESPACED_VALIDATING_POLICY,
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
