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
        Self::parse(text).ok()
    }

    /// Reads a version; else why it is none, in words of the server.
    fn parse(text: &str) -> std::result::Result<Self, String> {
        let numeric = |part: &str, what: &str, named: &str| {
            if !part.bytes().all(|it| it.is_ascii_digit()) {
                return Err(format!("Invalid character(s) found in {what} number {part:?}"));
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(format!("{named} number must not contain leading zeroes {part:?}"));
            }
            number(part)
        };
        if text.is_empty() {
            return Err("Version string empty".to_owned());
        }
        let parts: Vec<&str> = text.splitn(3, '.').collect();
        let [major, minor, rest] = parts.as_slice() else {
            return Err("No Major.Minor.Patch elements found".to_owned());
        };
        let (major, minor) = (numeric(major, "major", "Major")?, numeric(minor, "minor", "Minor")?);
        let (rest, build) = rest.split_once('+').map_or((*rest, None), |(a, b)| (a, Some(b)));
        let (patch, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
        let core = [major, minor, numeric(patch, "patch", "Patch")?];
        let pre = pre.map_or(Ok(Vec::new()), |it| it.split('.').map(part).collect())?;
        let is_word = |it: &str| it.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
        for word in build.into_iter().flat_map(|it| it.split('.')) {
            if word.is_empty() {
                return Err("Build meta data is empty".to_owned());
            }
            if !is_word(word) {
                return Err(format!("Invalid character(s) found in build meta data {word:?}"));
            }
        }
        Ok(Self { core, pre })
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

fn part(text: &str) -> std::result::Result<Part, String> {
    if text.is_empty() {
        return Err("Prerelease is empty".to_owned());
    }
    if text.bytes().all(|it| it.is_ascii_digit()) {
        if text.len() > 1 && text.starts_with('0') {
            return Err(format!(
                "Numeric PreRelease version must not contain leading zeroes {text:?}"
            ));
        }
        return number(text).map(Part::Number);
    }
    if text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-') {
        return Ok(Part::Text(text.to_owned()));
    }
    Err(format!("Invalid character(s) found in prerelease {text:?}"))
}

fn number(text: &str) -> std::result::Result<u64, String> {
    if text.is_empty() {
        return Err("strconv.ParseUint: parsing \"\": invalid syntax".to_owned());
    }
    text.parse().map_err(|_| format!("strconv.ParseUint: parsing {text:?}: value out of range"))
}

/// Without a `v` and leading zeros, and with the parts that are missing.
fn normalized(text: &str) -> std::result::Result<String, String> {
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
        return Err("Short version cannot contain PreRelease/Build meta data".to_owned());
    }
    parts.resize(3, "0".to_owned());
    Ok(parts.join("."))
}

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    let read = |text: &str, normalize: bool| {
        if normalize { Semver::parse(&normalized(text)?) } else { Semver::parse(text) }
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
                ("isSemver", found) => Ok(Value::Bool(found.is_ok())),
                (_, Ok(it)) => Ok(Value::Semver(Arc::new(it))),
                (_, Err(message)) => Failure::error(message),
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
        assert_eq!(normalized("v01.2").as_deref(), Ok("1.2.0"));
        assert!(normalized("1.2-a").is_err());
    }
}
