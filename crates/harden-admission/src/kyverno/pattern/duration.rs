//! Durations such as `1h30m`, read as Go's library reads them.

/// What a duration may come to, of either sign.
const LIMIT: u64 = 1 << 63;

/// The nanoseconds of a text; `None` where it is no duration.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (is_negative, mut rest) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let part;
        (part, rest) = read_part(rest)?;
        total = total.checked_add(part).filter(|it| *it <= LIMIT)?;
    }
    if is_negative {
        return Some(0_i64.wrapping_sub_unsigned(total));
    }
    i64::try_from(total).ok()
}

/// The first number with its unit, as nanoseconds, and what follows.
fn read_part(text: &str) -> Option<(u64, &str)> {
    let (digits, rest) = split(text, |it| it.is_ascii_digit());
    let mut whole = 0_u64;
    for digit in digits.bytes() {
        whole = whole.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        if whole > LIMIT {
            return None;
        }
    }
    let (fraction, rest) = match rest.strip_prefix('.') {
        Some(rest) => split(rest, |it| it.is_ascii_digit()),
        None => ("", rest),
    };
    if digits.is_empty() && fraction.is_empty() {
        return None;
    }
    let (name, rest) = split(rest, |it| it != b'.' && !it.is_ascii_digit());
    let unit = unit(name)?;
    let whole = whole.checked_mul(unit).filter(|it| *it <= LIMIT)?;
    let value = whole.checked_add(part_of(fraction, unit)).filter(|it| *it <= LIMIT)?;
    Some((value, rest))
}

/// So many tenths, hundredths … of a unit; digits that 63 bits do not hold are left out.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "upstream computes it with floats"
)]
fn part_of(fraction: &str, unit: u64) -> u64 {
    let (mut value, mut scale) = (0_u64, 1.0_f64);
    for digit in fraction.bytes() {
        let next = value.checked_mul(10).and_then(|it| it.checked_add(u64::from(digit - b'0')));
        let Some(next) = next.filter(|it| *it <= LIMIT) else { break };
        if value > (LIMIT - 1) / 10 {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

fn unit(name: &str) -> Option<u64> {
    Some(match name {
        "ns" => 1,
        "us" | "\u{b5}s" | "\u{3bc}s" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    })
}

/// Splits where a byte is first not so.
fn split(text: &str, is_so: impl Fn(u8) -> bool) -> (&str, &str) {
    let end = text.bytes().position(|it| !is_so(it)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_add_up() {
        for (text, nanos) in [
            ("0", 0),
            ("-0", 0),
            ("1h30m", 5_400_000_000_000),
            ("1.5h", 5_400_000_000_000),
            ("-5s", -5_000_000_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("1\u{b5}s1us", 2_000),
            ("1m1h", 3_660_000_000_000),
            ("9223372036854775807ns", i64::MAX),
            ("-9223372036854775808ns", i64::MIN),
        ] {
            assert_eq!(parse(text), Some(nanos), "{text}");
        }
    }

    #[test]
    fn anything_else_is_no_duration() {
        for text in [
            "",
            "-",
            "+",
            "1",
            "s",
            ".",
            ".s",
            "1 s",
            "1S",
            "1d",
            "--1s",
            "1s ",
            "1.2.3s",
            "00",
            "9223372036854775808ns",
            "9999999999999999999999s",
            "3000000h",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
