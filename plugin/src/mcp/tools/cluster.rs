//! What tools that ask a cluster have in common.

use std::pin::pin;
use std::time::Duration;

use clap::{Command, FromArgMatches};
use serde_json::Value;

use crate::mcp::answer::{Answer, size};
use crate::mcp::arguments::Arguments;
use crate::mcp::call::Call;
use crate::mcp::flags;
use crate::mcp::refusal::Refusal;

/// Does what waits for a cluster, as long as somebody waits for the answer.
pub(super) fn wait<T>(
    call: &Call,
    work: impl Future<Output = Result<T, Refusal>>,
) -> Result<T, Refusal> {
    const PAUSE: Duration = Duration::from_millis(100);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(anyhow::Error::from)?.block_on(async {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(PAUSE) => call.check()?,
            }
        }
    })
}

/// Asks a cluster what a command with some of its flags asks; `doing` is what the call waits for.
pub(super) fn ask<O: FromArgMatches>(
    (arguments, call): (&Arguments, &Call),
    (command, names): (Command, &[&'static str]),
    doing: &str,
    answer: impl FnOnce(&O) -> anyhow::Result<Value>,
) -> Result<Answer, Refusal> {
    let matches = flags::matches(command, &arguments.only(names), None, &|it| names.contains(&it))?;
    let options = O::from_arg_matches(&matches).map_err(|_| flags::unreadable())?;
    call.tell(0, None, doing);
    let answer = answer(&options);
    // A listing that was left is not told as if it were whole.
    call.check()?;
    let Value::Object(answer) = answer? else { return Err(flags::unreadable()) };
    Ok(answer)
}

/// Leaves the first items of a list below a field that fit into so many bytes, and counts the others.
pub(super) fn shorten(answer: &mut Answer, field: &str, list: &str, most: usize) {
    let Some(fields) = answer.get_mut(field).and_then(Value::as_object_mut) else { return };
    let Some(items) = fields.get_mut(list).and_then(Value::as_array_mut) else { return };
    let mut room = most;
    let fitting = items.iter().take_while(|it| {
        let size = size(*it) + 1;
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    let (all, kept) = (items.len(), fitting.count());
    if kept < all {
        items.truncate(kept);
        fields.insert(format!("{list}Omitted"), (all - kept).into());
    }
}
