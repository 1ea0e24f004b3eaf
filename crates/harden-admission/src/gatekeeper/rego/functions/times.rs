//! The time of the cluster.

use regorus::Value;

use super::super::{Failure, limits};
use super::{Function, text};
use crate::cel;

pub(super) const FUNCTIONS: &[(&str, u8, Function)] = &[
    ("time.now_ns", 0, now),
    ("time.parse_duration_ns", 1, parse_duration),
    ("time.parse_rfc3339_ns", 1, parse_time),
];

fn now(_: &[Value]) -> Option<Value> {
    let now = limits::now();
    if now.is_none() {
        limits::stop(Failure::NotJudged("the time of the request is not known".to_owned()));
    }
    now.map(Value::from)
}

fn parse_duration(values: &[Value]) -> Option<Value> {
    cel::duration(text(values.first()?)?).ok().map(Value::from)
}

fn parse_time(values: &[Value]) -> Option<Value> {
    let time = cel::timestamp(text(values.first()?)?).ok()?;
    i64::try_from(time.nanos()).ok().map(Value::from)
}
