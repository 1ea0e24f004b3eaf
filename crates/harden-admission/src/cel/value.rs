//! Values of expressions.

mod amount;
mod equality;
mod json;
mod key;
mod map;

use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

pub use amount::Amount;
pub use key::Key;
pub(super) use key::Sought;
pub use map::Map;

use super::library::{Semver, Timestamp, Url};
use super::types::Type;

/// A value. Copies share what is large.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    String(Arc<str>),
    Bytes(Arc<[u8]>),
    List(Arc<Vec<Self>>),
    Map(Arc<Map>),
    /// In nanoseconds.
    Duration(i64),
    Timestamp(Timestamp),
    /// A type, by the server's name for it.
    Type(&'static str),
    Optional(Option<Arc<Self>>),
    Quantity(Arc<Amount>),
    Ip(IpAddr),
    /// A range of addresses; bits beyond the prefix are kept.
    Cidr(IpNet),
    Url(Arc<Url>),
    Semver(Arc<Semver>),
    /// A named format, by its name.
    Format(&'static str),
    /// A message that an expression builds.
    Message(Arc<Message>),
    /// A value of a type that the server does not have.
    Foreign(Arc<Foreign>),
}

/// The message of which JSON patches are made.
pub(super) const JSON_PATCH: &str = "JSONPatch";

/// What an expression builds by `Object.spec{…}` or `JSONPatch{…}`.
#[derive(Debug, PartialEq)]
pub struct Message {
    /// The name of its type.
    pub name: Arc<str>,
    /// Those that were given.
    pub fields: Map,
}

/// A value that only the functions of an engine understand.
#[derive(Debug, PartialEq)]
pub struct Foreign {
    /// The name of its type.
    pub of: &'static str,
    /// What it is made of.
    pub value: Value,
}

impl Value {
    /// An object as the API server sees it: numbers are ints where they are written as such, doubles else.
    pub fn from_json(json: &serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(it) => Self::Bool(*it),
            Json::Number(it) => match it.as_i64() {
                Some(it) => Self::Int(it),
                None => Self::Double(it.as_f64().unwrap_or(f64::NAN)),
            },
            Json::String(it) => Self::text(it.as_str()),
            Json::Array(items) => Self::list(items.iter().map(Self::from_json).collect()),
            Json::Object(fields) => {
                let entries = fields
                    .iter()
                    .map(|(key, it)| (Key::String(key.as_str().into()), Self::from_json(it)));
                Self::Map(Arc::new(entries.collect()))
            }
        }
    }

    pub(super) fn text(it: impl Into<Arc<str>>) -> Self {
        Self::String(it.into())
    }

    pub(super) fn list(items: Vec<Self>) -> Self {
        Self::List(Arc::new(items))
    }

    pub(super) fn some(it: Self) -> Self {
        Self::Optional(Some(Arc::new(it)))
    }

    /// The server's name of its type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Type(_) => "type",
            Self::Optional(_) => "optional_type",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Ip(_) => "net.IP",
            Self::Cidr(_) => "net.CIDR",
            Self::Url(_) => "kubernetes.URL",
            Self::Semver(_) => "kubernetes.Semver",
            Self::Format(_) => "kubernetes.NamedFormat",
            Self::Message(it) if *it.name == *JSON_PATCH => JSON_PATCH,
            Self::Message(_) => "Object",
            Self::Foreign(it) => it.of,
        }
    }

    /// Whether the server takes it for a value of a type: of a list it looks at the first element.
    pub(super) fn is_of(&self, wanted: &Type) -> bool {
        match (wanted, self) {
            (Type::Plain(_) | Type::Null, it) => it.type_name() == wanted.name(),
            (Type::List(of), Self::List(items)) => items.first().is_none_or(|it| it.is_of(of)),
            (Type::Map(keys, values), Self::Map(map)) => map
                .iter()
                .next()
                .is_none_or(|(key, it)| key.value().is_of(keys) && it.is_of(values)),
            (Type::List(_) | Type::Map(..), _) => false,
            _ => true,
        }
    }

    /// The server's name for what it keeps the value in, which some errors tell.
    pub(super) fn native_name(&self) -> &'static str {
        match self {
            Self::Null => "types.Null",
            Self::Bool(_) => "types.Bool",
            Self::Int(_) => "types.Int",
            Self::Uint(_) => "types.Uint",
            Self::Double(_) => "types.Double",
            Self::String(_) => "types.String",
            Self::Bytes(_) => "types.Bytes",
            Self::Duration(_) => "types.Duration",
            Self::Timestamp(_) => "types.Timestamp",
            Self::Type(_) => "*types.Type",
            Self::Optional(_) => "*types.Optional",
            Self::Quantity(it) if it.is_computed => "*cel.Quantity",
            Self::Quantity(_) => "cel.Quantity",
            Self::Ip(_) => "cel.IP",
            Self::Cidr(_) => "cel.CIDR",
            Self::Url(_) => "cel.URL",
            Self::Message(it) if *it.name == *JSON_PATCH => "*mutation.JSONPatchVal",
            Self::Message(_) => "*dynamic.ObjectVal",
            Self::Foreign(it) => it.of,
            Self::Semver(_) => "cel.Semver",
            Self::Format(_) => "*cel.Format",
            Self::List(_) | Self::Map(_) => "a collection",
        }
    }

    /// How much reading it takes, in steps.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::String(it) => it.len() / 4,
            Self::Bytes(it) => it.len() / 4,
            Self::List(it) => it.len(),
            Self::Map(it) => it.len(),
            _ => 0,
        }
    }
}
