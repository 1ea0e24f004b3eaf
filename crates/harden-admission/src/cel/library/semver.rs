//! Semantic versions, as the library of the server reads them.

use std::cmp::Ordering;
use std::sync::Arc;

use super::{Budget, Failure, Result, Value};

/// A version.
#[derive(Debug, Clone)]
pub struct Semver {
    core: [u64; 3],
    /// What stands after a minus.
    pre: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Number(u64),
    Text(String),
}

impl Semver {
    /// Reads a version; `None` where it is none.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (text, build) = text.split_once('+').map_or((text, None), |(a, b)| (a, Some(b)));
        let (core, pre) = text.split_once('-').map_or((text, None), |(a, b)| (a, Some(b)));
        let mut numbers = core.splitn(3, '.').map(number);
        let core = [numbers.next()??, numbers.next()??, numbers.next()??];
        let is_word = |it: &str| {
            !it.is_empty() && it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
        };
        if build.is_some_and(|it| !it.split('.').all(is_word)) {
            return None;
        }
        let part = |it: &str| {
            if it.bytes().all(|it| it.is_ascii_digit()) {
                return number(it).map(Part::Number);
            }
            is_word(it).then(|| Part::Text(it.to_owned()))
        };
        let pre = pre.map_or(Some(Vec::new()), |it| it.split('.').map(part).collect())?;
        Some(Self { core, pre })
    }

    /// Which is older; what stands after a plus decides nothing.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let pre = match (self.pre.is_empty(), other.pre.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => self.pre.cmp(&other.pre),
        };
        self.core.cmp(&other.core).then(pre)
    }
}

fn number(text: &str) -> Option<u64> {
    let is_plain =
        text.bytes().all(|it| it.is_ascii_digit()) && (text.len() == 1 || !text.starts_with('0'));
    is_plain.then(|| text.parse().ok()).flatten()
}

/// Without a `v` and leading zeros, and with the parts that are missing.
fn normalized(text: &str) -> Option<String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text
        .splitn(3, '.')
        .map(|part| {
            if part.len() < 2 {
                return part.to_owned();
            }
            let rest = part.trim_start_matches('0');
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                rest.to_owned()
            } else {
                format!("0{rest}")
            }
        })
        .collect();
    if parts.len() < 3 && parts.last().is_some_and(|it| it.contains(['+', '-'])) {
        return None;
    }
    parts.resize(3, "0".to_owned());
    Some(parts.join("."))
}

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    let read = |text: &str, normalize: bool| {
        if normalize {
            normalized(text).as_deref().and_then(Semver::read)
        } else {
            Semver::read(text)
        }
    };
    let number = |it: u64| {
        i64::try_from(it)
            .map_or_else(|_| Failure::not_judged("a huge version"), |it| Ok(Value::Int(it)))
    };
    let order = |it: Ordering| match it {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    Some(match (name, args) {
        ("isSemver" | "semver", [Value::String(text), rest @ ..]) => {
            let found = match rest {
                [] => read(text, false),
                [Value::Bool(normalize)] => read(text, *normalize),
                _ => return None,
            };
            match (name, found) {
                ("isSemver", found) => Ok(Value::Bool(found.is_some())),
                (_, Some(it)) => Ok(Value::Semver(Arc::new(it))),
                (_, None) => Failure::error(format!("no semantic version: {text}")),
            }
        }
        ("major", [Value::Semver(it)]) => number(it.core[0]),
        ("minor", [Value::Semver(it)]) => number(it.core[1]),
        ("patch", [Value::Semver(it)]) => number(it.core[2]),
        ("isLessThan", [Value::Semver(a), Value::Semver(b)]) => Ok(Value::Bool(a.order(b).is_lt())),
        ("isGreaterThan", [Value::Semver(a), Value::Semver(b)]) => {
            Ok(Value::Bool(a.order(b).is_gt()))
        }
        ("compareTo", [Value::Semver(a), Value::Semver(b)]) => Ok(Value::Int(order(a.order(b)))),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_before_its_release_is_older() {
        let order = |a: &str, b: &str| Semver::read(a).unwrap().order(&Semver::read(b).unwrap());
        assert_eq!(order("1.0.0-alpha", "1.0.0"), Ordering::Less);
        assert_eq!(order("1.0.0-alpha.1", "1.0.0-alpha"), Ordering::Greater);
        assert_eq!(order("1.0.0-2", "1.0.0-alpha"), Ordering::Less);
        assert_eq!(order("1.10.0", "1.9.0+x"), Ordering::Greater);
    }

    #[test]
    fn what_is_short_is_a_version_once_it_is_normalized() {
        assert!(Semver::read("1.2").is_none() && Semver::read("v1.2.3").is_none());
        assert_eq!(normalized("v01.2").as_deref(), Some("1.2.0"));
        assert_eq!(normalized("1.2-a"), None);
    }
}
