//! Strict decoding of JSON into Go structs, as far as it minds something.

use std::fmt::Write as _;

use harden_yaml::{Document, Kind, Place, ProblemKind, Span};
use rustc_hash::FxHashSet;

use super::file::is_json_document;
use super::rejection::Fault;
use super::{duration, time};
use crate::pod_security::go_quoted;

/// A Go type that files are decoded into.
#[derive(Debug)]
pub(super) enum Type {
    /// A string, by the name of its type.
    Text(&'static str),
    Int32,
    Int64,
    Bool,
    /// `metav1.Duration`.
    Duration,
    /// `metav1.Time`.
    Time,
    /// `map[string]string`.
    TextMap,
    /// Whatever is there.
    Any,
    List(&'static Type),
    Struct(&'static Struct),
}

/// A Go struct with its JSON fields.
#[derive(Debug)]
pub(super) struct Struct {
    /// Its name in package `v1`.
    pub(super) name: &'static str,
    pub(super) fields: &'static [(&'static str, Type)],
    /// Whether what is written in it may be key material, even the names of unknown fields.
    pub(super) is_secret: bool,
}

pub(super) static TEXT: Type = Type::Text("string");

/// What decoding minds.
#[derive(Debug)]
pub(super) struct Decoded<'d> {
    /// A value of the wrong type, which no decoding takes.
    pub(super) wrong: Option<Fault<'d>>,
    /// Fields that are unknown or set twice, which only strict decoding minds.
    pub(super) strict: Vec<Fault<'d>>,
}

/// Decodes a place into a struct.
pub(super) fn decode<'d>(root: Place<'d>, into: &'static Struct) -> Decoded<'d> {
    let mut decoder = Decoder {
        repeated: repeated(root.document()),
        path: String::new(),
        fields: Vec::new(),
        decoded: Decoded { wrong: None, strict: Vec::new() },
        said: FxHashSet::default(),
    };
    let end = decoder.fields(root, into);
    if let Err(fault) = end {
        decoder.decoded.wrong = Some(*fault);
    }
    decoder.decoded
}

struct Decoder<'d> {
    /// The keys that a JSON document sets again.
    repeated: FxHashSet<Span>,
    /// Where we are, with list indices.
    path: String,
    /// Where we are, in fields of structs.
    fields: Vec<&'static str>,
    decoded: Decoded<'d>,
    /// What strict decoding minds, by its messages.
    said: FxHashSet<String>,
}

impl<'d> Decoder<'d> {
    /// An error ends the decoding at once.
    fn fields(&mut self, map: Place<'d>, into: &'static Struct) -> Result<(), Box<Fault<'d>>> {
        for (key, value) in in_decoding_order(map) {
            let end = self.path.len();
            if !self.path.is_empty() {
                self.path.push('.');
            }
            let Some((name, field)) = into.fields.iter().find(|(name, _)| *name == key) else {
                self.path.push_str(unknown_name(into, key));
                let place = if into.is_secret || looks_like_key(key) { map } else { value };
                self.add_strict("unknown", place);
                self.path.truncate(end);
                continue;
            };
            self.path.push_str(name);
            if value.key_span().is_some_and(|it| self.repeated.contains(&it)) {
                self.add_strict("duplicate", value);
            }
            self.fields.push(name);
            self.value(value, field, into)?;
            self.fields.pop();
            self.path.truncate(end);
        }
        Ok(())
    }

    fn value(
        &mut self,
        place: Place<'d>,
        into: &'static Type,
        owner: &'static Struct,
    ) -> Result<(), Box<Fault<'d>>> {
        if !place.exists() {
            return Ok(());
        }
        match (into, place.kind()) {
            (Type::Any, _) | (Type::Text(_), Kind::String) | (Type::Bool, Kind::Bool) => {}
            (Type::Int32 | Type::Int64, Kind::Int | Kind::Float) => {
                let number = if is_json_document(place.document()) {
                    place.source().into()
                } else {
                    place.number().unwrap_or_default()
                };
                let is_wide = matches!(into, Type::Int64);
                let fits =
                    number.parse::<i64>().is_ok_and(|it| is_wide || i32::try_from(it).is_ok());
                if !fits {
                    self.add_wrong(place, &format!("number {number}"), into, owner);
                }
            }
            (Type::Duration, Kind::String) => {
                let text = place.as_str().unwrap_or_default();
                duration::parse(text).map_err(|error| Fault::boxed(place, error))?;
            }
            (Type::Time, Kind::String) => {
                let text = place.as_str().unwrap_or_default();
                time::check(text).map_err(|error| Fault::boxed(place, error))?;
            }
            (Type::Duration | Type::Time, _) => {
                return Err(Box::new(self.wrong(place, value_name(place), &TEXT, owner)));
            }
            (Type::TextMap, Kind::Map) => {
                for (_, value) in in_decoding_order(place) {
                    self.value(value, &TEXT, owner)?;
                }
            }
            (Type::List(item), Kind::List) => {
                let end = self.path.len();
                for (index, value) in place.items().enumerate() {
                    let _ = write!(self.path, "[{index}]");
                    self.value(value, item, owner)?;
                    self.path.truncate(end);
                }
            }
            (Type::Struct(inner), Kind::Map) => self.fields(place, inner)?,
            _ => self.add_wrong(place, value_name(place), into, owner),
        }
        Ok(())
    }

    fn add_strict(&mut self, what: &str, place: Place<'d>) {
        let message = format!("{what} field {}", go_quoted(&self.path));
        if self.said.insert(message.clone()) {
            self.decoded.strict.push(Fault::new(place, message));
        }
    }

    fn add_wrong(&mut self, place: Place<'d>, value: &str, into: &Type, owner: &Struct) {
        if self.decoded.wrong.is_none() {
            self.decoded.wrong = Some(self.wrong(place, value, into, owner));
        }
    }

    fn wrong(&self, place: Place<'d>, value: &str, into: &Type, owner: &Struct) -> Fault<'d> {
        let (name, path, go) = (owner.name, self.fields.join("."), into.go_name());
        Fault::new(
            place,
            format!(
                "json: cannot unmarshal {value} into Go struct field {name}.{path} of type {go}"
            ),
        )
    }
}

