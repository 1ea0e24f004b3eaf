//! Durations and points in time.

use std::fmt;

use super::{Budget, Failure, Result, Value};

/// A point in time, in nanoseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp {
    nanos: i128,
}

const NANOS: i128 = 1_000_000_000;
const DAY: i128 = 86_400;
/// The years 1 to 9999, in seconds.
const SPAN: std::ops::RangeInclusive<i128> = -62_135_596_800..=253_402_300_799;

impl Timestamp {
    /// A point in time as RFC 3339 writes it.
    pub fn read(text: &str) -> Option<Self> {
        timestamp(text).ok()
    }

    fn of_nanos(nanos: i128) -> Result<Self> {
        if SPAN.contains(&nanos.div_euclid(NANOS)) {
            return Ok(Self { nanos });
        }
        Failure::error("timestamp overflow")
    }

    pub(super) fn of_seconds(seconds: i64) -> Result<Self> {
        Self::of_nanos(i128::from(seconds) * NANOS)
    }

    /// Nanoseconds since 1970.
    pub(crate) fn nanos(self) -> i128 {
        self.nanos
    }

    /// The time so many nanoseconds after 1970; none beyond the years 1 to 9999.
    pub(crate) fn of(nanos: i128) -> Option<Self> {
        Self::of_nanos(nanos).ok()
    }

