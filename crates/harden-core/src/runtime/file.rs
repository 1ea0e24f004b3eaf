//! A file of Falco: a list of items, each a list, a macro, a rule or what the file requires.

pub(super) mod decoding;
pub(super) mod exception;
pub(super) mod item;
pub(super) mod overrides;
mod required;
pub(super) mod text;

use harden_yaml::{Document, Place};

/// The keys that say what an item is, in the order in which Falco asks for them.
pub const ITEMS: [&str; 5] =
    ["required_engine_version", "required_plugin_versions", "list", "macro", "rule"];

/// A file, with its documents.
#[derive(Debug, Clone, Copy)]
pub struct File<'d> {
    /// What it is called.
    pub name: &'d str,
    /// Its documents, which Falco reads as one file.
    pub documents: &'d [Document<'d>],
}

/// Whether a document is meant for Falco: a list of maps, one of which is a list, a macro or a rule.
pub fn is_meant(document: &Document<'_>) -> bool {
    let root = document.root();
    if document.is_readable() {
        return root.is_list() && root.items().any(is_item);
    }
    // What nobody can read is told by its lines.
    let text = document.span().text(document.text());
    let begins = |word: &str| text.lines().any(|it| it.trim_start().starts_with(word));
    begins("condition:") && (begins("- rule:") || begins("- macro:"))
}

fn is_item(item: Place<'_>) -> bool {
    let has = |key: &str| item.get(key).is_some();
    let is_named = |key: &str| item.get(key).is_some_and(|it| it.as_str().is_some());
    let is_object = has("apiVersion") || has("kind");
    let is_required = has("required_engine_version") || has("required_plugin_versions");
    // `list`, `macro` and `rule` alone are words that other tools have, too.
    !is_object
        && (is_required
            || is_named("list") && has("items")
            || is_named("macro") && has("condition")
            || is_named("rule")
                && ["condition", "output", "override", "exceptions", "enabled", "append"]
                    .iter()
                    .any(|it| has(it)))
}
