//! Floats as Go reads, converts and writes them.

/// The text with an exponent, as Go's format `E` with the fewest digits: `1.25E+00`.
pub(in crate::kyverno) fn with_exponent(float: f64) -> String {
    exponential(float, 'E')
}

/// The text that Go's `%v` makes: `1.25`, `1e+21`.
pub(in crate::kyverno) fn plain(float: f64) -> String {
    match exponent(float) {
        -4..=5 => float.to_string(),
        _ => exponential(float, 'e'),
    }
}

/// The whole part as 64 bits; what they do not hold is the least of them, as on the processors that
/// Kyverno runs on.
#[expect(clippy::cast_possible_truncation, reason = "the whole part is asked for")]
pub(in crate::kyverno) fn whole(float: f64) -> i64 {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&float) { float as i64 } else { i64::MIN }
}

/// The float that a text is, as Go's `ParseFloat` reads it, but in decimal digits alone; `None` where it
/// is none or not finite.
pub(in crate::kyverno) fn parse(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !unsigned.starts_with(|it: char| it.is_ascii_digit() || it == '.') {
        return None;
    }
    text.parse().ok().filter(|it: &f64| it.is_finite())
}

/// The power of ten of the first digit.
fn exponent(float: f64) -> i32 {
    let text = format!("{float:e}");
    text.split_once('e').and_then(|(_, it)| it.parse().ok()).unwrap_or_default()
}

fn exponential(float: f64, letter: char) -> String {
    let text = format!("{float:e}");
    let (digits, _) = text.split_once('e').unwrap_or((&text, ""));
    let exponent = exponent(float);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}{letter}{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_have_a_sign_and_two_digits() {
        assert_eq!(with_exponent(1.25), "1.25E+00");
        assert_eq!(with_exponent(-0.001), "-1E-03");
        assert_eq!(with_exponent(1e100), "1E+100");
    }

    #[test]
    fn only_large_and_small_floats_have_an_exponent() {
        for (float, text) in [
            (100_000.0, "100000"),
            (1_234_567.5, "1.2345675e+06"),
            (0.5, "0.5"),
            (1e21, "1e+21"),
            (1e-5, "1e-05"),
            (0.0001, "0.0001"),
        ] {
            assert_eq!(plain(float), text);
        }
    }

    #[test]
    fn what_64_bits_do_not_hold_is_the_least() {
        assert_eq!(whole(3.0), 3);
        assert_eq!(whole(1e21), i64::MIN);
        assert_eq!(whole(-1e21), i64::MIN);
    }

    #[test]
    fn texts_are_floats_when_they_are_finite_numbers() {
        assert_eq!(parse("+.5"), Some(0.5));
        assert_eq!(parse("1."), Some(1.0));
        for text in ["", "inf", "NaN", "1e999", ".", "1s", " 1"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
