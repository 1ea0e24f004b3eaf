//! Lists that are sets or maps.

use std::collections::BTreeSet;

use harden_yaml::{Kind, Place};

/// What no two items of a list may share.
#[derive(Debug, Clone)]
pub(super) enum Unique {
    Items,
    /// The values of these fields.
    Keys(Vec<String>),
}

impl Unique {
    /// The items that are there before, each with what is wrong.
    pub(super) fn twice<'d>(&self, list: Place<'d>) -> Vec<(Place<'d>, String)> {
        let mut seen = BTreeSet::new();
        let mut twice = Vec::new();
        for item in list.items() {
            let (identity, words) = match self {
                Self::Items => {
                    (identity(item), "is in this list before, which is a set".to_owned())
                }
                Self::Keys(keys) => {
                    let parts =
                        keys.iter().map(|key| item.get(key).map_or_else(String::new, identity));
                    let names: Vec<_> = keys.iter().map(|it| format!("`{it}`")).collect();
                    let words = format!("has the same {} as one before it", names.join(" and "));
                    (parts.collect::<Vec<_>>().join("\n"), words)
                }
            };
            if !seen.insert(identity) {
                twice.push((item, words));
            }
        }
        twice
    }
}

/// A value as text: the same for the same value, however it is written.
fn identity(place: Place<'_>) -> String {
    let mut text = String::new();
    write_identity(place, &mut text);
    text
}

fn write_identity(place: Place<'_>, text: &mut String) {
    match place.kind() {
        Kind::Map => {
            let mut entries: Vec<_> = place.entries().collect();
            entries.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, value) in entries {
                text.extend(["\"", &key.escape_debug().to_string(), "\":"]);
                write_identity(value, text);
            }
            text.push('}');
        }
        Kind::List => {
            text.push('[');
            for item in place.items() {
                write_identity(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Kind::String => {
            let written = place.as_str().unwrap_or_default().escape_debug().to_string();
            text.extend(["\"", &written, "\""]);
        }
        _ => text.push_str(&place.number().unwrap_or_else(|| place.source().into())),
    }
}
