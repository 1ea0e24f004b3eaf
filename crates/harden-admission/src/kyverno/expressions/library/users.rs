//! Names of users.

use std::sync::Arc;

use super::{Part, Result};
use crate::cel::{Key, Map, Value};

pub(super) const PART: Part = Part {
    table: "\
parseServiceAccount(string) -> ServiceAccount
user.parseServiceAccount(string) -> ServiceAccount",
    call,
};

/// The fields of a service account.
pub(in super::super) const FIELDS: [&str; 2] = ["Namespace", "Name"];

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    let [Value::String(user)] = args else { return None };
    if name.strip_prefix("user.").unwrap_or(name) != "parseServiceAccount" {
        return None;
    }
    let account = user.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':'));
    let (namespace, name) = account.unwrap_or_default();
    let entries = FIELDS
        .into_iter()
        .zip([namespace, name])
        .map(|(field, text)| (Key::String(field.into()), Value::String(text.into())));
    Some(Ok(Value::Map(Arc::new(entries.collect::<Map>()))))
}
