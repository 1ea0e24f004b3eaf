//! Refusals that a log tells of, held against policies and manifests.

use harden_core::answers::denied::{Answer, Coverage, to_json, to_text};
use harden_core::network::seen::Seen;

use super::gathered::Gathered;
use super::{Format, Options, exit};
use crate::commands;
use crate::flow_log;

pub(super) fn run(options: &Options, now: &Gathered) -> commands::Result {
    let mut seen = Seen::default();
    options.denied.iter().try_for_each(|it| flow_log::read(&mut seen, it))?;
    let answer = Answer::of(&seen, &now.network, &now.wanted);
    let coverage = Coverage::of(&seen, now.coverage.clone());
    let written = options.outputs.write(|format| match format {
        Format::Json => format!("{:#}\n", to_json(&answer, &coverage)),
        _ => to_text(&answer, &coverage),
    })?;
    let is_unknown = coverage.is_incomplete() || answer.is_unknown();
    Ok(exit(now, answer.is_no(), is_unknown && !options.allow_incomplete).max(written))
}
