use std::collections::BTreeSet;

use super::program::{Passing, Program};
use super::*;
use crate::kubernetes::MinorVersion;

#[test]
fn every_intent_is_called_as_its_rule_and_its_kind_follows_from_its_name() {
    let mut ids = BTreeSet::new();
    for intent in all() {
        let id = intent.id;
        assert!(ids.insert(id), "{id} is there twice");
        let is_rule = crate::rules::exists(id);
        assert_eq!(
            is_rule,
            matches!(intent.words, Words::OfRule),
            "{id}: the words are the rule's"
        );
        let camel: String =
            id.split('-').map(|it| format!("{}{}", it[..1].to_uppercase(), &it[1..])).collect();
        assert_eq!(intent.constraint.kind, format!("Harden{camel}"));
        assert_eq!(intent.constraint.plural, intent.constraint.kind.to_lowercase());
        assert!(!intent.summary().is_empty() && !intent.bad().is_empty(), "{id}");
        for parameter in intent.parameters {
            assert!(!parameter.example.is_empty(), "{id}: {parameter} shows nothing");
        }
    }
}

#[test]
fn the_lists_are_in_alphabetical_order() {
    for list in CATEGORIES {
        assert!(list.is_sorted_by_key(|it| it.id), "{:?}", list.iter().map(|it| it.id));
    }
}

#[test]
fn no_variable_of_a_policy_has_a_name_that_is_taken() {
    /// What Gatekeeper calls variables of its own.
    const TAKEN: [&str; 2] = ["anyObject", "params"];
    for intent in all() {
        let given: Vec<_> = intent
            .parameters
            .iter()
            .map(|it| (it.name.to_owned(), it.example[0].to_owned()))
            .collect();
        let policy = Policy {
            intent,
            version: MinorVersion::NEWEST_KNOWN,
            standards: MinorVersion::NEWEST_KNOWN,
            values: Values::new(intent.parameters, &given).unwrap(),
            mode: Mode::Deny,
            exempt: Vec::new(),
            break_glass: vec!["admins".to_owned()],
        };
        let program = Program::new(&policy, Passing::Constraint);
        let mut names = BTreeSet::from(TAKEN.map(str::to_owned));
        for variable in program.variables {
            assert!(names.insert(variable.name.clone()), "{}: {}", intent.id, variable.name);
        }
    }
}
