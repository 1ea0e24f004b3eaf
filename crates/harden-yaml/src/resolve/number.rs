//! Numbers as Go reads and prints them.

use std::borrow::Cow;

use super::float::{Shortest, nearest};
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
    Some(nearest(text)).filter(|value| value.is_finite())
}

/// A float as Go's `encoding/json` prints it.
pub(crate) fn json_float(value: f64) -> String {
    let digits = Shortest::from(value);
    if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
        point(&digits)
    } else {
        scientific(&digits, 1)
    }
}

/// A float as a map key: sigs.k8s.io/yaml prints it in single precision, by `%g`.
pub(crate) fn key_float(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "this is what upstream does")]
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let digits = Shortest::from(value);
    if (-4..6).contains(&digits.exponent) { point(&digits) } else { scientific(&digits, 2) }
}

/// `1.5e+03`, with at least so many digits behind the sign.
fn scientific(Shortest { is_negative, digits, exponent }: &Shortest, width: usize) -> String {
    let sign = if *is_negative { "-" } else { "" };
    let power = if *exponent < 0 { '-' } else { '+' };
    let (first, rest) = digits.split_at_checked(1).unwrap_or_default();
    let point = if rest.is_empty() { "" } else { "." };
    format!("{sign}{first}{point}{rest}e{power}{:0width$}", exponent.abs())
}

/// `1500`.
fn point(Shortest { is_negative, digits, exponent }: &Shortest) -> String {
    let sign = if *is_negative { "-" } else { "" };
    let Ok(before) = usize::try_from(exponent + 1) else {
        return format!("{sign}0.{:0<1$}{digits}", "", (-exponent - 1).unsigned_abs() as usize);
    };
    match digits.split_at_checked(before) {
        Some(("", fraction)) => format!("{sign}0.{fraction}"),
        Some((whole, "")) => format!("{sign}{whole}"),
        Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
        None => format!("{sign}{digits:0<before$}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_print_as_go_prints_them() {
        for (value, text) in [
            (1.0, "1"),
            (0.1, "0.1"),
            (1e-7, "1e-7"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.5e300, "-1.5e+300"),
            (-0.0, "-0"),
            (1.844_674_407_370_955_2e19, "18446744073709552000"),
            (-644_249_940_852_096.2, "-644249940852096.2"),
            (0.000_001_234_567_890_123_456_7, "0.0000012345678901234567"),
            (123_456_789_012_345_680.0, "123456789012345680"),
        ] {
            assert_eq!(json_float(value), text);
        }
    }

    #[test]
    fn float_keys_print_in_single_precision() {
        for (value, text) in [
            (1.5, "1.5"),
            (1e5, "100000"),
            (1e6, "1e+06"),
            (1e-4, "0.0001"),
            (1e-5, "1e-05"),
            (0.1, "0.1"),
            (1e300, ".inf"),
            (0.0, "0"),
            (1_234_567.5, "1.2345675e+06"),
            (171_239.125, "171239.12"),
            (-0.000_123, "-0.000123"),
        ] {
            assert_eq!(key_float(value), text);
        }
    }
}
