//! What the server counts for a call.

use super::Value;

/// The most that a call costs: the server counts less where it does not know the types of arguments
/// beforehand, and this crate does not know how much it knows.
pub(in super::super) fn cost(name: &str, args: &[Value], result: &Value) -> u64 {
    let size = |index: usize| args.get(index).map_or(1, Value::size);
    let or_one = |it: u64| it.max(1);
    let least_of_both = size(0).min(size(1));
    match name {
        "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" | "includes" => {
            args.first().map_or(0, traversal)
        }
        "url"
        | "lowerAscii"
        | "upperAscii"
        | "substring"
        | "trim"
        | "jsonpatch.escapeKey"
        | "cidr"
        | "isIP"
        | "isCIDR"
        | "quantity"
        | "isQuantity"
        | "semver"
        | "isSemver" => tenth(size(0)),
        "ip" if matches!(args, [Value::String(_)]) => tenth(size(0)),
        "replace" | "split" | "ip.isCanonical" => fifth(size(0)),
        "join" => fifth(result.size()),
        "find" | "findAll" | "matches" => regex(size(0), size(1)),
        "containsIP" | "containsCIDR" => 10 + tenth(size(1)),
        "validate" => regex(size(1), 1000),
        "_==_" | "_!=_" | "_<_" | "_<=_" | "_>_" | "_>=_" => or_one(tenth(least_of_both)),
        "startsWith" | "endsWith" => or_one(tenth(size(1))),
        "string" | "bytes" | "strings.quote" | "format" => or_one(tenth(size(0))),
        "contains" => or_one(tenth(size(0)) * tenth(size(1))),
        "_+_" if matches!(args, [Value::List(_), _]) => 1,
        "_+_" => or_one(tenth(size(0) + size(1))),
        "@in" => or_one(size(1)),
        "lists.range" | "slice" | "reverse" => 11 + result.size(),
        "flatten" => 11 + traversal(result) + result.size() + size(0),
        "distinct" | "sort" | "@sortByAssociatedKeys" => {
            let elements = size(0);
            let each = 1 + args.first().map_or(0, traversal).max(args.get(1).map_or(0, traversal));
            11 + elements.saturating_mul(4).saturating_mul(elements.max(each))
        }
        "sets.contains" | "sets.intersects" => 1 + size(0) * size(1),
        "sets.equivalent" => 1 + 2 * size(0) * size(1),
        _ => 1,
    }
}

fn tenth(size: u64) -> u64 {
    size.div_ceil(10)
}

fn fifth(size: u64) -> u64 {
    (size * 2).div_ceil(10)
}

fn regex(text: u64, pattern: u64) -> u64 {
    tenth(1 + text) * pattern.div_ceil(4)
}

/// What it takes to look at all of a value.
fn traversal(value: &Value) -> u64 {
    match value {
        Value::String(it) => count(it.len()) / 10,
        Value::Bytes(it) => count(it.len()) / 10,
        Value::List(items) => items.iter().map(traversal).sum(),
        Value::Map(map) => {
            map.iter().map(|(key, it)| traversal(&key.value()) + traversal(it)).sum()
        }
        _ => 1,
    }
}

fn count(it: usize) -> u64 {
    u64::try_from(it).unwrap_or(u64::MAX)
}

impl Value {
    /// How large the server takes it for.
    fn size(&self) -> u64 {
        match self {
            Self::String(it) => count(it.chars().count()),
            Self::Bytes(it) => count(it.len()),
            Self::List(it) => count(it.len()),
            Self::Map(it) => count(it.len()),
            Self::Optional(Some(inner)) => inner.size(),
            _ => 1,
        }
    }
}
