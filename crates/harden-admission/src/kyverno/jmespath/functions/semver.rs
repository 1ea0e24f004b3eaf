//! Ranges of semantic versions, as `>=1.0.0 <2.0.0 || >3.1.0`.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Called, error};
use crate::cel::Semver;

/// Whether a version is in a range; what is no version is 0.0.0.
pub(super) fn compare(version: &str, range: &str) -> Called {
    let version = Semver::read(version).or_else(|| Semver::read("0.0.0"));
    let Some(version) = version else { return Ok(Value::Bool(false)) };
    let mut holds = false;
    for alternative in range.split("||") {
        let mut all = true;
        let mut count = 0;
        for condition in conditions(alternative) {
            count += 1;
            match is_met(&version, &condition) {
                Some(is) => all &= is,
                None => {
                    return error(format!("Could not parse Range \"{condition}\""));
                }
            }
        }
        if count == 0 {
            return error("empty range");
        }
        holds |= all;
    }
    Ok(Value::Bool(holds))
}

/// The conditions of a range; a sign may stand apart from its version.
fn conditions(text: &str) -> Vec<String> {
    let mut conditions: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match conditions.last_mut() {
            Some(last) if last.chars().all(|it| "<>=!".contains(it)) => last.push_str(word),
            _ => conditions.push(word.to_owned()),
        }
    }
    conditions
}

fn is_met(version: &Semver, condition: &str) -> Option<bool> {
    let start = condition.find(|it: char| it.is_ascii_digit())?;
    let (sign, rest) = condition.split_at(start);
    let parts: Vec<&str> = rest.splitn(3, '.').collect();
    let is_wild = |it: &str| matches!(it, "x" | "X" | "*");
    let number = |at: usize| parts.get(at).and_then(|it| it.parse::<u64>().ok());
    if parts.len() < 3 || parts.iter().any(|it| is_wild(it)) {
        let major = number(0)?;
        let (low, high) = match parts.get(1) {
            Some(it) if !is_wild(it) => {
                let minor = number(1)?;
                (format!("{major}.{minor}.0"), format!("{major}.{}.0", minor.checked_add(1)?))
            }
            _ => (format!("{major}.0.0"), format!("{}.0.0", major.checked_add(1)?)),
        };
        let is_wild = parts.iter().any(|it| is_wild(it));
        if !is_wild {
            return None;
        }
        let (low, high) = (Semver::read(&low)?, Semver::read(&high)?);
        let is_below = version.order(&low) == Ordering::Less;
        let is_above = version.order(&high) != Ordering::Less;
        return Some(match sign {
            "" | "=" | "==" => !is_below && !is_above,
            "!" | "!=" => is_below || is_above,
            ">" => is_above,
            ">=" => !is_below,
            "<" => is_below,
            "<=" => !is_above,
            _ => return None,
        });
    }
    let order = version.order(&Semver::read(rest)?);
    Some(match sign {
        "" | "=" | "==" => order == Ordering::Equal,
        "!" | "!=" => order != Ordering::Equal,
        ">" => order == Ordering::Greater,
        ">=" => order != Ordering::Less,
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        _ => return None,
    })
}

/// The order of two versions; none where one of them is no version.
pub(in crate::kyverno) fn order(left: &str, right: &str) -> Option<Ordering> {
    Some(Semver::read(left)?.order(&Semver::read(right)?))
}
