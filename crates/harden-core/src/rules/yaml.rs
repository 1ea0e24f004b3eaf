//! Text that kubectl would reject or read otherwise than meant.

mod ambiguous_key;
mod duplicate_key;
mod ignored_content;
mod loose_objects;
mod overriding_merge;
mod unreadable_document;
mod unreadable_text;
mod unrendered_template;

use harden_yaml::{Document, ProblemKind, Rejected};

use crate::kubernetes::MinorVersion;
use crate::object::objects_in;
use crate::rule::{Reporter, Rule};
use crate::schema;

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &ambiguous_key::RULE,
    &duplicate_key::RULE,
    &ignored_content::RULE,
    &loose_objects::RULE,
    &overriding_merge::RULE,
    &unreadable_document::RULE,
    &unreadable_text::RULE,
    &unrendered_template::RULE,
];

/// Reports every problem of one kind in a document.
fn report(
    document: &Document<'_>,
    reporter: &mut Reporter<'_, '_>,
    is_it: impl Fn(&ProblemKind) -> bool,
) {
    let mut problems = document.problems().iter().filter(|it| is_it(&it.kind)).peekable();
    let is_named = if document.is_readable() { schema::says_object } else { schema::names_object };
    // Other files are read by other readers; but what is not read may hold the objects.
    if problems.peek().is_none()
        || !holds_objects(document, reporter.version())
            && !is_named(document.span().text(document.text()))
    {
        return;
    }
    for problem in problems {
        let is_block = problem.span.text(document.text()).starts_with(['|', '>']);
        let message = match &problem.kind {
            // What is written as a block may be a value that got to where a key belongs, and a secret.
            ProblemKind::DuplicateKey { key, .. } | ProblemKind::OverridingMerge { key, .. }
                if is_block && !key.is_empty() =>
            {
                problem.message().replace(key, "…")
            }
            _ => problem.message(),
        };
        reporter.flag_text(problem.span, message);
    }
}

/// Reports why a document cannot be read. What follows the first problem is mostly its echo.
fn report_unreadable(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    let first = document.problems().iter().find(|it| it.rejected() == Rejected::Always);
    if let Some(problem) = first.filter(|_| document.template().is_none()) {
        reporter.flag_text(problem.span, problem.message());
    }
}

/// Whether there is an object in a document, or what was meant to be one.
fn holds_objects(document: &Document<'_>, version: MinorVersion) -> bool {
    let mut objects = objects_in(document.root());
    objects.any(|it| it.is_complete() || schema::meant(&it, version).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::testing::messages;

    #[test]
    fn a_template_is_not_called_unreadable() {
        let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n";
        assert_eq!(messages(&unrendered_template::RULE, text).len(), 1);
        assert_eq!(messages(&unreadable_document::RULE, text).len(), 0);
    }

    #[test]
    fn braces_in_a_readable_document_are_text() {
        let text = "apiVersion: v1\nkind: ConfigMap\ndata:\n  rule: '{{ $labels.pod }}'\n";
        for rule in RULES {
            assert_eq!(messages(rule, text), [""; 0], "{}", rule.id);
        }
    }

    #[test]
    fn what_is_no_manifest_may_repeat_its_keys() {
        for text in ["a: 1\na: 2\n", "{\"words\":[],\"words\":[]}", "image: a\n...\nb: c\n"] {
            for rule in RULES {
                assert_eq!(messages(rule, text), [""; 0], "{}: {text}", rule.id);
            }
        }
        let text = "a: b\n...\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n";
        assert_eq!(messages(&ignored_content::RULE, text).len(), 1);
    }

    #[test]
    fn a_broken_document_is_said_once_and_does_not_hide_the_next() {
        let text = "kind: A\na: [\n---\nkind: Pod\na: 1\na: 2\n---\n\tkind: B\n";
        assert_eq!(messages(&unreadable_document::RULE, text).len(), 2);
        assert_eq!(messages(&duplicate_key::RULE, text).len(), 1);
    }
}
