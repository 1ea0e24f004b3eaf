//! What policies let in.

mod always_true_expression;
mod bypassable_object_selector;
mod containers_only_policy;
mod contradicting_policies;
mod controllers_left_out;
mod deprecated_policy_field;
mod deprecated_policy_kind;
mod ephemeral_containers_left_out;
mod exemption_of_everything;
mod expired_policy_exemption;
mod half_keyless_identity;
mod ignored_admission_failure;
mod keyless;
mod keyless_without_identity;
mod missing_admission_policy;
mod missing_constraint_template;
mod pods_left_out;
mod policy_matches_nothing;
mod refused_image_tag;
mod signatures;
mod slow_webhook;
mod unanchored_pattern;
mod unbound_admission_policy;
mod unenforced_policy;
mod unmatched_policy_parameters;
mod unmet_signature_policy;
mod unused_constraint_template;
mod unverifiable_signature_format;

pub use expired_policy_exemption::ANNOTATION as EXEMPTIONS_ANNOTATION;

use harden_yaml::Place;

use crate::rule::Rule;
use crate::source::folder;

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &always_true_expression::RULE,
    &bypassable_object_selector::RULE,
    &containers_only_policy::RULE,
    &contradicting_policies::RULE,
    &controllers_left_out::RULE,
    &deprecated_policy_field::RULE,
    &deprecated_policy_kind::RULE,
    &ephemeral_containers_left_out::RULE,
    &exemption_of_everything::RULE,
    &expired_policy_exemption::RULE,
    &half_keyless_identity::RULE,
    &ignored_admission_failure::RULE,
    &keyless_without_identity::RULE,
    &missing_admission_policy::RULE,
    &missing_constraint_template::RULE,
    &pods_left_out::RULE,
    &policy_matches_nothing::RULE,
    &refused_image_tag::RULE,
    &slow_webhook::RULE,
    &unanchored_pattern::RULE,
    &unbound_admission_policy::RULE,
    &unenforced_policy::RULE,
    &unmatched_policy_parameters::RULE,
    &unmet_signature_policy::RULE,
    &unused_constraint_template::RULE,
    &unverifiable_signature_format::RULE,
];

/// What Kyverno does about what part of a rule refuses, where that is written: in the part or for the whole policy.
fn kyverno_action<'d>(spec: Place<'d>, part: Place<'d>) -> Option<Place<'d>> {
    let own = part.at("failureAction");
    let whole = spec.at("validationFailureAction");
    part.exists().then_some(())?;
    [own, whole].into_iter().find(Place::exists)
}

/// Whether two files are kept together: in one folder, or in folders beside each other. What belongs together is
/// looked for everywhere; that it is missing is only said where its like is kept.
fn is_near(file: &str, other: &str) -> bool {
    let (here, there) = (folder(file), folder(other));
    here == there || folder(here) == folder(there) || here == folder(there) || folder(here) == there
}
