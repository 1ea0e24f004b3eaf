//! Hashes.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::{Part, Result, not_judged};
use crate::cel::Value;

pub(super) const PART: Part = Part {
    table: "\
sha1(string) -> string
sha256(string) -> string
md5(string) -> string
hash.sha1(string) -> string
hash.sha256(string) -> string
hash.md5(string) -> string",
    call,
};

fn call(name: &str, args: &[Value], _: &super::Scope<'_>) -> Option<Result<Value>> {
    let [Value::String(text)] = args else { return None };
    Some(match name.strip_prefix("hash.").unwrap_or(name) {
        "sha256" => Ok(Value::String(hex(&Sha256::digest(text.as_bytes())).into())),
        "sha1" | "md5" => not_judged(format!("`{name}` is not computed here")),
        _ => return None,
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