    /// Reads what RFC 3339 writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        timestamp(text).ok()
    }

    pub(super) fn seconds(self) -> i64 {
        i64::try_from(self.nanos.div_euclid(NANOS)).unwrap_or(i64::MAX)
    }

    pub(super) fn plus(self, nanos: i128) -> Result<Self> {
        Self::of_nanos(self.nanos + nanos)
    }

    /// The days since 1970 and the nanoseconds of the day.
    fn split(self) -> (i128, i128) {
        (self.nanos.div_euclid(DAY * NANOS), self.nanos.rem_euclid(DAY * NANOS))
    }

    /// Year, month and day, from one.
    fn date(self) -> (i128, i128, i128) {
        let shifted = self.split().0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        (year_of_era + era * 400 + i128::from(month <= 2), month, day)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let (_, rest) = self.split();
        let (seconds, nanos) = (rest / NANOS, rest % NANOS);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        if nanos > 0 {
            write!(f, ".{}", format!("{nanos:09}").trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

/// The days from 1970 to a date.
fn days(year: i128, month: i128, day: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// A point in time as RFC 3339 writes it.
pub(crate) fn timestamp(text: &str) -> Result<Timestamp> {
    match moment(text) {
        Some(nanos) => Timestamp::of_nanos(nanos),
        None => {
            Failure::error("type conversion error from 'string' to 'google.protobuf.Timestamp'")
        }
    }
}

fn moment(text: &str) -> Option<i128> {
    let number = |from: usize, to: usize| {
        let part = text.get(from..to)?;
        part.bytes().all(|it| it.is_ascii_digit()).then(|| part.parse::<i128>().ok()).flatten()
    };
    let is = |at: usize, byte: u8| text.as_bytes().get(at) == Some(&byte);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_formed = is(4, b'-') && is(7, b'-') && is(10, b'T') && is(13, b':') && is(16, b':');
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i128::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !is_formed || !(1..=length).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let mut zone = text.get(19..)?;
    let mut nanos = 0;
    if let Some(fraction) = zone.strip_prefix(['.', ',']) {
        let end = fraction.find(|c: char| !c.is_ascii_digit())?;
        let digits = fraction.get(..end).filter(|it| !it.is_empty())?;
        nanos = format!("{digits:0<9}").get(..9)?.parse().ok()?;
        zone = fraction.get(end..)?;
    }
    let offset = if zone == "Z" { 0 } else { offset(zone)? };
    let seconds = days(year, month, day) * DAY + hour * 3600 + minute * 60 + second - offset;
    Some(seconds * NANOS + nanos)
}

/// The seconds of `+hh:mm`.
fn offset(zone: &str) -> Option<i128> {
    let (sign, rest) = match zone.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, zone.strip_prefix('-')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |it: &str| {
        (it.len() == 2 && it.bytes().all(|it| it.is_ascii_digit()))
            .then(|| it.parse::<i128>().ok())
            .flatten()
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (hours <= 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A duration such as `1h30m`, in nanoseconds.
pub(crate) fn duration(text: &str) -> Result<i64> {
    match span(text) {
        Some(nanos) => Ok(nanos),
        None => Failure::error("type conversion error from 'string' to 'google.protobuf.Duration'"),
    }
}

fn span(text: &str) -> Option<i64> {
    const UNITS: [(&str, i128); 8] = [
        ("ns", 1),
        ("us", 1000),
        ("µs", 1000),
        ("μs", 1000),
        ("ms", 1_000_000),
        ("s", NANOS),
        ("m", 60 * NANOS),
        ("h", 3600 * NANOS),
    ];
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    if unsigned == "0" {
        return Some(0);
    }
    let mut rest = Some(unsigned).filter(|it| !it.is_empty())?;
    let mut total = 0_i128;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(end);
        let end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let (_, unit) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return None;
        }
        let read = |it: &str| if it.is_empty() { Some(0) } else { it.parse::<i128>().ok() };
        let kept = fraction.get(..fraction.len().min(18))?;
        let scale = 10_i128.pow(u32::try_from(kept.len()).ok()?);
        total = total.checked_add(read(whole)?.checked_mul(*unit)?)?;
        total = total.checked_add(read(kept)?.checked_mul(*unit)? / scale)?;
        rest = tail;
    }
    i64::try_from(total * sign).ok()
}

pub(super) fn call(name: &str, args: &[Value], _: &mut Budget) -> Option<Result<Value>> {
    if !name.starts_with("get") {
        return None;
    }
    match args {
        [Value::Duration(it)] => {
            let unit = match name {
                "getHours" => 3_600_000_000_000,
                "getMinutes" => 60_000_000_000,
                "getSeconds" => 1_000_000_000,
                "getMilliseconds" => 1_000_000,
                _ => return None,
            };
            Some(Ok(Value::Int(it / unit)))
        }
        [Value::Timestamp(it)] => part(name, *it),
        [Value::Timestamp(it), Value::String(zone)] => match shifted(*it, zone) {
            Ok(it) => part(name, it),
            Err(failure) => Some(Err(failure)),
        },
        _ => None,
    }
}

/// The same clock time in UTC.
fn shifted(it: Timestamp, zone: &str) -> Result<Timestamp> {
    if matches!(zone, "" | "UTC") {
        return Ok(it);
    }
    let Some((hours, minutes)) = zone.split_once(':') else {
        return Failure::not_judged(format!(
            "the time zone `{zone}`: the names of zones are not known here"
        ));
    };
    let (Ok(hours), Ok(minutes)) = (hours.parse::<i16>(), minutes.parse::<i16>()) else {
        return Failure::error(format!("invalid time zone: {zone}"));
    };
    if !(0..60).contains(&minutes) {
        return Failure::error(format!("timezone offset minutes out of range [0, 59]: {zone}"));
    }
    let minutes = if zone.starts_with('-') { -minutes } else { minutes };
    let offset = i128::from(hours) * 60 + i128::from(minutes);
    Ok(Timestamp { nanos: it.nanos + offset * 60 * NANOS })
}

fn part(name: &str, it: Timestamp) -> Option<Result<Value>> {
    let (year, month, day) = it.date();
    let (days_since, rest) = it.split();
    let seconds = rest / NANOS;
    let part = match name {
        "getFullYear" => year,
        "getMonth" => month - 1,
        "getDayOfYear" => days_since - days(year, 1, 1),
        "getDayOfMonth" => day - 1,
        "getDate" => day,
        "getDayOfWeek" => (days_since + 4).rem_euclid(7),
        "getHours" => seconds / 3600,
        "getMinutes" => seconds / 60 % 60,
        "getSeconds" => seconds % 60,
        "getMilliseconds" => rest % NANOS / 1_000_000,
        _ => return None,
    };
    Some(Ok(Value::Int(i64::try_from(part).unwrap_or(i64::MAX))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_in_time_is_written_as_it_was_read() {
        for text in [
            "2024-02-29T23:59:59.5Z",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "1969-12-31T00:00:00Z",
        ] {
            assert_eq!(timestamp(text).unwrap().to_string(), text);
        }
        assert_eq!(timestamp("2024-01-01T01:00:00+01:00"), timestamp("2024-01-01T00:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_an_error() {
        for text in [
            "2023-02-29T00:00:00Z",
            "2024-01-01",
            "2024-01-01t00:00:00Z",
            "2024-13-01T00:00:00Z",
            "",
        ] {
            assert!(timestamp(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_duration_is_a_sum_of_its_parts() {
        assert_eq!(duration("1h30m"), Ok(5_400_000_000_000));
        assert_eq!(duration("-1.5s"), Ok(-1_500_000_000));
        for text in ["", "1", "s", "1.2.3s", "1d", "9999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn parts_of_a_date_are_counted_as_the_language_counts_them() {
        let part =
            |name: &str| part(name, timestamp("2024-03-01T00:00:00Z").unwrap()).unwrap().unwrap();
        assert_eq!(part("getMonth"), Value::Int(2));
        assert_eq!(part("getDayOfYear"), Value::Int(60));
        assert_eq!(part("getDayOfWeek"), Value::Int(5));
        assert_eq!(part("getDayOfMonth"), Value::Int(0));
    }
}
