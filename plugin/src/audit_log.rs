//! Audit logs, read as they come: memory does not grow with them.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use flate2::bufread::MultiGzDecoder;
use harden_core::generators::role::Usage;
use harden_core::simulate::audit::{Estimate, Record, Simulator};
use rayon::prelude::*;

use crate::input::{self, Unread};

/// What a policy makes of a log.
pub(crate) struct Tally {
    /// What it comes to.
    pub(crate) estimate: Estimate,
    /// The first lines that are no events, by number, and why.
    pub(crate) errors: Vec<(usize, String)>,
}

/// More lines than this that are no events are counted only.
const MOST_ERRORS: usize = 10;

/// As much as is read before it is answered, in lines and in bytes.
const BATCH: (usize, usize) = (1 << 14, 1 << 23);

/// Opens a log, or standard input for `-`; one that is compressed with gzip, too.
pub(crate) fn open(name: &str) -> anyhow::Result<Box<dyn BufRead>> {
    let mut log: Box<dyn BufRead> = if name == "-" {
        Box::new(io::stdin().lock())
    } else {
        let file = File::open(name).map_err(|error| Unread::of(name, &error.into()))?;
        Box::new(BufReader::with_capacity(1 << 20, file))
    };
    let start = log.fill_buf().map_err(|error| Unread::of(name, &error.into()))?;
    if start.starts_with(&input::GZIP) {
        return Ok(Box::new(BufReader::with_capacity(1 << 20, MultiGzDecoder::new(log))));
    }
    Ok(log)
}

/// Reads what somebody used of their rights out of a log, beside what `usage` has already.
pub(crate) fn usage(usage: &mut Usage, name: &str) -> anyhow::Result<()> {
    let mut log = open(name)?;
    let nothing = usage.emptied();
    let of = |lines: &[Line<'_>]| {
        let mut part = nothing.clone();
        for (line, bytes) in lines {
            part.add_line(name, *line, &String::from_utf8_lossy(bytes));
        }
        part
    };
    let take = |part| {
        usage.merge(part);
        true
    };
    in_parts(&mut *log, 1, of, take).map_err(|error| Unread::of(name, &error.into()))
}

/// Counts a log.
pub(crate) fn count(simulator: &Simulator<'_>, name: &str) -> anyhow::Result<Estimate> {
    let mut log = open(name)?;
    let nothing = |_: usize, _: &Record<'_>| Vec::new();
    let tally = read(simulator, &mut *log, nothing, |_| true);
    Ok(tally.map_err(|error| Unread::of(name, &error.into()))?.estimate)
}

/// Counts a log, and passes on what `answer` says to each of its events, in their order: a text for each
/// output. It ends early when `pass` says that nobody reads on.
pub(crate) fn read(
    simulator: &Simulator<'_>,
    log: &mut dyn BufRead,
    answer: impl Fn(usize, &Record<'_>) -> Vec<String> + Sync,
    mut pass: impl FnMut(&[String]) -> bool,
) -> io::Result<Tally> {
    let mut total = Tally { estimate: Estimate::new(simulator.policy()), errors: Vec::new() };
    let of = |lines: &[Line<'_>]| part(simulator, lines, &answer);
    let take = |(texts, part): (Vec<String>, Tally)| {
        total.estimate.merge(&part.estimate);
        let room = MOST_ERRORS.saturating_sub(total.errors.len());
        total.errors.extend(part.errors.into_iter().take(room));
        pass(&texts)
    };
    in_parts(log, 1, of, take).map_err(|error| Unread::in_passing(&error))?;
    Ok(total)
}

/// A line with its number, from one.
pub(crate) type Line<'l> = (usize, &'l Vec<u8>);

/// Makes something of parts of a log, several at a time, and hands it over in their order. Its next line has the number
/// `first`. It ends with the batch in which `take` wants no more.
pub(crate) fn in_parts<T: Send>(
    log: &mut dyn BufRead,
    mut first: usize,
    of: impl Fn(&[Line<'_>]) -> T + Sync,
    mut take: impl FnMut(T) -> bool,
) -> io::Result<()> {
    loop {
        let batch = next(log)?;
        if batch.is_empty() {
            return Ok(());
        }
        let numbered: Vec<_> = (first..).zip(&batch).collect();
        let parts: Vec<_> = numbered.par_chunks(512).map(&of).collect();
        let mut is_wanted = true;
        for part in parts {
            is_wanted &= take(part);
        }
        if !is_wanted {
            return Ok(());
        }
        first += batch.len();
    }
}

/// The next lines, as bytes: one that is not UTF-8 must not hide those after it.
fn next(log: &mut dyn BufRead) -> io::Result<Vec<Vec<u8>>> {
    let (lines, bytes) = BATCH;
    let mut batch = Vec::new();
    let mut size = 0;
    while batch.len() < lines && size < bytes {
        let mut line = Vec::new();
        if log.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        size += line.len();
        batch.push(line);
    }
    Ok(batch)
}

fn part(
    simulator: &Simulator<'_>,
    lines: &[Line<'_>],
    answer: &(impl Fn(usize, &Record<'_>) -> Vec<String> + Sync),
) -> (Vec<String>, Tally) {
    let mut texts: Vec<String> = Vec::new();
    let mut part = Tally { estimate: Estimate::new(simulator.policy()), errors: Vec::new() };
    for (number, line) in lines {
        let line = String::from_utf8_lossy(line);
        match part.estimate.add_line(simulator.policy(), &line) {
            Some(Ok(record)) => {
                let answers = answer(*number, &record);
                texts.resize(texts.len().max(answers.len()), String::new());
                texts.iter_mut().zip(&answers).for_each(|(text, it)| text.push_str(it));
            }
            Some(Err(error)) => part.errors.push((*number, error.to_string())),
            None => {}
        }
    }
    (texts, part)
}
