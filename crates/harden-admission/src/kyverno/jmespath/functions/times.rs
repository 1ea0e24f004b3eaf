//! Kyverno's functions of time.

use serde_json::Value;

use super::super::World;
use super::{Called, Failure, error, not_judged};
use crate::cel::Timestamp;
use crate::kyverno::pattern::duration;

const NANO: i128 = 1_000_000_000;
const DAY: i128 = 86_400;

/// A point in time, and the seconds that its zone is ahead.
#[derive(Debug, Clone, Copy)]
struct Moment {
    at: Timestamp,
    offset: i128,
}

pub(super) fn call(name: &str, arguments: &[Value], world: &World) -> Option<Called> {
    if !name.starts_with("time_") {
        return None;
    }
    let texts: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
    Some(match (name, texts.as_slice()) {
        ("time_now" | "time_now_utc", _) => now(world).and_then(written),
        ("time_since", [layout, from, to]) => since(layout, from, to, world),
        ("time_to_cron", [at]) => moment(at).and_then(cron),
        ("time_utc", [at]) => moment(at).and_then(|it| written(Moment { offset: 0, ..it })),
        ("time_add", [at, by]) => moment(at).and_then(|it| {
            let by = span(by)?;
            written(Moment { at: shifted(it.at.nanos() + i128::from(by))?, ..it })
        }),
        ("time_truncate", [at, by]) => moment(at).and_then(|it| truncated(it, span(by)?)),
        ("time_parse", [layout, at]) => parse(layout, at),
        ("time_diff", [from, to]) => between(from, to),
        ("time_before", [left, right]) => compare(left, right, |left, right| left < right),
        ("time_after", [left, right]) => compare(left, right, |left, right| left > right),
        ("time_between", [at, start, end]) => moment(at).and_then(|it| {
            let (start, end) = (moment(start)?, moment(end)?);
            Ok((it.at > start.at && it.at < end.at).into())
        }),
        _ => return None,
    })
}

fn now(world: &World) -> Result<Moment, Failure> {
    match world.now {
        Some(at) => Ok(Moment { at, offset: 0 }),
        None => not_judged("the time is not known"),
    }
}

fn moment(text: &str) -> Result<Moment, Failure> {
    let Some(at) = Timestamp::parse(text) else {
        return error(format!(
            "parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse"
        ));
    };
    let zone = text.get(text.len().saturating_sub(6)..).unwrap_or_default();
    let number = |from: usize, to: usize| zone.get(from..to)?.parse::<i128>().ok();
    let offset = match (zone.get(..1), number(1, 3), number(4, 6)) {
        (Some("+"), Some(hours), Some(minutes)) => hours * 3600 + minutes * 60,
        (Some("-"), Some(hours), Some(minutes)) => -(hours * 3600 + minutes * 60),
        _ => 0,
    };
    Ok(Moment { at, offset })
}

fn span(text: &str) -> Result<i64, Failure> {
    match duration::parse(text) {
        Some(nanos) => Ok(nanos),
        None => error(format!("time: invalid duration \"{text}\"")),
    }
}

fn shifted(nanos: i128) -> Result<Timestamp, Failure> {
    match Timestamp::of(nanos) {
        Some(at) => Ok(at),
        None => not_judged("a time beyond the year 9999"),
    }
}

/// As RFC 3339 in its own zone, to the second.
fn written(it: Moment) -> Called {
    let seconds = it.at.nanos().div_euclid(NANO) + it.offset;
    let text = shifted(seconds * NANO)?.to_string();
    let text = text.trim_end_matches('Z');
    let ahead = it.offset.abs();
    Ok(match it.offset {
        0 => format!("{text}Z"),
        offset => format!(
            "{text}{}{:02}:{:02}",
            if offset < 0 { '-' } else { '+' },
            ahead / 3600,
            ahead / 60 % 60
        ),
    }
    .into())
}

