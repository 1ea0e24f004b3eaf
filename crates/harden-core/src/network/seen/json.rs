//! Objects of JSON in a line, and texts of them that may be missing.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use serde::de::{self, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};

/// A text, or a number as text; empty where it is missing or null.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Word<'j>(Cow<'j, str>);

impl Deref for Word<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'j, 'j> Deserialize<'de> for Word<'j> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;

        impl<'de> Visitor<'de> for Words {
            type Value = Word<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a number")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(text)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(number.to_string())))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Owned(number.to_string())))
            }

            fn visit_bool<E: de::Error>(self, is_so: bool) -> Result<Word<'de>, E> {
                Ok(Word(Cow::Borrowed(if is_so { "true" } else { "false" })))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Word<'de>, E> {
                Ok(Word::default())
            }
        }
        deserializer.deserialize_any(Words)
    }
}

/// Takes null for a value that is missing.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// The object in a line; what a container runtime, kubectl or a stream of events writes before it is left out.
pub(super) fn object(line: &str) -> Option<&str> {
    if !line.ends_with('}') {
        return None;
    }
    if line.starts_with('{') {
        return Some(line);
    }
    let at = line.find(" {")?;
    line.get(at + 1..)
}

/// Reads an object.
pub(super) fn read<'j, T: Deserialize<'j>>(object: &'j str) -> Result<T, String> {
    serde_json::from_str(object).map_err(|error| format!("is not what it should be: {error}"))
}

/// Why a line that seems to be JSON is none.
pub(super) fn why_not(line: &str) -> Option<String> {
    const HINT: &str = "write one object in a line, as `jq -c` does";
    if matches!(line, "[" | "]" | "{" | "}" | "}," | "],") {
        return Some(format!("is a part of JSON that goes over several lines: {HINT}"));
    }
    if !line.starts_with(['{', '[']) {
        return None;
    }
    match serde_json::from_str::<IgnoredAny>(line) {
        Ok(_) if line.starts_with('[') => Some(format!("is a list: {HINT}")),
        Ok(_) => None,
        Err(error) => Some(format!("is no whole JSON: {error}")),
    }
}
