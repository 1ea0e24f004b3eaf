//! Go's durations, such as `1m30s`.

use crate::pod_security::go_quoted;

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Nanoseconds; the error is Go's.
pub fn parse(text: &str) -> Result<i64, String> {
    let invalid = || format!("time: invalid duration {}", go_quoted(text));
    let is_negative = text.starts_with('-');
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let most = 1_u64 << 63;
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (digits, after) = split(rest, |c| c.is_ascii_digit());
        let (fraction, after) = match after.strip_prefix('.') {
            Some(after) => split(after, |c| c.is_ascii_digit()),
            None => ("", after),
        };
        if digits.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let (name, after) = split(after, |c| c != '.' && !c.is_ascii_digit());
        if name.is_empty() {
            return Err(format!("time: missing unit in duration {}", go_quoted(text)));
        }
        let whole: u64 = if digits.is_empty() {
            0
        } else {
            digits.parse().ok().filter(|it| *it <= most).ok_or_else(invalid)?
        };
        let Some((_, unit)) = UNITS.iter().find(|(known, _)| *known == name) else {
            let (name, text) = (go_quoted(name), go_quoted(text));
            return Err(format!("time: unknown unit {name} in duration {text}"));
        };
        let amount = whole.checked_mul(*unit).and_then(|it| it.checked_add(part(fraction, *unit)));
        let sum = amount.and_then(|it| total.checked_add(it));
        total = sum.filter(|it| *it <= most).ok_or_else(invalid)?;
        rest = after;
    }
    let signed =
        if is_negative { 0_i64.checked_sub_unsigned(total) } else { total.try_into().ok() };
    signed.ok_or_else(invalid)
}

/// As Go prints it.
pub(super) fn print(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let amount = nanoseconds.unsigned_abs();
    let text = match amount {
        0 => "0s".to_owned(),
        1..1_000 => format!("{amount}ns"),
        1_000..1_000_000 => format!("{}µs", decimal(amount, 1_000)),
        1_000_000..1_000_000_000 => format!("{}ms", decimal(amount, 1_000_000)),
        _ => {
            let minutes = amount / 60_000_000_000;
            let seconds = decimal(amount % 60_000_000_000, 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    };
    format!("{sign}{text}")
}

/// The part of a unit that digits after the point are.
fn part(fraction: &str, unit: u64) -> u64 {
    let digits = fraction.as_bytes().iter().take(18).rev().map(|digit| u64::from(digit - b'0'));
    digits.fold(0, |behind, digit| (digit * unit + behind) / 10)
}

fn decimal(amount: u64, unit: u64) -> String {
    let (whole, rest) = (amount / unit, amount % unit);
    let width = unit.ilog10() as usize;
    let digits = format!("{rest:0width$}");
    let digits = digits.trim_end_matches('0');
    if rest == 0 { whole.to_string() } else { format!("{whole}.{digits}") }
}

fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !belongs(c)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_printed_as_go_does() {
        for (text, printed) in [
            ("0", "0s"),
            ("1m30s", "1m30s"),
            ("1h1m1.5s", "1h1m1.5s"),
            ("1.5h", "1h30m0s"),
            ("30s1m", "1m30s"),
            ("+.5m", "30s"),
            ("9223372036854775807ns", "2562047h47m16.854775807s"),
            ("-1s", "-1s"),
            ("-0.5s", "-500ms"),
            ("-90s", "-1m30s"),
            ("-1h0.25s", "-1h0m0.25s"),
            ("-1.5us", "-1.5µs"),
            ("-7ns", "-7ns"),
            ("-0.9999999999999999999h", "-59m59.999999999s"),
            ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(parse(text).map(print).as_deref(), Ok(printed), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_rejected_in_gos_words() {
        for (text, error) in [
            ("", r#"time: invalid duration """#),
            ("-", r#"time: invalid duration "-""#),
            ("5", r#"time: missing unit in duration "5""#),
            ("1m30", r#"time: missing unit in duration "1m30""#),
            ("5 s", r#"time: unknown unit " s" in duration "5 s""#),
            ("5x", r#"time: unknown unit "x" in duration "5x""#),
            (".s", r#"time: invalid duration ".s""#),
            ("9223372036854775808ns", r#"time: invalid duration "9223372036854775808ns""#),
            ("9223372036854775807.9s", r#"time: invalid duration "9223372036854775807.9s""#),
            ("9999999999h", r#"time: invalid duration "9999999999h""#),
        ] {
            assert_eq!(parse(text), Err(error.to_owned()), "{text}");
        }
    }
}
