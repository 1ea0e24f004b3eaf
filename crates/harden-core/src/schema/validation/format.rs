//! The formats of strings and numbers that the API server knows in schemas of custom kinds.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::schema::time;

/// A format that is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schema) enum Format {
    DateTime,
    Date,
    Duration,
    Ipv4,
    Ipv6,
    Cidr,
    Uuid,
    Byte,
    Int32,
    /// One that the server knows and that is not judged here.
    Other,
}

impl Format {
    /// Whether upstream takes a list for a string of this format, too, because it looks no further.
    pub(in crate::schema) fn takes_lists(name: &str) -> bool {
        !name.is_empty()
            && (Self::named(name).is_some_and(|it| it != Self::Int32) || name == "password")
    }

    /// By its name in a schema; `None` for those that the server does not know either.
    pub(super) fn named(name: &str) -> Option<Self> {
        // The server compares them without hyphens.
        Some(match name.replace('-', "").as_str() {
            "datetime" => Self::DateTime,
            "date" => Self::Date,
            "duration" => Self::Duration,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "cidr" => Self::Cidr,
            "uuid" => Self::Uuid,
            "byte" => Self::Byte,
            "int32" => Self::Int32,
            "bsonobjectid" | "uri" | "email" | "hostname" | "mac" | "uuid3" | "uuid4" | "uuid5"
            | "isbn" | "isbn10" | "isbn13" | "creditcard" | "ssn" | "hexcolor" | "rgbcolor"
            | "k8sshortname" | "k8slongname" => Self::Other,
            _ => return None,
        })
    }

    /// Whether a string has this format; `None` where that is not judged.
    pub(super) fn is_text(self, text: &str) -> Option<bool> {
        Some(match self {
            Self::DateTime => is_date_time(text),
            Self::Date => time::is_date(text),
            Self::Duration => is_duration(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => return is_ipv6(text),
            Self::Cidr => return is_cidr(text),
            Self::Uuid => is_uuid(text),
            Self::Byte => is_byte(text),
            Self::Int32 => true,
            Self::Other => return None,
        })
    }

    /// What a value must be.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::DateTime => "a time such as 2024-01-31T12:00:00Z",
            Self::Date => "a date such as 2024-01-31",
            Self::Duration => "a duration such as 1h30m",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
            Self::Cidr => "a network such as 10.0.0.0/8",
            Self::Uuid => "a UUID",
            Self::Byte => "base64",
            Self::Int32 => "a 32-bit integer",
            Self::Other => "of its format",
        }
    }
}

/// Looser than RFC 3339: letters of both cases, and any sign before the fractions.
fn is_date_time(text: &str) -> bool {
    let lower = text.to_lowercase();
    let Some((date, clock)) = lower.split_once('t') else { return false };
    // The server looks at nothing behind a second `t`.
    let clock = clock.split('t').next().unwrap_or_default();
    let (Some(clock), Some(rest)) = (clock.get(..8), clock.get(8..)) else { return false };
    let two = |it: &str, most: &str| {
        it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit()) && it <= most
    };
    let parts: Vec<_> = clock.split(':').collect();
    let is_clock = match parts.as_slice() {
        [hour, minute, second] => two(hour, "23") && two(minute, "59") && two(second, "59"),
        _ => false,
    };
    let is_zone = |it: &str| {
        it == "z"
            || it
                .strip_prefix(['+', '-'])
                .and_then(|it| it.split_once(':'))
                .is_some_and(|(hours, minutes)| two(hours, "99") && two(minutes, "99"))
    };
    let mut after_sign = rest.chars();
    after_sign.next();
    let digits = after_sign.as_str().trim_start_matches(|it: char| it.is_ascii_digit());
    let has_fraction = digits.len() < after_sign.as_str().len();
    time::is_date(date) && is_clock && (is_zone(rest) || has_fraction && is_zone(digits))
}

