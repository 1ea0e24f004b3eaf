//! Floats as Go prints them.

use std::fmt::LowerExp;
use std::str::FromStr;

/// A float as Go's `encoding/json` prints it.
pub(crate) fn json_float(value: f64) -> String {
    let digits = Digits::of(value);
    if value == 0.0 || (1e-6..1e21).contains(&value.abs()) {
        digits.point()
    } else {
        digits.scientific(1)
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
    let digits = Digits::of(value);
    if (-4..6).contains(&digits.exponent) { digits.point() } else { digits.scientific(2) }
}

/// The fewest digits that read back as a finite float: `-`, `12` and −2 are −0.012.
struct Digits {
    sign: &'static str,
    digits: String,
    /// The power of ten that the first digit counts.
    exponent: i32,
}

impl Digits {
    fn of<F: Copy + LowerExp + FromStr + PartialEq>(value: F) -> Self {
        let shortest = format!("{value:e}");
        let mantissa = shortest.split('e').next().unwrap_or_default();
        let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        // Of two spellings that are as short and as near, Go takes the even one, as rounding does.
        let rounded = format!("{value:.places$e}");
        let is_same = rounded.parse::<F>().is_ok_and(|it| it == value);
        let text = if is_same { rounded } else { shortest };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, ""));
        Self {
            sign: if mantissa.starts_with('-') { "-" } else { "" },
            digits: mantissa.chars().filter(char::is_ascii_digit).collect(),
            exponent: exponent.parse().unwrap_or_default(),
        }
    }

    /// `1.5e+03`, with at least so many digits behind the sign.
    fn scientific(&self, width: usize) -> String {
        let Self { sign, digits, exponent } = self;
        let power = if *exponent < 0 { '-' } else { '+' };
        let (first, rest) = digits.split_at_checked(1).unwrap_or_default();
        let point = if rest.is_empty() { "" } else { "." };
        format!("{sign}{first}{point}{rest}e{power}{:0width$}", exponent.abs())
    }

    /// `1500`.
    fn point(&self) -> String {
        let Self { sign, digits, exponent } = self;
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
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "exactly the same float is meant")]

    use proptest::prelude::*;

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
            (0.0, "0"),
            (-0.0, "-0"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
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

    proptest! {
        #[test]
        fn what_is_printed_reads_back(bits: u64) {
            let value = f64::from_bits(bits);
            if value.is_finite() {
                prop_assert_eq!(json_float(value).parse(), Ok(value));
            }
        }
    }
}
