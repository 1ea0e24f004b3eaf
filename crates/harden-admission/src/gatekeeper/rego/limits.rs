//! What one evaluation may take.
//!
//! `regorus` bounds an evaluation by a clock that it asks every so many steps. The core knows no time, so
//! the clock that it is given counts how often it is asked: an evaluation ends after the same number of
//! steps everywhere. What one step of a function makes is charged too: `regorus` has no bound for it here.

use std::cell::{Cell, RefCell};
use std::num::NonZeroU32;
use std::time::Duration;

use regorus::Engine;
use regorus::utils::limits::{ExecutionTimerConfig, TimeSource, set_time_source};

use super::Failure;

/// Steps between two looks at the clock.
const INTERVAL: NonZeroU32 = NonZeroU32::new(1_000).unwrap();

/// Looks at the clock until an evaluation ends.
const LOOKS: u64 = 2_000;

/// Bytes and elements that functions may make in one evaluation.
const ROOM: usize = 8 << 20;

/// Characters of a text times the length of the pattern that is looked for in it, for one evaluation.
const SEARCH: usize = 64 << 20;

thread_local! {
    static TICKS: Cell<u64> = const { Cell::new(0) };
    static NOW: Cell<Option<i64>> = const { Cell::new(None) };
    static LEFT: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
    static STOPPED: RefCell<Option<Failure>> = const { RefCell::new(None) };
}

struct Steps;

static STEPS: Steps = Steps;

impl TimeSource for Steps {
    fn now(&self) -> Option<Duration> {
        let ticks = TICKS.get() + 1;
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

/// One evaluation at a time of the cluster, in nanoseconds of the epoch.
///
/// # Errors
///
/// It failed, or what it says is not to be trusted.
pub(super) fn during<T, E: std::fmt::Display>(
    now: Option<i64>,
    evaluate: impl FnOnce() -> Result<T, E>,
) -> Result<T, Failure> {
    NOW.set(now);
    LEFT.set((ROOM, SEARCH));
    STOPPED.take();
    TICKS.set(0);
    let result = evaluate();
    if let Some(why) = STOPPED.take() {
        return Err(why);
    }
    // Whatever became of the error: it may have been taken for no value.
    if TICKS.get() > LOOKS {
        return Err(Failure::TooCostly);
    }
    result.map_err(|error| Failure::Error(last_line(&error.to_string())))
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

/// Ends the evaluation: what it says is not what Gatekeeper says.
pub(super) fn stop(why: Failure) {
    STOPPED.with_borrow_mut(|it| {
        it.get_or_insert(why);
    });
}

/// Charges what a function makes; `None` where there is no room for it.
pub(super) fn charge(amount: usize) -> Option<()> {
    let (room, search) = LEFT.get();
    let Some(room) = room.checked_sub(amount) else {
        stop(Failure::TooCostly);
        return None;
    };
    LEFT.set((room, search));
    Some(())
}

/// Charges the search for a pattern in a text; `None` where it takes too much.
pub(super) fn charge_search(pattern: usize, text: usize) -> Option<()> {
    let (room, search) = LEFT.get();
    let Some(search) = search.checked_sub(pattern.saturating_mul(text)) else {
        stop(Failure::TooCostly);
        return None;
    };
    LEFT.set((room, search));
    Some(())
}