/// Go's durations, and those of Scala: a number before a unit anywhere will do.
fn is_duration(text: &str) -> bool {
    // The last name of each unit may go on, as in `3 days`.
    const UNITS: [&[&str]; 8] = [
        &["ns", "nano"],
        &["us", "µs", "micro"],
        &["ms", "milli"],
        &["s", "sec"],
        &["m", "min"],
        &["h", "hr", "hour"],
        &["d", "day"],
        &["w", "wk", "week"],
    ];
    let is_unit = |unit: &str| {
        UNITS.iter().any(|names| {
            names.contains(&unit) || names.last().is_some_and(|it| unit.starts_with(it))
        })
    };
    let mut rest = text;
    let mut is_known = matches!(text, "0" | "+0" | "-0");
    while let Some(start) = rest.find(|it: char| it.is_ascii_digit()) {
        let number = rest.get(start..).unwrap_or_default();
        let after = number.trim_start_matches(|it: char| it.is_ascii_digit());
        let digits = number.get(..number.len() - after.len()).unwrap_or_default();
        let unit = after.trim_start_matches(['\t', '\n', '\u{c}', '\r', ' ']);
        rest = unit.trim_start_matches(|it: char| it.is_ascii_alphabetic() || it == 'µ');
        let unit = unit.get(..unit.len() - rest.len()).unwrap_or_default().to_lowercase();
        if unit.is_empty() {
            rest = after;
        } else if digits.parse::<i64>().is_err() {
            return false;
        }
        is_known |= is_unit(&unit);
    }
    is_known
}

fn is_ipv6(text: &str) -> Option<bool> {
    if text.contains('%') {
        return None;
    }
    Some(text.parse::<Ipv6Addr>().is_ok())
}

fn is_cidr(text: &str) -> Option<bool> {
    let Some((address, length)) = text.split_once('/') else { return Some(false) };
    let most = match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return Some(false),
    };
    let is_number = !length.is_empty() && length.bytes().all(|it| it.is_ascii_digit());
    if length.len() > 1 && length.starts_with('0') {
        return None;
    }
    Some(is_number && length.parse::<u8>().is_ok_and(|it| it <= most))
}

/// Hyphens between its parts may be left out.
fn is_uuid(text: &str) -> bool {
    let mut rest = text;
    for (i, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if i > 0 {
            rest = rest.strip_prefix('-').unwrap_or(rest);
        }
        let Some((part, after)) = rest.split_at_checked(length) else { return false };
        if !part.bytes().all(|it| it.is_ascii_hexdigit()) {
            return false;
        }
        rest = after;
    }
    rest.is_empty()
}

fn is_byte(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/');
    !text.is_empty()
        && text.len().is_multiple_of(4)
        && text.len() - digits.len() <= 2
        && digits.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_those_of_the_api_server() {
        for (name, good, bad) in [
            ("date-time", "2024-01-01T00:00:00Z", "yesterday"),
            ("date-time", "2024-01-01t00:00:00.5+01:00", "2024-01-01"),
            ("datetime", "2024-01-01T00:00:00,5Z", "2024-01-01T24:00:00Z"),
            ("date", "2024-02-29", "2023-02-29"),
            ("duration", "1h30m", "soon"),
            ("ipv4", "10.0.0.1", "10.0.0.256"),
            ("ipv6", "fd00::1", "10.0.0.1"),
            ("cidr", "10.0.0.0/8", "10.0.0.0"),
            ("uuid", "6A4B5C1E-0000-4000-8000-000000000000", "6a4b"),
            ("byte", "YQ==", "hunter2!"),
        ] {
            let format = Format::named(name).unwrap_or(Format::Other);
            assert_eq!(format.is_text(good), Some(true), "{name} {good}");
            assert_eq!(format.is_text(bad), Some(false), "{name} {bad}");
        }
        for (duration, is_one) in [
            ("3 days", true),
            ("-1.5h", true),
            ("1h 2", true),
            ("fd00::/8", false),
            ("5", false),
            ("1 x", false),
        ] {
            assert_eq!(Format::Duration.is_text(duration), Some(is_one), "{duration}");
        }
        assert_eq!(Format::named("password"), None);
    }
}
