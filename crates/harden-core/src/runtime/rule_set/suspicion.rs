//! Values that may be meant as something else.

use crate::runtime::condition::{Condition, Kind, Operator, TermKind, Transformation};
use crate::runtime::fields::{self, Argument};

/// Falco's words for each value of a condition that looks like a field, a transformation, or a pattern that
/// needs none.
///
/// See `check_value_and_add_warnings` in falcosecurity/libs.
pub(super) fn of(condition: &Condition) -> Vec<String> {
    let mut found = Vec::new();
    condition.visit(&mut |it| {
        let Kind::Check(check) = &it.kind else { return };
        let values = match &check.right.kind {
            TermKind::Value(value) => std::slice::from_ref(value),
            TermKind::Values(values) => values,
            _ => return,
        };
        for value in values {
            if check.operator == Operator::Regex && is_plain(value) {
                found.push(format!(
                    "regex check with '{value}' may be optimized with simpler operators such as '=', \
                     'contains', 'startswith', 'endswith'"
                ));
            }
            let bare: String = value.chars().filter(|it| !it.is_ascii_whitespace()).collect();
            if is_field(&bare) {
                found.push(format!("'{value}' may be a valid field misused as a const string value"));
            }
            if is_transformation(&bare) {
                found.push(format!(
                    "'{value}' may be a valid field transformer misused as a const string value"
                ));
            }
        }
    });
    found
}

fn is_field(text: &str) -> bool {
    let (name, rest) = text.split_once('[').map_or((text, None), |it| (it.0, Some(it.1)));
    let is_argument = rest.is_none_or(|it| it.len() > 1 && it.ends_with(']'));
    fields::find(name).is_some_and(|it| match it.argument() {
        Argument::None => rest.is_none(),
        Argument::Allowed => is_argument,
        Argument::Required => is_argument && (rest.is_some() || it.name != name),
    })
}

fn is_transformation(text: &str) -> bool {
    let is_one = |it: Transformation| {
        let inner = text.strip_prefix(it.as_str()).and_then(|it| it.strip_prefix('('));
        inner.is_some_and(|it| it.ends_with(')'))
    };
    Transformation::ALL.into_iter().any(is_one)
}

/// Whether nothing in a pattern is one, beside what is at its ends.
fn is_plain(pattern: &str) -> bool {
    let letters: Vec<char> = pattern.chars().collect();
    let mut index = 0;
    while let Some(letter) = letters.get(index) {
        let is_first = index == 0;
        let is_last = index + 1 == letters.len();
        let repeats = letters.get(index + 1).is_some_and(|it| "+*?".contains(*it));
        if is_first && *letter == '^' || is_last && *letter == '$' {
            index += 1;
        } else if *letter == '.' && repeats && (is_first || index + 2 == letters.len()) {
            index += 2;
        } else if ".+*?^$()[]{}|\\".contains(*letter) {
            return false;
        } else {
            index += 1;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_need_none_are_told_from_others() {
        for plain in ["abc", "^abc$", ".*abc", "abc.+", "^"] {
            assert!(is_plain(plain), "{plain}");
        }
        for pattern in ["a.c", "a[0-9]", "abc|def", "a.*c", "a\\."] {
            assert!(!is_plain(pattern), "{pattern}");
        }
    }
}
