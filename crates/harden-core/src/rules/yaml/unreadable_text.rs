//! Texts that cannot be read and name no object.

use harden_yaml::Document;

use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use crate::schema;

pub(super) static RULE: Rule = Rule {
    id: "unreadable-text",
    category: Category::Yaml,
    severity: Severity::Low,
    level: None,
    summary: "a text cannot be read, and names no object of Kubernetes",
    why: "It is probably no manifest, but nobody can tell: nothing in it was checked.",
    remedy: "correct the text as the message says, or keep it out of what is checked",
    breaks: "",
    mend: Mend::ByHand("what the text was to say, and whether it is a manifest at all"),
    references: &[Reference::Page("https://yaml.org/spec/1.2.2/")],
    reads: &[],
    check: Check::Document(check),
    bad: "\
plugins:
- search
\t- minify
",
    good: "\
plugins:
- search
- minify
",
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_, '_>) {
    let text = document.span().text(document.text());
    if !document.is_readable() && !schema::names_object(text) {
        super::report_unreadable(document, reporter);
    }
}
