//! Files of Falco: what it says of them, and what it takes in silence.

mod falco_deprecated_item;
mod falco_doubtful_value;
mod falco_every_event_type;
mod falco_file_refused;
mod falco_ignored_key;
mod falco_list_as_text;
mod falco_missing_definition;
mod falco_stock_rule_replaced;
mod falco_unknown_field;
mod falco_unusable_name;

use harden_yaml::{Document, documents};

use crate::rule::{Reporter, Rule};
use crate::runtime::{Code, File, Problem, is_meant, load};

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &falco_deprecated_item::RULE,
    &falco_doubtful_value::RULE,
    &falco_every_event_type::RULE,
    &falco_file_refused::RULE,
    &falco_ignored_key::RULE,
    &falco_list_as_text::RULE,
    &falco_missing_definition::RULE,
    &falco_stock_rule_replaced::RULE,
    &falco_unknown_field::RULE,
    &falco_unusable_name::RULE,
];

/// As many documents of a file are loaded before one of it; Falco's own files have one.
const EARLIER: usize = 16;

/// Reports what Falco says of a document that is meant for it, in the words that are made of it.
fn report(
    document: &Document<'_>,
    reporter: &mut Reporter<'_, '_>,
    tell: impl Fn(&Problem<'_>) -> Option<String>,
) {
    if !is_meant(document) {
        return;
    }
    // All documents of a file are read as one.
    let span = document.span();
    let text = document.text().get(..span.end as usize).unwrap_or_default();
    let mut read: Vec<_> = documents(text).filter(|it| it.span() == span || is_meant(it)).collect();
    read.drain(..read.len().saturating_sub(EARLIER));
    let files = [File { name: "", documents: &read }];
    for problem in load(&files).problems {
        if problem.place.document().span() == span
            && let Some(message) = tell(&problem)
        {
            reporter.flag_text(problem.grip(), message);
        }
    }
}

/// The list that a condition is wrong with, which an operator for one text compares with.
fn list_as_text<'p>(problem: &'p Problem<'_>) -> Option<&'p str> {
    problem.list.as_deref().filter(|_| problem.code == Code::CompileCondition)
}

#[cfg(test)]
mod tests;
