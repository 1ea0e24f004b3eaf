//! Times as Go's decoder reads them.

/// Whether Go reads a text as a time of RFC 3339, with fractions or without.
pub(super) fn is_rfc3339(text: &str) -> bool {
    fraction_of(text).is_some_and(|it| it.is_empty() || it.len() > 1)
}

/// Whether Go reads a text as such a time with exactly six digits of fractions.
pub(super) fn is_rfc3339_micro(text: &str) -> bool {
    fraction_of(text).is_some_and(|it| it.len() == 7)
}

/// The fractions of a second with their point; `None` where the rest is no time.
fn fraction_of(text: &str) -> Option<&str> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix('T')?;
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let end = rest.find(['Z', '+', '-'])?;
    let (fraction, zone) = rest.split_at(end);
    let is_fraction = fraction.is_empty()
        || fraction
            .strip_prefix(['.', ','])
            .is_some_and(|it| it.bytes().all(|it| it.is_ascii_digit()));
    let is_clock = matches!(numbers(clock, ':')?.as_slice(), [0..=23, 0..=59, 0..=59]);
    (is_date(date) && is_clock && is_fraction && is_zone(zone)).then_some(fraction)
}

/// Whether a text is a day of the calendar, such as `2024-02-29`.
pub(super) fn is_date(text: &str) -> bool {
    let has_form = matches!(text.as_bytes(), [_, _, _, _, b'-', _, _, b'-', _, _]);
    let Some(&[year, month, day]) = numbers(text, '-').as_deref().filter(|_| has_form) else {
        return false;
    };
    let days = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn is_zone(text: &str) -> bool {
    let Some(clock) = text.strip_prefix(['+', '-']) else { return text == "Z" };
    clock.len() == 5
        && numbers(clock, ':').is_some_and(|it| matches!(it.as_slice(), [0..=24, 0..=60]))
}

/// The numbers between separators, all of digits alone.
fn numbers(text: &str, between: char) -> Option<Vec<u16>> {
    let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
    text.split(between).map(|it| it.parse().ok().filter(|_| digits(it))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_go() {
        for good in [
            "2024-01-01T00:00:00Z",
            "2024-02-29T23:59:59.5+05:30",
            "2024-01-01T00:00:00.123456789-00:00",
        ] {
            assert!(is_rfc3339(good), "{good}");
        }
        for bad in [
            "",
            "yesterday",
            "2024-01-01",
            "2024-01-01 00:00:00Z",
            "2024-01-01T00:00:00",
            "2023-02-29T00:00:00Z",
            "2024-13-01T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01t00:00:00z",
            "2024-01-01T00:00:00.Z",
            "2024-01-01T00:00:00+0530",
            "+024-01-01T00:00:00Z",
            "2024-01-01T0000:00Z",
            "2024-01-01T00:00:00é",
        ] {
            assert!(!is_rfc3339(bad), "{bad}");
        }
        assert!(is_rfc3339_micro("2024-01-01T00:00:00.123456Z"));
        assert!(!is_rfc3339_micro("2024-01-01T00:00:00Z"));
        assert!(!is_rfc3339_micro("2024-01-01T00:00:00.12345Z"));
    }
}
