//! One item of a file, and what it does to those before it.

mod rule;

use harden_yaml::Place;

use super::decoding::{invalid, required, scalar, texts};
use super::text::Text;
use super::{overrides, required};
use crate::runtime::problem::{Code, Loaded, Problem};
use crate::runtime::rule_set::{Collection, Definition};

/// Reads an item; what is wrong with it is the error, what Falco warns of goes to the problems.
pub(in crate::runtime) fn read<'d>(
    item: Place<'d>,
    into: &mut Collection<'d>,
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, ()> {
    if !item.is_map() {
        let words = "Unexpected element type. Each element should be a yaml associative array.";
        return Err(invalid(item, words));
    }
    let has = |key: &str| item.get(key).is_some();
    let known: &[&str] = if has("required_engine_version") {
        required::engine(item)?;
        into.requires_engine = true;
        &["required_engine_version"]
    } else if has("required_plugin_versions") {
        into.plugins.extend(required::plugins(item)?);
        &["required_plugin_versions"]
    } else if has("list") {
        read_list(item, into, problems)?;
        &["list", "items", "append", "override"]
    } else if has("macro") {
        read_macro(item, into, problems)?;
        &["macro", "condition", "append", "override"]
    } else if has("rule") {
        rule::read(item, into, problems)?;
        rule::KEYS
    } else {
        problems.push(Problem::new(Code::UnknownItem, item, "Unknown top level item"));
        return Ok(());
    };
    for (key, value) in item.entries().filter(|it| !known.contains(&it.0)) {
        let words = format!("Unknown key '{key}'. The key will be ignored.");
        let problem = Problem::new(Code::UnknownKey, value, words);
        problems.push(Problem { span: value.key_span(), ..problem });
    }
    Ok(())
}

fn read_list<'d>(
    item: Place<'d>,
    into: &mut Collection<'d>,
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, ()> {
    let name = required(item, "list")?;
    let place = item.at("list");
    let is_end = |it: char| it.is_ascii_whitespace() || it == '\u{b}' || "()\"'=,".contains(it);
    if name.contains(is_end) {
        let words = "List has an invalid name. List names should match a regular expression: \
                     ([^()\"'[:space:]=,]+)";
        problems.push(Problem::new(Code::InvalidListName, place, words));
    }
    let Some(items) = item.get("items") else {
        return Err(invalid(item, "Item has no mapping for key 'items'"));
    };
    let items = texts(items)?;
    let found = overrides::read(item, &["items"], &["items"], problems)?;
    let definition = Definition { name, place };
    if found.is_append || found.appended.contains("items") {
        into.append_list(definition, items)
    } else {
        into.define_list(definition, items);
        Ok(())
    }
}

fn read_macro<'d>(
    item: Place<'d>,
    into: &mut Collection<'d>,
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, ()> {
    let name = required(item, "macro")?;
    let place = item.at("macro");
    let mut letters = name.chars();
    let is_name = letters.next().is_some_and(|it| it.is_ascii_alphabetic())
        && letters.all(|it| it.is_ascii_alphanumeric() || it == '_');
    if !is_name {
        let words = "Macro has an invalid name. Macro names should match a regular expression: \
                     ([a-zA-Z]+[a-zA-Z0-9_]*)";
        problems.push(Problem::new(Code::InvalidMacroName, place, words));
    }
    let text = text(item, "condition")?;
    let found = overrides::read(item, &["condition"], &["condition"], problems)?;
    let definition = Definition { name, place };
    if found.is_append || found.appended.contains("condition") {
        into.append_macro(definition, &text)
    } else {
        into.define_macro(definition, text);
        Ok(())
    }
}

/// A value that has to be there, with its places.
fn text<'d>(item: Place<'d>, key: &'static str) -> Loaded<'d, Text<'d>> {
    let text = required(item, key)?;
    debug_assert!(scalar(item.at(key)).is_some(), "what is required is a scalar");
    Ok(Text::new(text, item.at(key)))
}
