//! Objects as a snapshot of a cluster keeps them: without secrets, and judged as they were with them.

use crate::check::{Outcome, Settings, check};
use crate::secrecy::{Manner, emptied, marked};

/// An object as it may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its text.
    pub text: String,
    /// Whether every rule says of it what it says of the object itself.
    pub is_alike: bool,
}

/// An object in JSON with marks in place of what may be secret. `None` where it cannot be read, so that nobody
/// knows what of it is.
pub fn keep(text: &str, settings: &Settings) -> Option<Kept> {
    let first = marked(text, Manner::Likeness)?;
    if first == text {
        return Some(Kept { text: first, is_alike: true });
    }
    let verdict = verdict(text, settings);
    if self::verdict(&first, settings) == verdict {
        return Some(Kept { text: first, is_alike: true });
    }
    let second = marked(text, Manner::Letters)?;
    if self::verdict(&second, settings) == verdict {
        return Some(Kept { text: second, is_alike: true });
    }
    Some(Kept { text: marked(text, Manner::Nothing)?, is_alike: false })
}

/// A ConfigMap in JSON without the values of its data. `None` where it cannot be read.
pub fn without_values(text: &str) -> Option<String> {
    emptied(text)
}

/// Of a finding its rule, its message, and of each place where it points the field and what is said of it.
type Said = (String, String, Vec<(String, String)>);

/// What the rules say of an object.
fn verdict(text: &str, settings: &Settings) -> Vec<Said> {
    let Outcome { findings, .. } = check(settings.clone(), [text]);
    let said = findings.into_iter().map(|it| {
        let spots = it.spots.iter().map(|spot| (spot.path.to_string(), spot.label.to_string()));
        (it.about.id.to_string(), it.message.to_string(), spots.collect())
    });
    said.collect()
}
