//! What one evaluation may take.
//!
//! `regorus` bounds an evaluation by a clock that it asks every so many steps. The core knows no time, so
//! the clock that it is given counts how often it is asked: an evaluation ends after the same number of
//! steps everywhere. What one step of a function makes is charged too: `regorus` has no bound for it here.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::time::Duration;

use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};
use regorus::{Engine, Value};

use super::Failure;

/// Steps between two looks at the clock.
const INTERVAL: NonZeroU32 = NonZeroU32::new(1_000).unwrap();

/// Looks at the clock until an evaluation ends.
const LOOKS: u64 = 2_000;

/// Bytes that functions may make in one evaluation.
const ROOM: usize = 32 << 20;

/// What an element of a list takes of them.
pub(super) const ELEMENT: usize = 16;

/// Values that may be looked at in one evaluation beyond steps: all within a list, as often as they are in it.
const WORK: usize = 16 << 20;

/// The most of them within one value.
const LARGEST: usize = 4 << 20;

/// Values that are compared in one step: where larger ones are there, fewer steps are left.
const OF_A_STEP: usize = 256;

/// Characters of a text times the length of the pattern that is looked for in it, for one evaluation.
const SEARCH: usize = 64 << 20;

thread_local! {
    static TICKS: Cell<u64> = const { Cell::new(0) };
    static NOW: Cell<Option<i64>> = const { Cell::new(None) };
    static REVIEW: RefCell<Value> = const { RefCell::new(Value::Null) };
    static LEFT: Cell<Left> = const { Cell::new(Left { room: 0, search: 0, work: 0, largest: 0 }) };
    static STOPPED: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

/// What is left of an evaluation.
#[derive(Clone, Copy)]
struct Left {
    room: usize,
    search: usize,
    work: usize,
    /// How much is within the largest value that is known.
    largest: usize,
}

struct Steps;

static STEPS: Steps = Steps;

impl TimeSource for Steps {
    fn now(&self) -> Option<Duration> {
        let each = 1 + LEFT.get().largest / OF_A_STEP;
        let ticks = TICKS.get().saturating_add(u64::try_from(each).unwrap_or(u64::MAX));
        TICKS.set(ticks);
        Some(Duration::from_millis(ticks))
    }
}

/// Lets `regorus` count steps; once is enough.
pub(super) fn count_steps() {
    // A second call changes nothing, and says so.
    let _ = set_time_source(&STEPS);
}

/// Bounds what an engine evaluates.
pub(super) fn apply(engine: &mut Engine) {
    let limit = Duration::from_millis(LOOKS);
    engine.set_execution_timer_config(ExecutionTimerConfig { limit, check_interval: INTERVAL });
}

/// One evaluation of a review, at a time of the cluster in nanoseconds of the epoch.
///
/// # Errors
///
/// It failed, or what it says is not to be trusted.
pub(super) fn during<T, E: std::fmt::Display>(
    now: Option<i64>,
    [review, parameters]: [&Value; 2],
    evaluate: impl FnOnce() -> Result<T, E>,
) -> Result<T, Failure> {
    NOW.set(now);
    REVIEW.set(review.clone());
    LEFT.set(Left { room: ROOM, search: SEARCH, work: WORK, largest: 0 });
    STOPPED.take();
    TICKS.set(0);
    for it in [review, parameters] {
        let _ = measure(it);
    }
    let result = evaluate();
    REVIEW.set(Value::Null);
    if let Some(why) = STOPPED.take() {
        return Err(why);
    }
    // Whatever became of the error: it may have been taken for no value.
    if TICKS.get() > LOOKS {
        return Err(Failure::TooCostly);
    }
    result.map_err(|error| failure(&error.to_string()))
}

/// What an error of `regorus` is in OPA. There only conflicts of rules are errors; all else has no value, and
/// the evaluation goes on.
fn failure(error: &str) -> Failure {
    let said = last_line(error);
    if said.contains("generated multiple times") {
        return Failure::Error("eval_conflict_error: object keys must be unique".to_owned());
    }
    if !said.contains("multiple outputs") && !said.starts_with("rule conflicts with") {
        return Failure::NotJudged(format!("an evaluation that ends here: {said}"));
    }
    let of = if said.starts_with("function") {
        "functions must not produce multiple outputs for same inputs"
    } else {
        "complete rules must not produce multiple outputs"
    };
    Failure::Error(format!("eval_conflict_error: {of}"))
}

/// What a message with an excerpt of the source says.
pub(super) fn last_line(text: &str) -> String {
    let said = text.lines().rev().map(str::trim).find(|it| !it.is_empty()).unwrap_or_default();
    said.strip_prefix("error: ").unwrap_or(said).to_owned()
}

/// The time of the evaluation.
pub(super) fn now() -> Option<i64> {
    NOW.get()
}

/// Whether a number is in the review: Gatekeeper reads those as floats, and writes them so.
pub(super) fn is_in_review(number: i64) -> bool {
    fn has(value: &Value, number: i64) -> bool {
        match value {
            Value::Number(it) => it.as_i64() == Some(number),
            Value::Array(items) => items.iter().any(|it| has(it, number)),
            Value::Object(fields) => fields.values().any(|it| has(it, number)),
            _ => false,
        }
    }
    REVIEW.with_borrow(|it| has(it, number))
}

/// Ends the evaluation: what it says is not what Gatekeeper says.
pub(super) fn stop(why: Failure) {
    STOPPED.with_borrow_mut(|it| {
        it.get_or_insert(why);
    });
}

/// Takes what is left, by what it is less; `None`, and the evaluation ends, where there is not as much.
fn take(less: impl FnOnce(&mut Left) -> Option<()>) -> Option<()> {
    let mut left = LEFT.get();
    let taken = less(&mut left);
    if taken.is_none() {
        stop(Failure::TooCostly);
        // Nothing is measured any more, and the clock ends the evaluation when it is asked next.
        left = Left { room: 0, search: 0, work: 0, largest: usize::MAX };
    }
    LEFT.set(left);
    taken
}

/// Charges what a function makes; `None` where there is no room for it.
pub(super) fn charge(amount: usize) -> Option<()> {
    take(|left| {
        left.room = left.room.checked_sub(amount)?;
        left.largest = left.largest.max(amount / 64);
        Some(())
    })
}

/// Charges the search for a pattern in a text; `None` where it takes too much.
pub(super) fn charge_search(pattern: usize, text: usize) -> Option<()> {
    take(|left| {
        left.search = left.search.checked_sub(pattern.saturating_mul(text))?;
        Some(())
    })
}

/// Charges values that are looked at; `None` where there are too many.
pub(super) fn work(count: usize) -> Option<()> {
    take(|left| {
        left.work = left.work.checked_sub(count)?;
        Some(())
    })
}

/// Charges all that is within a value, as often as it is in it, and how much that is; `None` where it is too much.
pub(super) fn measure(value: &Value) -> Option<usize> {
    let mut size = 0;
    take(|left| {
        let most = left.work.min(LARGEST);
        size = most - within(value, most)?;
        left.work -= size;
        left.largest = left.largest.max(size);
        Some(())
    })?;
    Some(size)
}

/// What is left of an amount.
fn within(value: &Value, left: usize) -> Option<usize> {
    let left = left.checked_sub(1)?;
    match value {
        Value::String(it) => left.checked_sub(it.len() / 64),
        Value::Number(_) => is_moderate(value).then_some(left),
        Value::Array(items) => items.iter().try_fold(left, |left, it| within(it, left)),
        Value::Set(items) => items.iter().try_fold(left, |left, it| within(it, left)),
        Value::Object(fields) => {
            fields.iter().try_fold(left, |left, (key, it)| within(it, within(key, left)?))
        }
        _ => Some(left),
    }
}

/// Whether a number is within what floats hold, nearly: those of `regorus` have as many digits as there is memory.
fn is_moderate(number: &Value) -> bool {
    const MOST: f64 = 1e300;
    *number <= Value::from(MOST) && *number >= Value::from(-MOST)
}

/// Ends the evaluation where a number is larger than others are computed from.
pub(super) fn check_number(number: &Value) -> Option<()> {
    take(|_| is_moderate(number).then_some(()))
}
