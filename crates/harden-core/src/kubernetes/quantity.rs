//! Quantities of resources, compared by their value.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// An amount such as `500m`, `2`, `1.5Gi` or `1e3`, kept as it was written.
///
/// See <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// As it was written; computed ones are written when somebody asks, in the plainest form that is exact.
    text: Option<Box<str>>,
    /// In units of 10⁻⁹; the API server rounds up to the same precision.
    nanos: i128,
}

impl Quantity {
    /// Zero.
    pub fn zero() -> Self {
        Self::from_nanos(0)
    }

    /// One.
    pub fn one() -> Self {
        Self::from_nanos(NANO)
    }

    /// So many times the amount, written in the plainest form that is exact.
    #[must_use]
    pub fn times(&self, number: i64) -> Self {
        Self::from_nanos(self.nanos.saturating_mul(i128::from(number)))
    }

    /// The sum, written in the plainest form that is exact.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self::from_nanos(self.nanos.saturating_add(other.nanos))
    }

    /// The same amount, written in the plainest form that is exact.
    #[must_use]
    pub fn plain(&self) -> Self {
        Self::from_nanos(self.nanos)
    }

    /// Whether the amount is at most so many times another; computed with floats, as the API server does.
    #[expect(clippy::cast_precision_loss, reason = "upstream loses as much")]
    pub fn is_within(&self, times: &Self, other: &Self) -> bool {
        self.nanos as f64 / other.nanos as f64 <= times.nanos as f64 / NANO as f64
    }

    /// The same amount rounded up to thousandths, as the API server stores what containers take.
    #[must_use]
    pub fn in_thousandths(&self) -> Self {
        let rest = self.nanos.rem_euclid(MILLI);
        Self::from_nanos(if rest == 0 { self.nanos } else { self.nanos - rest + MILLI })
    }

    /// Whether the amount is less than so many times another; computed with floats, as the API server does.
    #[expect(clippy::cast_precision_loss, reason = "upstream loses as much")]
    pub fn is_below(&self, times: &Self, other: &Self) -> bool {
        self.nanos as f64 / (other.nanos as f64) < times.nanos as f64 / NANO as f64
    }

    /// Whether the amount is so many times another, without a rest.
    pub fn is_multiple_of(&self, other: &Self) -> bool {
        other.nanos > 0 && self.nanos % other.nanos == 0
    }

    /// Whether a number is written at all: the API server takes `m` and `Gi` as zero.
    pub fn has_digits(&self) -> bool {
        self.text.as_deref().is_none_or(|text| {
            let mut number =
                text.bytes().take_while(|it| matches!(it, b'+' | b'-' | b'.' | b'0'..=b'9'));
            number.any(|it| it.is_ascii_digit())
        })
    }

    /// Whether the amount is below zero.
    pub fn is_negative(&self) -> bool {
        self.nanos < 0
    }

    /// Whether the amount is a whole number, as counts of objects must be.
    pub fn is_whole(&self) -> bool {
        self.nanos % NANO == 0
    }

    /// The amount in units of 10⁻⁹.
    pub fn nanos(&self) -> i128 {
        self.nanos
    }

    /// The amount that a text states, without the text: for those that only compare.
    pub fn amount(text: &str) -> Option<Self> {
        nanos(text).map(Self::from_nanos)
    }

    fn from_nanos(nanos: i128) -> Self {
        Self { text: None, nanos }
    }
}

const NANO: i128 = 1_000_000_000;
const MILLI: i128 = 1_000_000;

/// Numbers of so many digits fit 64 bits, which are quicker.
const SHORT: usize = 18;

/// Why a text is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no quantity: a number with an optional suffix, such as 500m, 2, 1.5Gi or 10G")]
pub struct InvalidQuantity(String);

impl FromStr for Quantity {
    type Err = InvalidQuantity;

    fn from_str(text: &str) -> Result<Self, InvalidQuantity> {
        let nanos = nanos(text).ok_or_else(|| InvalidQuantity(text.to_owned()))?;
        Ok(Self { text: Some(text.into()), nanos })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const BINARY: [(i128, &str); 4] =
            [(1 << 40, "Ti"), (1 << 30, "Gi"), (1 << 20, "Mi"), (1 << 10, "Ki")];
        let nanos = self.nanos;
        if let Some(text) = &self.text {
            f.write_str(text)
        } else if nanos % NANO == 0 {
            let whole = nanos / NANO;
            let unit = BINARY.iter().find(|(unit, _)| whole != 0 && whole % unit == 0);
            match unit {
                Some((unit, suffix)) => write!(f, "{}{suffix}", whole / unit),
                None => write!(f, "{whole}"),
            }
        } else if nanos % MILLI == 0 {
            write!(f, "{}m", nanos / MILLI)
        } else {
            write!(f, "{nanos}n")
        }
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.nanos == other.nanos
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        self.nanos.cmp(&other.nanos)
    }
}

