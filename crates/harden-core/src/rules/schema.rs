//! Fields, values and API versions that the API does not have, and values that it refuses.

mod duplicate_name;
mod field_not_in_version;
mod invalid_data;
mod invalid_environment;
mod invalid_ingress;
mod invalid_label;
mod invalid_name;
mod invalid_object;
mod invalid_pod;
mod invalid_port;
mod invalid_probe;
mod invalid_resources;
mod invalid_service;
mod invalid_value;
mod invalid_volume;
mod invalid_workload;
mod mismatched_selector;
mod missing_required_field;
mod missing_volume;
mod quantity_without_number;
mod unknown_field;
mod unknown_kind;
mod unserved_api_version;
mod untyped_object;
mod wrong_type;

use std::iter;

use harden_yaml::{Action, Place};

use crate::rule::{Reporter, Rule};
use crate::schema::{Flaw, FlawKind};
use crate::validation::ProblemKind;

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &duplicate_name::RULE,
    &field_not_in_version::RULE,
    &invalid_data::RULE,
    &invalid_environment::RULE,
    &invalid_ingress::RULE,
    &invalid_label::RULE,
    &invalid_name::RULE,
    &invalid_object::RULE,
    &invalid_pod::RULE,
    &invalid_port::RULE,
    &invalid_probe::RULE,
    &invalid_resources::RULE,
    &invalid_service::RULE,
    &invalid_value::RULE,
    &invalid_volume::RULE,
    &invalid_workload::RULE,
    &mismatched_selector::RULE,
    &missing_required_field::RULE,
    &missing_volume::RULE,
    &quantity_without_number::RULE,
    &unknown_field::RULE,
    &unknown_kind::RULE,
    &unserved_api_version::RULE,
    &untyped_object::RULE,
    &wrong_type::RULE,
];

/// Reports the flaws of one kind, those that several places share as one.
fn report(kind: FlawKind, reporter: &mut Reporter<'_, '_>) {
    let all = reporter.flaws();
    let flaws = || all.iter().filter(|it| it.kind == kind);
    for (at, flaw) in flaws().enumerate() {
        let is_said = flaws().take(at).any(|it| it.message == flaw.message);
        if !is_said {
            let alike = flaws().filter(|it| it.message == flaw.message);
            match kind {
                FlawKind::UnknownField | FlawKind::FieldNotInVersion | FlawKind::Untyped => {
                    reporter.flag_keys(flaw.message.clone(), alike.map(place_and_change));
                }
                _ => {
                    let spots = alike.map(place_and_change).zip(iter::repeat(String::new()));
                    reporter.flag_all(
                        flaw.message.clone(),
                        spots.map(|((place, change), label)| (place, label, change)),
                    );
                }
            }
        }
    }
}

/// Reports the problems of one kind, those that several places share as one.
fn report_problems(kind: ProblemKind, reporter: &mut Reporter<'_, '_>) {
    let mut places: Vec<(&str, Vec<Place<'_>>)> = Vec::new();
    for problem in reporter.problems().iter().filter(|it| it.kind == kind) {
        match places.iter_mut().find(|(message, _)| *message == problem.message) {
            Some((_, alike)) => alike.push(problem.place),
            None => places.push((&problem.message, vec![problem.place])),
        }
    }
    for (message, alike) in places {
        reporter.flag_all(message, alike.into_iter().map(|it| (it, "", None)));
    }
}

fn place_and_change<'d>(flaw: &Flaw<'d>) -> (Place<'d>, Option<Action>) {
    (flaw.place, flaw.change.clone())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

    use super::*;
    use crate::check::testing::findings;

    #[test]
    fn the_same_mistake_in_several_containers_is_one_finding_at_their_keys() {
        let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n\
                    \x20 - {name: a, imagePullPolic: Always}\n  - {name: b, imagePullPolic: Never}\n";
        let found = findings(&unknown_field::RULE, text);
        assert_eq!(found.len(), 1);
        let spans: Vec<_> = found[0].spots.iter().map(|it| it.span.text(text)).collect();
        assert_eq!(spans, ["imagePullPolic", "imagePullPolic"]);
        assert_eq!(&*found[0].spots[1].path, "spec.containers[1].imagePullPolic");
    }

    #[test]
    fn a_wrong_value_is_pointed_at_itself() {
        let text = "apiVersion: v1\nkind: Namespace\nmetadata: {labels: {a: off}}\n";
        let found = findings(&wrong_type::RULE, text);
        assert_eq!(found[0].spots[0].span.text(text), "off");
    }

    #[test]
    fn every_flaw_has_one_rule() {
        let text = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n\
                    metadata: {name: a}\nspec: {}\n";
        let all: Vec<_> = RULES.iter().flat_map(|rule| findings(rule, text)).collect();
        assert_eq!(all.len(), 1, "{all:?}");
    }
}
