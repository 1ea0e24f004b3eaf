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

use rustc_hash::FxHashMap;

use crate::rule::{Reporter, Rule};
use crate::schema::FlawKind;
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
    let flaws = reporter.flaws().iter().filter(|it| it.kind == kind);
    for (message, alike) in by_message(flaws.map(|it| (it.message.as_str(), it))) {
        let places = alike.into_iter().map(|it| (it.place, it.change.clone()));
        match kind {
            FlawKind::UnknownField | FlawKind::FieldNotInVersion | FlawKind::Untyped => {
                reporter.flag_keys(message, places);
            }
            _ => reporter.flag_all(message, places.map(|(place, change)| (place, "", change))),
        }
    }
}

/// Reports the problems of one kind, those that several places share as one.
fn report_problems(kind: ProblemKind, reporter: &mut Reporter<'_, '_>) {
    let problems = reporter.problems().iter().filter(|it| it.kind == kind);
    for (message, alike) in by_message(problems.map(|it| (it.message.as_str(), it))) {
        reporter
            .flag_all_with(message, alike.into_iter().map(|it| (it.place, "", it.mend.clone())));
    }
}

/// What has the same message together, in the order in which the messages come.
fn by_message<'m, T>(all: impl Iterator<Item = (&'m str, T)>) -> Vec<(&'m str, Vec<T>)> {
    let mut groups: Vec<(&str, Vec<T>)> = Vec::new();
    let mut known = FxHashMap::default();
    for (message, it) in all {
        let group = *known.entry(message).or_insert(groups.len());
        match groups.get_mut(group) {
            Some((_, alike)) => alike.push(it),
            None => groups.push((message, vec![it])),
        }
    }
    groups
}

#[cfg(test)]
mod tests;
