//! Points in time.

use super::{Part, Result, not_judged};
use crate::cel::{Timestamp, Value};

pub(super) const PART: Part = Part {
    table: "\
time.now() -> timestamp
time.toCron(timestamp) -> string
time.truncate(timestamp, duration) -> timestamp",
    call,
};

fn call(name: &str, args: &[Value], scope: &super::Scope<'_>) -> Option<Result<Value>> {
    Some(match (name, args) {
        ("time.now", []) => match scope.cluster().now {
            Some(now) => Ok(Value::Timestamp(now)),
            None => not_judged("the time of the request is not known"),
        },
        ("time.toCron", [Value::Timestamp(at)]) => cron(&at.to_string())
            .map_or_else(|| not_judged("a point in time"), |it| Ok(Value::String(it.into()))),
        ("time.truncate", [Value::Timestamp(at), Value::Duration(by)]) => truncated(*at, *by)
            .map_or_else(|| not_judged("a point in time"), |it| Ok(Value::Timestamp(it))),
        _ => return None,
    })
}

/// Nanoseconds from the first of January of the year 1, from which Go counts, to 1970.
const BEFORE: i128 = 62_135_596_800_000_000_000;

/// The last point in time before this one that is so many whole spans after the beginning of the year 1.
fn truncated(at: Timestamp, by: i64) -> Option<Timestamp> {
    if by <= 0 {
        return Some(at);
    }
    let since = at.nanos() + BEFORE;
    Timestamp::of(since - since.rem_euclid(i128::from(by)) - BEFORE)
}

/// A schedule for a point in time, as RFC 3339 writes that: minute, hour, day, month and day of the week.
fn cron(at: &str) -> Option<String> {
    let number = |from: usize, to: usize| at.get(from..to)?.parse::<u32>().ok();
    let (minute, hour) = (number(14, 16)?, number(11, 13)?);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (before, index) =
        if month < 3 { (year.checked_sub(1)?, month + 12) } else { (year, month) };
    let weekday =
        (day + 13 * (index + 1) / 5 + before + before / 4 + 6 * (before / 100) + before / 400 + 6)
            % 7;
    Some(format!("{minute} {hour} {day} {month} {weekday}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_names_the_day_of_the_week_from_sunday() {
        assert_eq!(cron("2026-11-27T10:05:00Z").as_deref(), Some("5 10 27 11 5"));
        assert_eq!(cron("2024-02-29T00:00:00.5Z").as_deref(), Some("0 0 29 2 4"));
        assert_eq!(cron("2023-01-01T23:59:59Z").as_deref(), Some("59 23 1 1 0"));
    }
}
