//! What was seen: logs of flows that network plugins write, read line by line and summed.
//!
//! [`Seen`] takes lines of any of its formats, each judged by itself. Equal flows are one, so that memory
//! grows with the flows that differ, up to [`MOST_FLOWS`], and not with the log.

mod antrea;
mod aws;
mod calico;
mod calico_log;
mod cilium_monitor;
mod csv;
mod end;
mod gke;
mod hubble;
mod json;
mod ovn;
mod record;
mod sighting;
#[cfg(test)]
mod tests;

pub use record::Aside;
pub use sighting::{NamedPolicy, Sighting};

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::{End, Flow};
use record::{Reading, Record};

/// A format of logs.
struct Format {
    /// What it is called.
    name: &'static str,
    /// What a line says; `None` where it is none of this format.
    read: fn(&str) -> Option<Result<Reading, String>>,
}

/// All formats but the plain table, whose lines mean nothing without the first.
const FORMATS: &[Format] = &[
    hubble::FORMAT,
    calico::FORMAT,
    gke::FORMAT,
    cilium_monitor::FORMAT,
    ovn::FORMAT,
    antrea::FORMAT,
    aws::FORMAT,
    calico_log::FORMAT,
];

/// More flows than this are counted only.
pub const MOST_FLOWS: usize = 100_000;

/// More lines than this that cannot be read are counted only.
const MOST_ERRORS: usize = 5;

/// A line that is longer says nothing of a connection.
const LONGEST_LINE: usize = 1 << 20;

/// What logs say of connections.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    flows: FxHashMap<Flow, Sighting>,
    labels: FxHashMap<End, Vec<(String, String)>>,
    /// Sightings of flows for which there was no room.
    left_out: u64,
    /// Events that the log says it lost.
    lost: u64,
    lines: u64,
    asides: BTreeMap<Aside, u64>,
    unread: u64,
    errors: Vec<String>,
    /// The file that is read, and the columns of its table where it is one.
    file: Arc<str>,
    table: Option<csv::Header>,
    /// Where the format of the last line stands among all.
    last: usize,
}

