//! Numbers as Go reads them.

use std::borrow::Cow;

use crate::resolve::Resolved;

/// A scalar that begins with a digit or a sign.
pub(super) fn number(text: &str) -> Resolved {
    let digits: Cow<'_, str> =
        if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    if let Some(found) = integer(&digits) {
        return found;
    }
    if is_float(digits.as_bytes())
        && let Some(value) = finite(&digits)
    {
        return Resolved::Float(value);
    }
    // go-yaml reads binary digits once more, which lets a second sign through.
    let signed = digits.strip_prefix("0b").filter(|rest| rest.starts_with(['+', '-']));
    signed.and_then(|rest| i64::from_str_radix(rest, 2).ok()).map_or(Resolved::Str, Resolved::Int)
}

/// Go's `strconv.ParseInt` and then `ParseUint`, both with base 0.
fn integer(text: &str) -> Option<Resolved> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", text.get(1..)?),
        b'+' => ("+", text.get(1..)?),
        _ => ("", text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, digits.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, digits.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, digits.get(2..)?),
        [b'0', _, ..] => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    // Rust would take one more sign.
    if !digits.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    let magnitude = u64::from_str_radix(digits, radix).ok()?;
    match (i64::try_from(magnitude), sign) {
        (Ok(value), "-") => Some(Resolved::Int(-value)),
        (Ok(value), _) => Some(Resolved::Int(value)),
        (Err(_), "-") => (magnitude == 1 << 63).then_some(Resolved::Int(i64::MIN)),
        (Err(_), "") => Some(Resolved::Uint(magnitude)),
        (Err(_), _) => None,
    }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn is_float(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let whole = digits(rest);
    let rest = rest.get(whole..).unwrap_or_default();
    let rest = match rest {
        [b'.', rest @ ..] => {
            let fraction = digits(rest);
            if whole == 0 && fraction == 0 {
                return false;
            }
            rest.get(fraction..).unwrap_or_default()
        }
        _ if whole == 0 => return false,
        _ => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}

/// A scalar that begins with a point, where Go lets underscores stand between digits.
pub(super) fn point_float(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return is_float(text.as_bytes()).then(|| finite(text)).flatten();
    }
    let bytes = text.as_bytes();
    let between_digits = bytes.iter().enumerate().all(|(index, byte)| {
        let digit = |index: Option<usize>| {
            index.and_then(|index| bytes.get(index)).is_some_and(u8::is_ascii_digit)
        };
        *byte != b'_' || (digit(index.checked_sub(1)) && digit(Some(index + 1)))
    });
    let plain = text.replace('_', "");
    (between_digits && is_float(plain.as_bytes())).then(|| finite(&plain)).flatten()
}

/// Out of range is no number, as in Go.
fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}
