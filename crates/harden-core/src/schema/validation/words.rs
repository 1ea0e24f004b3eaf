//! What is said of values that fit too many alternatives, or none.

use super::{Validation, Verdict};

/// Of so many alternatives it is said what each asks for.
const MOST_ALTERNATIVES: usize = 4;

/// What to say of a value that fits several alternatives of which only one may.
pub(super) fn too_many(alternatives: &[Validation]) -> String {
    let names: Vec<_> = alternatives
        .iter()
        .filter_map(|it| match it.required.as_slice() {
            [one] => Some(one.name.as_str()),
            _ => None,
        })
        .collect();
    if names.len() == alternatives.len() {
        let names: Vec<_> = names.iter().map(|it| format!("`{it}`")).collect();
        format!("must have only one of {}", names.join(", "))
    } else {
        "fits more than one of the alternatives of which its CustomResourceDefinition allows one \
         (`oneOf`)"
            .to_owned()
    }
}

/// What to say of a value that fits no alternative.
pub(super) fn none_of(judged: &[Verdict<'_>]) -> String {
    let mut said: Vec<&str> = Vec::new();
    for it in judged {
        let words = it.refused.first().map_or("", |it| it.words.as_str());
        if !said.contains(&words) {
            said.push(words);
        }
    }
    let is_plain = judged.iter().all(|it| it.refused.len() == 1);
    if is_plain && said.len() <= MOST_ALTERNATIVES {
        said.join(", or ")
    } else {
        "fits none of the alternatives that its CustomResourceDefinition allows".to_owned()
    }
}