impl Type {
    fn go_name(&self) -> String {
        match self {
            Self::Text(name) => (*name).to_owned(),
            Self::Int32 => "int32".to_owned(),
            Self::Int64 => "int64".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Duration => "v1.Duration".to_owned(),
            Self::Time => "v1.Time".to_owned(),
            Self::TextMap => "map[string]string".to_owned(),
            Self::Any => "runtime.Unknown".to_owned(),
            Self::List(item) => format!("[]{}", item.go_name()),
            Self::Struct(inner) => format!("v1.{}", inner.name),
        }
    }
}

/// A key of a map that strict reading minds; hidden where it may be key material.
pub(super) fn printable_key(map: Place<'_>, key: &str) -> String {
    if map.path().contains("keys[") && !is_field_name(key) {
        "\"REDACTED\"".to_owned()
    } else {
        go_quoted(key)
    }
}

fn unknown_name<'k>(into: &Struct, key: &'k str) -> &'k str {
    let is_hidden = looks_like_key(key) || (into.is_secret && !is_field_name(key));
    if is_hidden { "REDACTED" } else { key }
}

/// Whether it looks like the base64 of 16 bytes or more, in whatever place it has got to.
pub(crate) fn looks_like_key(key: &str) -> bool {
    let is_base64 = |it: u8| it.is_ascii_alphanumeric() || b"+/=".contains(&it);
    let is_letter = |it: u8| it.is_ascii_alphabetic();
    key.len() >= 22 && key.bytes().all(is_base64) && !key.bytes().all(is_letter)
}

/// Whether a key looks like a field's name, and not like a key that lost the colon before it.
fn is_field_name(key: &str) -> bool {
    key.len() <= 12 && key.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Go prints YAML as JSON before it decodes, with sorted keys.
pub(super) fn in_decoding_order(map: Place<'_>) -> Vec<(&str, Place<'_>)> {
    let mut entries: Vec<_> = map.entries().collect();
    if !is_json_document(map.document()) {
        entries.sort_by_key(|(key, _)| *key);
    }
    entries
}

fn repeated(document: &Document<'_>) -> FxHashSet<Span> {
    if !is_json_document(document) {
        return FxHashSet::default();
    }
    let problems = document.problems().iter();
    problems
        .filter(|it| matches!(it.kind, ProblemKind::DuplicateKey { .. }))
        .map(|it| it.span)
        .collect()
}

pub(super) fn value_name(place: Place<'_>) -> &'static str {
    match place.kind() {
        Kind::String => "string",
        Kind::Bool => "bool",
        Kind::List => "array",
        Kind::Map => "object",
        Kind::Int | Kind::Float => "number",
        Kind::Null | Kind::Missing => "null",
    }
}
