//! Labels and annotations as users type them: `key=value`.

use std::str::FromStr;

use super::is_subdomain;

/// A label: a qualified name and a value that selectors can match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Qualified name, e.g. `app.kubernetes.io/name`.
    pub key: String,
    /// At most 63 characters.
    pub value: String,
}

/// An annotation: a qualified name and any text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Annotation {
    /// Qualified name, e.g. `example.com/owner`.
    pub key: String,
    /// Any text.
    pub value: String,
}

/// Why a text is no label or annotation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKeyValue {
    /// There is no `=`.
    #[error("must be KEY=VALUE")]
    NoEquals,
    /// The part before `=` is no qualified name.
    #[error(
        "`{0}` is no qualified name: an optional lower-case DNS prefix and '/', then at most 63 \
         letters, digits, '-', '_' and '.', beginning and ending with a letter or digit"
    )]
    Key(String),
    /// The part after `=` cannot be a label's value.
    #[error(
        "`{0}` is no label value: at most 63 letters, digits, '-', '_' and '.', beginning and ending \
         with a letter or digit"
    )]
    Value(String),
}

impl FromStr for Label {
    type Err = InvalidKeyValue;

    fn from_str(text: &str) -> Result<Self, InvalidKeyValue> {
        let (key, value) = split(text)?;
        if !is_label_value(value) {
            return Err(InvalidKeyValue::Value(value.to_owned()));
        }
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }
}

impl FromStr for Annotation {
    type Err = InvalidKeyValue;

    fn from_str(text: &str) -> Result<Self, InvalidKeyValue> {
        let (key, value) = split(text)?;
        Ok(Self { key: key.to_owned(), value: value.to_owned() })
    }
}

fn split(text: &str) -> Result<(&str, &str), InvalidKeyValue> {
    let (key, value) = text.split_once('=').ok_or(InvalidKeyValue::NoEquals)?;
    if is_qualified_name(key) {
        Ok((key, value))
    } else {
        Err(InvalidKeyValue::Key(key.to_owned()))
    }
}

/// Whether a text is what labels and annotations are named by: a name, after a domain and `/` if there is one.
pub fn is_qualified_name(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_name_part(name),
        None => is_name_part(key),
    }
}

/// Whether a text can be the value of a label.
pub fn is_label_value(value: &str) -> bool {
    value.is_empty() || is_name_part(value)
}

fn is_name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.len() <= 63
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_follow_the_api_server() {
        for good in ["a=b", "app.kubernetes.io/name=web", "a=", "A_b.c=1.2-3_x"] {
            assert!(good.parse::<Label>().is_ok(), "{good}");
        }
        for bad in ["a", "=b", "a=b c", "a/b/c=d", "/a=b", "A.b/=x", "Ex.com/a=b", "a=-b", "a=ä"] {
            assert!(bad.parse::<Label>().is_err(), "{bad}");
        }
    }

    #[test]
    fn annotations_take_any_value() {
        let annotation: Annotation =
            "example.com/owner=Ann <ann@example.com>".parse().expect("valid");
        assert_eq!(annotation.value, "Ann <ann@example.com>");
    }
}