fn since(layout: &str, from: &str, to: &str, world: &World) -> Called {
    if !layout.is_empty() && layout != "2006-01-02T15:04:05Z07:00" {
        return not_judged("a time in a layout of its own");
    }
    let from = moment(from)?;
    let to = if to.is_empty() { now(world)? } else { moment(to)? };
    Ok(distance(from, to).into())
}

fn between(from: &str, to: &str) -> Called {
    Ok(distance(moment(from)?, moment(to)?).into())
}

fn distance(from: Moment, to: Moment) -> String {
    let nanos = to.at.nanos() - from.at.nanos();
    let limit = if nanos < 0 { i64::MIN } else { i64::MAX };
    duration_text(i64::try_from(nanos).unwrap_or(limit))
}

fn compare(left: &str, right: &str, holds: impl Fn(Timestamp, Timestamp) -> bool) -> Called {
    Ok(holds(moment(left)?.at, moment(right)?.at).into())
}

fn cron(it: Moment) -> Called {
    let seconds = it.at.nanos().div_euclid(NANO) + it.offset;
    let text = shifted(seconds * NANO)?.to_string();
    let part = |from: usize, to: usize| {
        text.get(from..to).and_then(|it| it.parse::<u32>().ok()).unwrap_or_default()
    };
    // The first day of 1970 was a Thursday.
    let weekday = (seconds.div_euclid(DAY) + 4).rem_euclid(7);
    let (minute, hour, day, month) = (part(14, 16), part(11, 13), part(8, 10), part(5, 7));
    Ok(format!("{minute} {hour} {day} {month} {weekday}").into())
}

/// Rounded down to a multiple of a duration since the year 1.
fn truncated(it: Moment, by: i64) -> Called {
    const YEAR_ONE: i128 = 62_135_596_800 * NANO;
    if by <= 0 {
        return written(it);
    }
    let since = it.at.nanos() + YEAR_ONE;
    written(Moment { at: shifted(it.at.nanos() - since.rem_euclid(i128::from(by)))?, ..it })
}

fn parse(layout: &str, text: &str) -> Called {
    if layout.parse::<i64>().is_ok() {
        return match text.parse::<i64>() {
            Ok(seconds) => written(Moment { at: shifted(i128::from(seconds) * NANO)?, offset: 0 }),
            Err(_) => error(format!("strconv.ParseInt: parsing \"{text}\": invalid syntax")),
        };
    }
    if layout == "2006-01-02T15:04:05Z07:00" {
        return moment(text).and_then(written);
    }
    not_judged("a time in a layout of its own")
}

/// A duration as Go prints it: `1h30m0s`.
pub(super) fn duration_text(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let size = nanos.unsigned_abs();
    let decimal = |unit: u64, name: &str| {
        let (whole, rest) = (size / unit, size % unit);
        let digits = unit.ilog10() as usize;
        let fraction = format!("{rest:0digits$}");
        let fraction = fraction.trim_end_matches('0');
        let dot =
            if fraction.is_empty() || unit == 1 { String::new() } else { format!(".{fraction}") };
        format!("{sign}{whole}{dot}{name}")
    };
    match size {
        0 => "0s".to_owned(),
        1..=999 => decimal(1, "ns"),
        1_000..=999_999 => decimal(1_000, "µs"),
        1_000_000..=999_999_999 => decimal(1_000_000, "ms"),
        _ => {
            let minutes = size / 60_000_000_000;
            let rest = size % 60_000_000_000;
            let fraction = format!("{:09}", rest % 1_000_000_000);
            let fraction = fraction.trim_end_matches('0');
            let dot = if fraction.is_empty() { String::new() } else { format!(".{fraction}") };
            let seconds = format!("{}{dot}s", rest / 1_000_000_000);
            match (minutes / 60, minutes % 60) {
                (0, 0) => format!("{sign}{seconds}"),
                (0, minutes) => format!("{sign}{minutes}m{seconds}"),
                (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}"),
            }
        }
    }
}
