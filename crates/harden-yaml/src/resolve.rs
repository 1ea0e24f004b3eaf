//! What a scalar means, by go-yaml v2's table of YAML 1.1.

mod binary;
mod float;
mod number;
mod timestamp;

pub use binary::decode_base64;
pub(crate) use float::{json_float, key_float};

/// The tags that change what a scalar means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tag {
    #[default]
    None,
    /// `!`: take the text as it is.
    NonSpecific,
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    Other,
}

impl Tag {
    pub(crate) const PREFIX: &str = "tag:yaml.org,2002:";

    /// The tag whose full name is `prefix` and then `suffix`.
    pub(crate) fn named(prefix: &str, suffix: &str) -> Self {
        let owned;
        let full = if prefix.is_empty() {
            suffix
        } else {
            owned = [prefix, suffix].concat();
            &owned
        };
        if full == "!" {
            return Self::NonSpecific;
        }
        match full.strip_prefix(Self::PREFIX) {
            Some("str") => Self::Str,
            Some("bool") => Self::Bool,
            Some("int") => Self::Int,
            Some("float") => Self::Float,
            Some("null") => Self::Null,
            Some("timestamp") => Self::Timestamp,
            Some("binary") => Self::Binary,
            Some("merge") => Self::Merge,
            _ => Self::Other,
        }
    }

    /// The tag as people write it.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Self::None | Self::NonSpecific | Self::Other => "!",
            Self::Str => "!!str",
            Self::Bool => "!!bool",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Null => "!!null",
            Self::Timestamp => "!!timestamp",
            Self::Binary => "!!binary",
            Self::Merge => "!!merge",
        }
    }
}

/// What a scalar resolves to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    /// Beyond the range of `Int`.
    Uint(u64),
    Float(f64),
    /// The text itself.
    Str,
    /// The text, base64.
    Binary,
}

/// Resolves a scalar; `implicit` unless it is quoted or a block. None: the tag does not fit.
pub(crate) fn resolve(text: &str, implicit: bool, tag: Tag) -> Option<Resolved> {
    match tag {
        Tag::None if implicit => Some(resolve_plain(text)),
        Tag::None | Tag::Str | Tag::NonSpecific | Tag::Merge | Tag::Other => Some(Resolved::Str),
        Tag::Binary => Some(Resolved::Binary),
        Tag::Timestamp => (matches!(resolve_plain(text), Resolved::Str)
            && timestamp::is_timestamp(text))
        .then_some(Resolved::Str),
        Tag::Null => Some(resolve_plain(text)).filter(|found| *found == Resolved::Null),
        Tag::Bool => Some(resolve_plain(text)).filter(|found| matches!(found, Resolved::Bool(_))),
        Tag::Int => Some(resolve_plain(text))
            .filter(|found| matches!(found, Resolved::Int(_) | Resolved::Uint(_))),
        Tag::Float => match resolve_plain(text) {
            #[expect(clippy::cast_precision_loss, reason = "go-yaml rounds in the same way")]
            Resolved::Int(value) => Some(Resolved::Float(value as f64)),
            found => Some(found).filter(|found| matches!(found, Resolved::Float(_))),
        },
    }
}

fn resolve_plain(text: &str) -> Resolved {
    let Some(&first) = text.as_bytes().first() else {
        return Resolved::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text),
        b'.' => match text {
            ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Resolved::Float(f64::INFINITY),
            _ => number::point_float(text).map_or(Resolved::Str, Resolved::Float),
        },
        b'+' | b'-' => match text {
            "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
            _ => number::number(text),
        },
        b'0'..=b'9' => number::number(text),
        _ => Resolved::Str,
    }
}

fn word(text: &str) -> Resolved {
    match text {
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        _ => Resolved::Str,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Option<Resolved> {
        resolve(text, true, Tag::None)
    }

    #[test]
    fn yaml_1_1_words_are_booleans() {
        for text in ["y", "Y", "yes", "on", "ON", "true", "True"] {
            assert_eq!(plain(text), Some(Resolved::Bool(true)), "{text}");
        }
        for text in ["n", "no", "Off", "FALSE"] {
            assert_eq!(plain(text), Some(Resolved::Bool(false)), "{text}");
        }
        for text in ["yEs", "oN", "tRUE", "yes ", "nope"] {
            assert_eq!(plain(text), Some(Resolved::Str), "{text}");
        }
    }

    #[test]
    fn integers_come_in_four_bases_with_underscores() {
        for (text, value) in [
            ("0777", 511),
            ("0o777", 511),
            ("0x1F", 31),
            ("-0X1f", -31),
            ("0b11", 3),
            ("-0b11", -3),
            ("1_000", 1000),
            ("+12", 12),
            ("0", 0),
            ("-0", 0),
            ("0b+1", 1),
        ] {
            assert_eq!(plain(text), Some(Resolved::Int(value)), "{text}");
        }
        assert_eq!(plain("18446744073709551615"), Some(Resolved::Uint(u64::MAX)));
        assert_eq!(plain("08"), Some(Resolved::Float(8.0)));
    }

    #[test]
    fn what_looks_nearly_like_a_number_is_a_string() {
        for text in ["1E400", "36660e598", "0x", "0b12", "1.2.3", "+", "-", "1e", "12:30:45", "."] {
            assert_eq!(plain(text), Some(Resolved::Str), "{text}");
        }
    }

    #[test]
    fn a_tag_decides_or_rejects() {
        assert_eq!(resolve("12", true, Tag::Str), Some(Resolved::Str));
        assert_eq!(resolve("12", false, Tag::Int), Some(Resolved::Int(12)));
        assert_eq!(resolve("3", true, Tag::Float), Some(Resolved::Float(3.0)));
        assert_eq!(resolve("x", true, Tag::Int), None);
        assert_eq!(resolve("", true, Tag::Int), None);
        assert_eq!(resolve("x", true, Tag::Null), None);
        assert_eq!(resolve("2001-01-01", true, Tag::Timestamp), Some(Resolved::Str));
        assert_eq!(resolve("2001-02-30", true, Tag::Timestamp), None);
        assert_eq!(resolve("12", true, Tag::NonSpecific), Some(Resolved::Str));
    }
}