impl Seen {
    /// Nothing yet, in the middle of the same file.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self {
            file: Arc::clone(&self.file),
            table: self.table.clone(),
            last: self.last,
            ..Self::default()
        }
    }

    /// The names of all formats that are read.
    pub fn formats() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().map(|it| it.name).chain([csv::NAME])
    }

    /// Takes in a line of a log. Empty lines say nothing.
    pub fn add_line(&mut self, file: &str, line: usize, text: &str) {
        if *self.file != *file {
            self.file = file.into();
            self.table = None;
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return;
        }
        self.lines += 1;
        let reading = if text.len() > LONGEST_LINE {
            Err("is longer than 1 MiB".to_owned())
        } else {
            self.read(text)
        };
        match reading {
            Ok(Reading::Flow(record)) => self.add(*record, line),
            Ok(Reading::Flows(records)) => {
                for reading in records {
                    match reading {
                        Ok(record) => self.add(record, line),
                        Err(aside) => self.put_aside(aside),
                    }
                }
            }
            Ok(Reading::Aside(aside)) => self.put_aside(aside),
            Ok(Reading::Nothing) => {}
            Ok(Reading::Lost(events)) => self.lost = self.lost.saturating_add(events),
            Err(error) => {
                self.unread += 1;
                if self.errors.len() < MOST_ERRORS {
                    self.errors.push(format!("{file}:{line}: {error}"));
                }
            }
        }
    }

    fn read(&mut self, text: &str) -> Result<Reading, String> {
        if let Some(header) = &self.table {
            return header.reading(text);
        }
        let likely = FORMATS.iter().enumerate().skip(self.last).take(1);
        let others = FORMATS.iter().enumerate().filter(|(at, _)| *at != self.last);
        for (at, format) in likely.chain(others) {
            if let Some(reading) = (format.read)(text) {
                self.last = at;
                return reading;
            }
        }
        if let Some(header) = csv::Header::read(text) {
            self.table = Some(header);
            return Ok(Reading::Nothing);
        }
        Err(json::why_not(text)
            .unwrap_or_else(|| "is no flow of a format that is known".to_owned()))
    }

    fn put_aside(&mut self, aside: Aside) {
        *self.asides.entry(aside).or_default() += 1;
    }

    fn add(&mut self, record: Record, line: usize) {
        let Record { flow, labels, .. } = &record;
        for (end, labels) in [&flow.from, &flow.to].into_iter().zip(labels) {
            if !labels.is_empty() {
                self.add_labels(end, labels);
            }
        }
        let file = &self.file;
        let sighting = Sighting::of(&record, file, line);
        self.keep(record.flow, sighting);
    }

    /// Keeps of the labels of an end those that it always had.
    fn add_labels(&mut self, end: &End, labels: &[(String, String)]) {
        if let Some(known) = self.labels.get_mut(end) {
            known.retain(|it| labels.contains(it));
        } else if self.labels.len() < MOST_FLOWS {
            self.labels.insert(end.clone(), labels.to_vec());
        }
    }

    fn keep(&mut self, flow: Flow, sighting: Sighting) {
        if let Some(known) = self.flows.get_mut(&flow) {
            known.merge(sighting);
        } else if self.flows.len() < MOST_FLOWS {
            self.flows.insert(flow, sighting);
        } else {
            self.left_out = self.left_out.saturating_add(sighting.count);
        }
    }

    /// Takes in what another part of the logs says, which comes later.
    pub fn merge(&mut self, other: Self) {
        let mut flows: Vec<_> = other.flows.into_iter().collect();
        // Which are kept where there is no room for all must not hang on the order of a table.
        flows.sort_unstable_by(|a, b| a.1.line.cmp(&b.1.line).then_with(|| a.0.cmp(&b.0)));
        for (flow, sighting) in flows {
            self.keep(flow, sighting);
        }
        let mut labels: Vec<_> = other.labels.into_iter().collect();
        labels.sort_unstable();
        for (end, labels) in labels {
            self.add_labels(&end, &labels);
        }
        self.left_out = self.left_out.saturating_add(other.left_out);
        self.lost = self.lost.saturating_add(other.lost);
        self.lines += other.lines;
        for (aside, count) in other.asides {
            *self.asides.entry(aside).or_default() += count;
        }
        self.unread += other.unread;
        let room = MOST_ERRORS.saturating_sub(self.errors.len());
        self.errors.extend(other.errors.into_iter().take(room));
        self.file = other.file;
        self.table = other.table;
        self.last = other.last;
    }

    /// The flows in order, each once, and how each was seen.
    pub fn flows(&self) -> Vec<(&Flow, &Sighting)> {
        let mut flows: Vec<_> = self.flows.iter().collect();
        flows.sort_unstable_by(|a, b| a.0.cmp(b.0));
        flows
    }

    /// The labels that an end always had, as far as the logs name them.
    pub fn labels(&self, end: &End) -> &[(String, String)] {
        self.labels.get(end).map_or(&[], Vec::as_slice)
    }

    /// The lines that say anything.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// The lines that could not be read.
    pub fn unread(&self) -> u64 {
        self.unread
    }

    /// The first of the lines that could not be read, with place and reason.
    pub fn errors(&self) -> &[String] {
        &self.errors
    }

    /// What lines are about that tell of no flow, and how many there are.
    pub fn asides(&self) -> impl Iterator<Item = (Aside, u64)> {
        self.asides.iter().map(|(aside, count)| (*aside, *count))
    }

    /// What is not whole, one sentence each: lines, flows and events that are missing.
    pub fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        if self.unread > 0 {
            let first = self.errors.first().map(String::as_str).unwrap_or_default();
            gaps.push(format!(
                "{} could not be read, the first: {first}",
                many(self.unread, "line")
            ));
        }
        if self.left_out > 0 {
            gaps.push(format!(
                "there are more than {MOST_FLOWS} different flows: {} of the others are left out",
                many(self.left_out, "sighting")
            ));
        }
        if self.lost > 0 {
            gaps.push(format!("the log itself says that it lost {}", many(self.lost, "event")));
        }
        gaps
    }
}

fn many(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
