//! Types of expressions.

mod assignment;
mod signature;

use std::fmt;
use std::sync::Arc;

pub(super) use assignment::{Bindings, most_general};
pub(super) use signature::{Overload, overload};

/// A type, as the server's checker knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// Known when it is evaluated only.
    Dyn,
    /// Of what is wrong; fits everywhere, so that one flaw is told once.
    Error,
    /// Of `null`.
    Null,
    /// One without parameters, by its name: `int`, `string`, `kubernetes.Quantity`.
    Plain(&'static str),
    /// A message that an expression builds, such as `Object.spec`.
    Message(Arc<str>),
    /// A list of one type.
    List(Box<Self>),
    /// A map, by the types of its keys and values.
    Map(Box<Self>, Box<Self>),
    /// A value that may be absent.
    Optional(Box<Self>),
    /// A type as a value.
    Type(Box<Self>),
    /// A type that is not known yet.
    #[doc(hidden)]
    Variable(u32),
}

impl Type {
    pub(crate) const BOOL: Self = Self::Plain("bool");
    pub(crate) const INT: Self = Self::Plain("int");
    pub(super) const UINT: Self = Self::Plain("uint");
    pub(super) const DOUBLE: Self = Self::Plain("double");
    pub(crate) const STRING: Self = Self::Plain("string");
    pub(super) const BYTES: Self = Self::Plain("bytes");

    pub(crate) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    pub(crate) fn map(keys: Self, values: Self) -> Self {
        Self::Map(Box::new(keys), Box::new(values))
    }

    pub(crate) fn optional(of: Self) -> Self {
        Self::Optional(Box::new(of))
    }

    /// The type within an optional, and whether it is one.
    pub(super) fn unwrapped(self) -> (Self, bool) {
        match self {
            Self::Optional(inner) => (*inner, true),
            other => (other, false),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Dyn | Self::Error)
    }

    /// The name that the server has for it, with its parameters.
    pub(crate) fn runtime_name(&self) -> String {
        match self {
            Self::List(of) | Self::Optional(of) | Self::Type(of) => {
                format!("{}({})", self.name(), of.runtime_name())
            }
            Self::Map(keys, values) => {
                format!("map({}, {})", keys.runtime_name(), values.runtime_name())
            }
            Self::Message(name) => name.to_string(),
            other => other.name().to_owned(),
        }
    }

    /// The name that the server has for it without its parameters.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Dyn => "dyn",
            Self::Error => "!error!",
            Self::Null => "null_type",
            Self::Plain("duration") => "google.protobuf.Duration",
            Self::Plain("timestamp") => "google.protobuf.Timestamp",
            Self::Plain(name) => name,
            Self::Message(name) if **name == *"JSONPatch" => "JSONPatch",
            Self::Message(_) => "Object",
            Self::List(_) => "list",
            Self::Map(..) => "map",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Variable(_) => "_var",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn => f.write_str("dyn"),
            Self::Error => f.write_str("!error!"),
            Self::Null => f.write_str("null"),
            Self::Plain(name) => f.write_str(name),
            Self::Message(name) => f.write_str(name),
            Self::List(of) => write!(f, "list({of})"),
            Self::Map(keys, values) => write!(f, "map({keys}, {values})"),
            Self::Optional(of) => write!(f, "optional_type({of})"),
            Self::Type(of) => write!(f, "type({of})"),
            Self::Variable(number) => write!(f, "_var{number}"),
        }
    }
}
