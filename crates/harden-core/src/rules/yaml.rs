//! Text that kubectl would reject or read otherwise than meant.

mod ambiguous_key;
mod duplicate_key;
mod ignored_content;
mod overriding_merge;
mod unreadable_document;
mod unrendered_template;

use harden_yaml::{Document, ProblemKind};

use crate::rule::{Reporter, Rule};

/// The rules of this category, in alphabetical order.
pub static RULES: &[&Rule] = &[
    &ambiguous_key::RULE,
    &duplicate_key::RULE,
    &ignored_content::RULE,
    &overriding_merge::RULE,
    &unreadable_document::RULE,
    &unrendered_template::RULE,
];

/// Reports every problem of one kind in a document.
fn report(
    document: &Document<'_>,
    reporter: &mut Reporter<'_, '_>,
    is_it: impl Fn(&ProblemKind) -> bool,
) {
    for problem in document.problems().iter().filter(|it| is_it(&it.kind)) {
        reporter.flag_text(problem.span, problem.message());
    }
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
    fn a_broken_document_is_said_once_and_does_not_hide_the_next() {
        let text = "a: [\n---\na: 1\na: 2\n---\n\tb: [\n";
        assert_eq!(messages(&unreadable_document::RULE, text).len(), 2);
        assert_eq!(messages(&duplicate_key::RULE, text).len(), 1);
    }
}
