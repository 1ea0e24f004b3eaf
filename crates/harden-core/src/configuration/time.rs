//! Times as the API writes them, such as `2026-01-31T08:00:00Z`, read as Go reads them.

use std::fmt::Write as _;

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// Why Go cannot read a time, in its words.
///
/// As `time.Parse` with the layout of RFC 3339 does, element by element.
pub(super) fn check(text: &str) -> Result<(), String> {
    let mut rest = text;
    let mut numbers = [0; 6];
    let elements = [
        ("", "2006", 0..=9999, "year"),
        ("-", "01", 1..=12, "month"),
        ("-", "02", 0..=99, "day"),
        ("T", "15", 0..=23, "hour"),
        (":", "04", 0..=59, "minute"),
        (":", "05", 0..=59, "second"),
    ];
    for ((before, element, range, name), number) in elements.into_iter().zip(&mut numbers) {
        rest = rest.strip_prefix(before).ok_or_else(|| cannot(text, rest, before))?;
        let (value, after) = digits(rest, element).ok_or_else(|| cannot(text, rest, element))?;
        if !range.contains(&value) {
            return Err(out_of_range(text, name));
        }
        (*number, rest) = (value, after);
    }
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let after = fraction.trim_start_matches(|it: char| it.is_ascii_digit());
        rest = if after.len() < fraction.len() { after } else { rest };
    }
    rest = zone(text, rest)?;
    if !rest.is_empty() {
        return Err(format!("parsing time {}: extra text: {}", quoted(text), quoted(rest)));
    }
    let [year, month, day, ..] = numbers;
    if day < 1 || day > days(year, month) {
        return Err(out_of_range(text, "day"));
    }
    Ok(())
}

/// The number of an element and what follows it: an hour may have one digit.
fn digits<'t>(text: &'t str, element: &str) -> Option<(u32, &'t str)> {
    let count = text.bytes().take(element.len()).take_while(u8::is_ascii_digit).count();
    let is_whole = count == element.len() || element == "15" && count == 1;
    let (number, rest) = text.split_at_checked(count).filter(|_| is_whole)?;
    Some((number.parse().ok()?, rest))
}

fn zone<'t>(text: &str, rest: &'t str) -> Result<&'t str, String> {
    if let Some(rest) = rest.strip_prefix('Z') {
        return Ok(rest);
    }
    let bad = || cannot(text, rest, "Z07:00");
    let (zone, after) = rest.split_at_checked(6).ok_or_else(bad)?;
    let (hours, minutes) =
        zone.strip_prefix(['+', '-']).and_then(|it| it.split_once(':')).ok_or_else(bad)?;
    let number = |text: &str| {
        let is_number = text.len() == 2 && text.bytes().all(|it| it.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| is_number)
    };
    let (hours, minutes) = (number(hours).ok_or_else(bad)?, number(minutes).ok_or_else(bad)?);
    if hours > 24 {
        return Err(out_of_range(text, "time zone offset hour"));
    }
    if minutes > 60 {
        return Err(out_of_range(text, "time zone offset minute"));
    }
    Ok(after)
}

fn days(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn cannot(text: &str, rest: &str, element: &str) -> String {
    let (text, rest, element) = (quoted(text), quoted(rest), quoted(element));
    format!("parsing time {text} as {}: cannot parse {rest} as {element}", quoted(LAYOUT))
}

fn out_of_range(text: &str, what: &str) -> String {
    format!("parsing time {}: {what} out of range", quoted(text))
}

/// Quotes as package time does: every byte of what is no ASCII is escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            ' '..='\u{7f}' => quoted.push(character),
            _ => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(quoted, "\\x{byte:02x}");
                }
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_what_go_takes() {
        for good in [
            "2026-01-31T08:00:00Z",
            "2024-02-29T8:00:00Z",
            "0000-01-01T00:00:00.5+24:60",
            "2026-01-31T08:00:00,123456789123-01:30",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn other_texts_are_rejected_in_gos_words() {
        let cannot = |text: &str, rest: &str, element: &str| {
            format!(
                "parsing time {text:?} as \"2006-01-02T15:04:05Z07:00\": cannot parse {rest:?} as {element:?}"
            )
        };
        for (text, expected) in [
            ("", cannot("", "", "2006")),
            ("yesterday", cannot("yesterday", "yesterday", "2006")),
            ("2026-01-31", cannot("2026-01-31", "", "T")),
            ("2026-1-31T08:00:00Z", cannot("2026-1-31T08:00:00Z", "1-31T08:00:00Z", "01")),
            ("2026-01-31 08:00:00Z", cannot("2026-01-31 08:00:00Z", " 08:00:00Z", "T")),
            ("2026-01-31T08:00:00", cannot("2026-01-31T08:00:00", "", "Z07:00")),
            (
                "2026-13-31T08:00:00Z",
                "parsing time \"2026-13-31T08:00:00Z\": month out of range".to_owned(),
            ),
            (
                "2026-02-29T08:00:00Z",
                "parsing time \"2026-02-29T08:00:00Z\": day out of range".to_owned(),
            ),
            (
                "2026-01-31T08:00:00Z ",
                "parsing time \"2026-01-31T08:00:00Z \": extra text: \" \"".to_owned(),
            ),
        ] {
            assert_eq!(check(text), Err(expected), "{text}");
        }
    }
}
