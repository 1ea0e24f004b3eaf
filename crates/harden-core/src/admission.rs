//! Policies of admission, whatever engine they are for: what they match, and the expressions in them.

pub mod expression;
mod images;
mod policy;

use harden_yaml::Place;

pub use images::{host, is_open_prefix};
pub use policy::{Engine, Policy};

use crate::kubernetes::GroupKind;
use crate::object::Object;

/// The group of the API server's own policies and webhooks.
pub const KUBERNETES: &str = "admissionregistration.k8s.io";
/// The group of Kyverno's policies of patterns.
pub const KYVERNO: &str = "kyverno.io";
/// The group of Kyverno's policies of expressions.
pub const KYVERNO_EXPRESSIONS: &str = "policies.kyverno.io";
/// The group of Gatekeeper's constraints, each kind of which a template makes.
pub const CONSTRAINTS: &str = "constraints.gatekeeper.sh";

/// Gatekeeper's constraints of every kind.
pub const ANY_CONSTRAINT: GroupKind = GroupKind::new(CONSTRAINTS, GroupKind::ANY);
/// `ConstraintTemplate`.
pub const TEMPLATE: GroupKind = GroupKind::new("templates.gatekeeper.sh", "ConstraintTemplate");

/// `ValidatingAdmissionPolicy`.
pub const VALIDATING: GroupKind = GroupKind::new(KUBERNETES, "ValidatingAdmissionPolicy");
const VALIDATING_BINDING: GroupKind =
    GroupKind::new(KUBERNETES, "ValidatingAdmissionPolicyBinding");
const MUTATING: GroupKind = GroupKind::new(KUBERNETES, "MutatingAdmissionPolicy");
const MUTATING_BINDING: GroupKind = GroupKind::new(KUBERNETES, "MutatingAdmissionPolicyBinding");

/// The API server's own policies, each with the kind that puts it to work.
pub const BOUND: [(GroupKind, GroupKind); 2] =
    [(VALIDATING, VALIDATING_BINDING), (MUTATING, MUTATING_BINDING)];

/// The kinds of [`BOUND`].
pub const BOUND_KINDS: &[GroupKind] = &[VALIDATING, VALIDATING_BINDING, MUTATING, MUTATING_BINDING];

/// The kinds of policies that judge, by expressions and by patterns.
pub const JUDGING_KINDS: &[GroupKind] = &[
    VALIDATING,
    GroupKind::new(KYVERNO_EXPRESSIONS, "ImageValidatingPolicy"),
    GroupKind::new(KYVERNO_EXPRESSIONS, "NamespacedImageValidatingPolicy"),
    GroupKind::new(KYVERNO_EXPRESSIONS, "NamespacedValidatingPolicy"),
    GroupKind::new(KYVERNO_EXPRESSIONS, "ValidatingPolicy"),
    GroupKind::new(KYVERNO, "ClusterPolicy"),
    GroupKind::new(KYVERNO, "Policy"),
];

/// The rules of a ClusterPolicy or Policy of Kyverno; none for other objects.
pub fn kyverno_rules<'d>(object: &Object<'d>) -> impl Iterator<Item = Place<'d>> + use<'d> {
    let is_policy = object.group == KYVERNO && matches!(object.kind, "ClusterPolicy" | "Policy");
    let rules = is_policy.then(|| object.place.at("spec").at("rules"));
    rules.into_iter().flat_map(|it| it.items())
}

/// The spec of a constraint of Gatekeeper.
pub fn constraint<'d>(object: &Object<'d>) -> Option<Place<'d>> {
    (object.group == CONSTRAINTS).then(|| object.place.at("spec"))
}

/// The webhooks of a configuration; none for other objects.
pub fn webhooks<'d>(object: &Object<'d>) -> impl Iterator<Item = Place<'d>> + use<'d> {
    let is_one = object.group == KUBERNETES && object.kind.ends_with("WebhookConfiguration");
    let webhooks = is_one.then(|| object.place.at("webhooks"));
    webhooks.into_iter().flat_map(|it| it.items())
}

/// Whether what an object is about can refuse nothing: it only changes what comes.
pub fn is_mutating(object: &Object<'_>) -> bool {
    object.kind.contains("Mutating")
}

/// Where an object says which requests come to what it is about: a policy, a binding or each webhook. They have
/// `namespaceSelector`, `objectSelector` and `excludeResourceRules` alike.
pub fn matchers<'d>(object: &Object<'d>) -> Vec<Place<'d>> {
    let spec = object.place.at("spec");
    match (object.group, object.kind) {
        (KUBERNETES, kind) if kind.ends_with("WebhookConfiguration") => webhooks(object).collect(),
        (KUBERNETES, kind) if kind.ends_with("PolicyBinding") => vec![spec.at("matchResources")],
        (KUBERNETES | KYVERNO_EXPRESSIONS, kind) if kind.ends_with("Policy") => {
            vec![spec.at("matchConstraints")]
        }
        _ => Vec::new(),
    }
}

/// What the templates of Gatekeeper judge by: each source, and whether it is one of expressions.
pub fn sources<'d>(object: &Object<'d>) -> Vec<(Place<'d>, bool)> {
    if !object.is_of(TEMPLATE) {
        return Vec::new();
    }
    let mut sources = Vec::new();
    for target in object.place.at("spec").at("targets").items() {
        if target.at("rego").exists() {
            sources.push((target, false));
        }
        for code in target.at("code").items() {
            let is_expressions = code.at("engine").as_str() == Some("K8sNativeValidation");
            sources.push((code.at("source"), is_expressions));
        }
    }
    sources
}

/// The expressions that an object has to hold for what it lets in, whatever engine it is for.
pub fn validations<'d>(object: &Object<'d>) -> Vec<Place<'d>> {
    let mut holders = Vec::new();
    if let Some(policy) = Policy::of(object) {
        holders.push(policy.spec.at("validations"));
    }
    holders.extend(kyverno_rules(object).map(|it| it.at("validate").at("cel").at("expressions")));
    let sources = sources(object).into_iter().filter(|it| it.1);
    holders.extend(sources.map(|it| it.0.at("validations")));
    let items = holders.into_iter().flat_map(|it| it.items());
    items.map(|it| it.at("expression")).filter(|it| it.as_str().is_some()).collect()
}

/// The programs of a template of Gatekeeper that are written in Rego.
pub fn programs<'d>(object: &Object<'d>) -> impl Iterator<Item = Place<'d>> {
    let sources = sources(object).into_iter().filter(|it| !it.1);
    sources.map(|it| it.0.at("rego")).filter(|it| it.as_str().is_some())
}
