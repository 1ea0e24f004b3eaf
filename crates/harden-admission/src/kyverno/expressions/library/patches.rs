//! Keys of JSON patches.

use super::{Part, Result};
use crate::cel::Value;

pub(in super::super) const PART: Part =
    Part { table: "jsonpatch.escapeKey(string) -> string", call };

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    let ("jsonpatch.escapeKey", [Value::String(key)]) = (name, args) else { return None };
    Some(Ok(Value::String(key.replace('~', "~0").replace('/', "~1").into())))
}
