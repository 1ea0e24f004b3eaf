//! Directives of patches, which say what is done instead of merging.

use serde_json::Value;

use super::lists::{self, Selector};
use super::preprocessing::text;

/// The key of a directive: `$patch: delete`, `replace` or `merge`.
const DIRECTIVE: &str = "$patch";

/// What a directive says.
#[derive(PartialEq, Eq)]
pub(super) enum Directive {
    Delete,
    Replace,
    Merge,
}

/// The directive of a map or of a list, which is taken out of it.
pub(super) fn directive(value: &mut Value) -> Result<Directive, String> {
    let word = match value {
        Value::Object(map) => match map.get(DIRECTIVE) {
            Some(it) => {
                let word = text(it).into_owned();
                read(&word)?;
                map.shift_remove(DIRECTIVE);
                word
            }
            None => return Ok(Directive::Merge),
        },
        Value::Array(items) => {
            let of_list = items.iter().find_map(|it| Some((it, it.get(DIRECTIVE)?)));
            match of_list {
                Some((element, it)) if element.as_object().is_some_and(|it| it.len() == 1) => {
                    let word = text(it).into_owned();
                    read(&word)?;
                    let keys = vec![DIRECTIVE.to_owned()];
                    let selector = Selector { keys, values: vec![word.clone()] };
                    lists::place(items, &selector, None)?;
                    word
                }
                _ => return Ok(Directive::Merge),
            }
        }
        scalar => {
            let word = text(scalar);
            return Err(format!("no implemented strategic merge patch strategy for '{word}'"));
        }
    };
    read(&word)
}

fn read(word: &str) -> Result<Directive, String> {
    match word {
        "delete" => Ok(Directive::Delete),
        "replace" => Ok(Directive::Replace),
        "merge" => Ok(Directive::Merge),
        _ => Err(format!("unknown patch strategy '{word}'")),
    }
}