/// The value in units of 10⁻⁹, rounded away from zero as the API server does. Of amounts with a binary
/// suffix those beyond 2⁶³-1 are cut to it, as there; others go as far as the number does.
fn nanos(text: &str) -> Option<i128> {
    let (negative, unsigned) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let is_number = |it: u8| it.is_ascii_digit() || it == b'.';
    let end = unsigned.bytes().position(|it| !is_number(it)).unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let point = number.bytes().position(|it| it == b'.');
    let (whole, fraction) = match point {
        Some(point) => (number.get(..point)?, number.get(point + 1..)?),
        None => (number, ""),
    };
    if fraction.bytes().any(|it| it == b'.') {
        return None;
    }
    let (power_of_ten, power_of_two) = scale(suffix)?;
    if whole.is_empty() && fraction.is_empty() {
        // Upstream takes nothing as zero where it need not look at the number, which depends on the suffix.
        return (power_of_two < 50 && power_of_ten >= -9).then_some(0);
    }
    let power_of_ten = i64::from(power_of_ten) + 9 - i64::try_from(fraction.len()).ok()?;
    let digits = || whole.bytes().chain(fraction.bytes()).map(|it| it - b'0');
    let mut value = if number.len() <= SHORT {
        i128::from(digits().fold(0_u64, |value, digit| value * 10 + u64::from(digit)))
    } else {
        digits()
            .fold(0_i128, |value, digit| value.saturating_mul(10).saturating_add(i128::from(digit)))
    };
    value = value.saturating_mul(1_i128.checked_shl(power_of_two)?);
    let power = u32::try_from(power_of_ten.unsigned_abs()).ok();
    let factor = power.and_then(|it| match usize::try_from(it) {
        Ok(short) if short <= SHORT => Some(i128::from(10_u64.pow(it))),
        _ => 10_i128.checked_pow(it),
    });
    let magnitude = match factor {
        _ if value == 0 => 0,
        Some(factor) if power_of_ten >= 0 => value.saturating_mul(factor),
        Some(factor) => value / factor + i128::from(value % factor != 0),
        None if power_of_ten >= 0 => i128::MAX,
        None => 1,
    };
    let limit = if power_of_two > 0 { i128::from(i64::MAX) * NANO } else { i128::MAX };
    let magnitude = magnitude.min(limit);
    Some(if negative { -magnitude } else { magnitude })
}

/// A suffix as powers of ten and of two.
fn scale(suffix: &str) -> Option<(i32, u32)> {
    Some(match suffix {
        "" => (0, 0),
        "n" => (-9, 0),
        "u" => (-6, 0),
        "m" => (-3, 0),
        "k" => (3, 0),
        "M" => (6, 0),
        "G" => (9, 0),
        "T" => (12, 0),
        "P" => (15, 0),
        "E" => (18, 0),
        "Ki" => (0, 10),
        "Mi" => (0, 20),
        "Gi" => (0, 30),
        "Ti" => (0, 40),
        "Pi" => (0, 50),
        "Ei" => (0, 60),
        _ => {
            let exponent: i64 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            #[expect(clippy::cast_possible_truncation, reason = "upstream cuts it as well")]
            let exponent = exponent as i32;
            (exponent, 0)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(text: &str) -> Quantity {
        text.parse().expect(text)
    }

    #[test]
    fn equal_amounts_are_equal_however_they_are_written() {
        for (a, b) in [
            ("1", "1000m"),
            ("1Gi", "1024Mi"),
            ("1.5k", "1500"),
            ("1e3", "1k"),
            (".5", "500m"),
            ("5.", "5"),
            ("+1", "1"),
        ] {
            assert_eq!(quantity(a), quantity(b), "{a} {b}");
        }
        assert!(quantity("1G") < quantity("1Gi"));
        assert!(quantity("0.1n") > quantity("0"), "rounded up, never to nothing");
        assert!(quantity("100E") > quantity("1E"));
    }

    #[test]
    fn what_the_api_server_rejects_is_rejected() {
        for bad in [
            "", "1gb", "1 Gi", "1.2.3", "1..2", "--1", "1e", "1mm", "0x1", "1KI", "ten", " 1",
            "Pi", "e-10",
        ] {
            assert!(bad.parse::<Quantity>().is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_is_zero() {
        for zero in ["m", "Gi", ".", "-", "+m", "e3", "E", "0", "0e99999"] {
            assert_eq!(quantity(zero), Quantity::zero(), "{zero}");
            assert_eq!(quantity(zero).has_digits(), zero.starts_with('0'), "{zero}");
        }
    }

    #[test]
    fn only_amounts_in_binary_are_cut() {
        assert_eq!(quantity("8Ei"), quantity("9223372036854775807"));
        assert_eq!(quantity("9Ei"), quantity("8Ei"));
        assert!(quantity("100E") > quantity("10E"));
        assert!(quantity("9223372036854775808") > quantity("9223372036854775807"));
        assert!(quantity("1e99999") > quantity("100E"));
        assert!(quantity("-1e99999") < quantity("-100E"));
        assert_eq!(quantity("1e-99999"), quantity("1n"));
    }

    #[test]
    fn sums_are_exact_and_plain() {
        assert_eq!(quantity("500m").plus(&quantity("500m")).to_string(), "1");
        assert_eq!(quantity("512Mi").plus(&quantity("512Mi")).to_string(), "1Gi");
        assert_eq!(quantity("100m").plus(&quantity("50m")).to_string(), "150m");
    }
}
