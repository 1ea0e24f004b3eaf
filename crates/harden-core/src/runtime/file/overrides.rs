//! What an item does with an earlier one of its name: `override`, and `append` of old.

use std::collections::BTreeSet;

use harden_yaml::Place;

use super::decoding::{flag, invalid, scalar};
use crate::runtime::problem::{Code, Loaded, Problem};

const BOTH: &str = "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry \
                    (e.g. 'condition: append') under 'override' instead.";
const OLD: &str = "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under \
                   'override' instead.";

/// The keys that change an earlier item.
#[derive(Debug, Default)]
pub(in crate::runtime) struct Overrides {
    pub appended: BTreeSet<String>,
    pub replaced: BTreeSet<String>,
    /// Whether the item says `append: true`.
    pub is_append: bool,
}

/// Reads both, for an item of which these keys can be appended to and these replaced.
pub(in crate::runtime) fn read<'d>(
    item: Place<'d>,
    appendable: &[&str],
    replaceable: &[&str],
    problems: &mut Vec<Problem<'d>>,
) -> Loaded<'d, Overrides> {
    let mut found =
        Overrides { is_append: flag(item, "append")? == Some(true), ..Overrides::default() };
    if found.is_append {
        problems.push(Problem::new(Code::DeprecatedItem, item.at("append"), OLD));
    }
    let written = item.get("override").into_iter().flat_map(|it| it.entries());
    for (key, value) in written {
        let operation = scalar(value).unwrap_or_default();
        let can_append = appendable.contains(&key);
        let can_replace = replaceable.contains(&key);
        match operation.as_ref() {
            "append" if can_append => found.appended.insert(key.to_owned()),
            "replace" if can_replace => found.replaced.insert(key.to_owned()),
            "append" => {
                let words = format!("Key '{key}' cannot be appended to, use 'replace' instead");
                return Err(invalid(value, words));
            }
            "replace" => return Err(invalid(value, format!("Key '{key}' cannot be replaced"))),
            other => {
                let mut words = format!(
                    "Invalid override operation for key '{key}': '{other}'. Allowed values are: "
                );
                words.push_str(if can_append { "append " } else { "" });
                words.push_str(if can_replace { "replace " } else { "" });
                return Err(invalid(value, words));
            }
        };
    }
    if found.is_append && !(found.appended.is_empty() && found.replaced.is_empty()) {
        return Err(invalid(item.at("override"), BOTH));
    }
    Ok(found)
}
