//! What only the team that says an intent can know, and what it said.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::cel::{list, quoted};
use super::image::ImagePrefix;
use crate::kubernetes::{MinorVersion, is_label_value, is_qualified_name};

/// One thing that an intent leaves to the team, as a list of values.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// As it is typed: `--set NAME=VALUE`.
    pub name: &'static str,
    /// What expressions and Gatekeeper's constraints call it; a lower-case plural.
    pub variable: &'static str,
    /// What it says, in one line without a full stop.
    pub summary: &'static str,
    /// What its values are like.
    pub shape: Shape,
    /// Its values where the team gives none; where these are none, it must.
    pub default: &'static [&'static str],
    /// Values that show what is meant, which the examples and the tests use.
    pub example: &'static [&'static str],
}

/// What the values of a parameter are like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Registries and repositories: an image is one of them if it is that repository or below it.
    Images,
    /// Keys of labels or annotations, each with a regular expression for the whole value after `=`, if any.
    Keys,
    /// Names that are equal or not.
    Names,
    /// Hosts, which may begin with `*.` for any one label.
    Hosts,
}

/// A value that does not fit, or one that is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}")]
pub struct Unfit {
    /// The value; empty where one is missing.
    pub value: String,
    /// The rule that it breaks, and what to do.
    pub rule: String,
}

/// The values of the parameters of an intent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<&'static str, Vec<String>>);

/// What an expression may depend on beside the object.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'t> {
    /// The version of the API server.
    pub server: MinorVersion,
    /// The version of the Pod Security Standards.
    pub version: MinorVersion,
    /// The values of the parameters.
    pub values: &'t Values,
}

impl Values {
    /// The values of all parameters: those that are given by the names of the parameters, and else the usual ones.
    ///
    /// # Errors
    ///
    /// A value does not fit its parameter, or one that the team must give is not there.
    pub fn new(parameters: &[Parameter], given: &[(String, String)]) -> Result<Self, Unfit> {
        let mut values = BTreeMap::new();
        for parameter in parameters {
            let of = given.iter().filter(|(name, _)| name == parameter.name);
            let mut texts: Vec<String> = of.map(|(_, value)| value.clone()).collect();
            if texts.is_empty() {
                texts = parameter.default.iter().map(|&it| it.to_owned()).collect();
            }
            if texts.is_empty() {
                let (name, example) = (parameter.name, parameter.example.first().unwrap_or(&""));
                let rule = format!(
                    "{}: say it with --set {name}=VALUE, such as --set '{name}={example}'",
                    parameter.summary
                );
                return Err(Unfit { value: String::new(), rule });
            }
            for text in &mut texts {
                *text = parameter.shape.read(text)?;
            }
            texts.dedup();
            values.insert(parameter.name, texts);
        }
        Ok(Self(values))
    }

    /// The values of a parameter, each as its shape writes it.
    pub fn of(&self, parameter: &Parameter) -> &[String] {
        self.0.get(parameter.name).map_or(&[], Vec::as_slice)
    }
}

impl Shape {
    /// A value as it is kept.
    fn read(self, text: &str) -> Result<String, Unfit> {
        let unfit = |rule: &str| Unfit { value: text.to_owned(), rule: rule.to_owned() };
        match self {
            Self::Images => text
                .parse::<ImagePrefix>()
                .map(|it| it.to_string())
                .map_err(|error| unfit(&error.to_string())),
            Self::Keys => {
                let (key, pattern) = text.split_once('=').unwrap_or((text, ""));
                if !is_qualified_name(key) {
                    return Err(unfit("the key before '=' is no key of a label or annotation"));
                }
                regex_lite::Regex::new(pattern)
                    .map_err(|_| unfit("what follows '=' is no regular expression"))?;
                let anchored = if pattern.is_empty() {
                    String::new()
                } else {
                    // A value that merely holds what is meant is not what is meant.
                    let bare = pattern.strip_prefix('^').unwrap_or(pattern);
                    let bare =
                        bare.strip_suffix('$').filter(|it| !it.ends_with('\\')).unwrap_or(bare);
                    format!("^(?:{bare})$")
                };
                Ok(format!("{key}={anchored}"))
            }
            Self::Names if text.is_empty() || !is_label_value(text) && !is_qualified_name(text) => {
                Err(unfit("it is no name"))
            }
            Self::Names => Ok(text.to_owned()),
            Self::Hosts => {
                let bare = text.strip_prefix("*.").unwrap_or(text);
                if crate::kubernetes::is_subdomain(bare) {
                    Ok(text.to_owned())
                } else {
                    Err(unfit(
                        "a host is a DNS name in lower case, with '*.' before it for any one label",
                    ))
                }
            }
        }
    }

    /// Values as a literal of CEL.
    pub(super) fn expression(self, values: &[String]) -> String {
        match self {
            Self::Images | Self::Names | Self::Hosts => list(values),
            Self::Keys => {
                let items: Vec<_> = values
                    .iter()
                    .map(|it| {
                        let (key, pattern) = it.split_once('=').unwrap_or((it, ""));
                        format!("{{'key': {}, 'pattern': {}}}", quoted(key), quoted(pattern))
                    })
                    .collect();
                format!("[{}]", items.join(", "))
            }
        }
    }

    /// Values as a parameter of a constraint of Gatekeeper.
    pub(super) fn json(self, values: &[String]) -> Value {
        match self {
            Self::Images | Self::Names | Self::Hosts => json!(values),
            Self::Keys => {
                let items = values.iter().map(|it| {
                    let (key, pattern) = it.split_once('=').unwrap_or((it, ""));
                    json!({"key": key, "pattern": pattern})
                });
                items.collect()
            }
        }
    }

    /// The schema of such a parameter.
    pub(super) fn schema(self) -> Value {
        match self {
            Self::Images | Self::Names | Self::Hosts => {
                json!({"type": "array", "items": {"type": "string"}})
            }
            Self::Keys => json!({"type": "array", "items": {
                "type": "object",
                "required": ["key", "pattern"],
                "properties": {"key": {"type": "string"}, "pattern": {"type": "string"}},
            }}),
        }
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
