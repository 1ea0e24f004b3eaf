//! Functions that Kyverno adds to those of the API server.

mod digests;
mod generator;
mod images;
mod lists;
mod numbers;
mod outside;
mod patches;
mod regexes;
mod resources;
mod texts;
mod times;
mod users;
mod verification;

use std::sync::Arc;

use super::scope::Scope;
use crate::cel::{Failure, Foreign, Value};

pub(super) use images::{PART as IMAGES, Reference};
pub(super) use users::FIELDS as USER_FIELDS;

type Result<T> = std::result::Result<T, Failure>;

/// A part of the library: its functions as signatures, and what they do.
pub(super) struct Part {
    pub(super) table: &'static str,
    /// `None` where the part has no such function for such values.
    call: fn(&str, &[Value], &Scope<'_>) -> Option<Result<Value>>,
}

/// What all policies have.
pub(super) const COMMON: [Part; 9] = [
    images::PART,
    outside::PART,
    digests::PART,
    numbers::PART,
    texts::PART,
    regexes::PART,
    times::PART,
    lists::PART,
    users::PART,
];

pub(super) use generator::{IN_CLUSTER as GENERATOR, IN_NAMESPACE as GENERATOR_IN_NAMESPACE};
pub(super) use patches::PART as PATCHES;
pub(super) use resources::{IN_CLUSTER as RESOURCES, IN_NAMESPACE as RESOURCES_IN_NAMESPACE};
pub(super) use verification::PART as VERIFICATION;

/// Variables that stand for parts of the library, and the types that they have.
pub(super) const HANDLES: [(&str, &str); 7] = [
    ("resource", RESOURCE),
    ("globalContext", GLOBAL_CONTEXT),
    ("image", IMAGE_DATA),
    ("http", HTTP),
    ("json", JSON),
    ("yaml", YAML),
    ("generator", GENERATOR_TYPE),
];

const RESOURCE: &str = "resource.Context";
const GLOBAL_CONTEXT: &str = "globalcontext.Context";
const IMAGE_DATA: &str = "imagedata.Context";
const HTTP: &str = "http.Context";
const JSON: &str = "json.Json";
const YAML: &str = "yaml.Yaml";
const GENERATOR_TYPE: &str = "generator.Context";

/// What a function is; `None` for those of the server.
pub(super) fn call(name: &str, args: &[Value], scope: &Scope<'_>) -> Option<Result<Value>> {
    let others = [RESOURCES, GENERATOR, VERIFICATION, PATCHES];
    COMMON.iter().chain(&others).find_map(|part| (part.call)(name, args, scope))
}

/// What a function of references to images is.
pub(super) fn of_images(name: &str, args: &[Value]) -> Option<Result<Value>> {
    images::read(name, args)
}

/// What a variable of the library is.
pub(super) fn handle(name: &str) -> Option<Value> {
    let (_, of) = HANDLES.iter().find(|(it, _)| *it == name)?;
    Some(foreign(of, Value::Null))
}

fn foreign(of: &'static str, value: Value) -> Value {
    Value::Foreign(Arc::new(Foreign { of, value }))
}

/// What a value of a type of the library is made of.
fn within<'v>(of: &str, it: &'v Value) -> Option<&'v Value> {
    match it {
        Value::Foreign(it) if it.of == of => Some(&it.value),
        _ => None,
    }
}

fn error<T>(message: impl Into<String>) -> Result<T> {
    Err(Failure::Error(message.into()))
}

fn not_judged<T>(why: impl Into<String>) -> Result<T> {
    Err(Failure::NotJudged(why.into()))
}
