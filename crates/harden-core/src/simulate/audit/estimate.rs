//! How much of an existing log a policy would keep.

use std::fmt::Write as _;

use crate::configuration::audit::{AuditLevel, AuditPolicy, decide};

use super::{NoRecord, Record, Simulator, logs};

/// What a policy makes of the events of a log, rule by rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The events that each rule decides on, in the order of the policy.
    pub rules: Vec<Share>,
    /// The events that no rule matches.
    pub unmatched: Share,
    /// Lines that are no events.
    pub unreadable: u64,
}

/// A part of a log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Its events.
    pub events: u64,
    /// Its bytes.
    pub bytes: u64,
    /// Those of the events that are kept.
    pub kept_events: u64,
    /// The bytes that are kept, without bodies that the log does not have.
    pub kept_bytes: u64,
    /// Those of the kept events that would have bodies which the log does not have.
    pub grown: u64,
}

impl Estimate {
    /// An estimate of an empty log.
    pub fn new(policy: &AuditPolicy<'_>) -> Self {
        Self { rules: vec![Share::default(); policy.rules.len()], ..Self::default() }
    }

    /// What a policy makes of a whole log, an event a line.
    pub fn of(policy: &AuditPolicy<'_>, log: &str) -> Self {
        let mut estimate = Self::new(policy);
        for line in log.lines() {
            // Lines that are no events are counted as such.
            let _ = estimate.add_line(policy, line);
        }
        estimate
    }

    /// Counts a line of a log, with or without its end: its event, or why it is none; `None` for a blank
    /// line.
    pub fn add_line<'l>(
        &mut self,
        policy: &AuditPolicy<'_>,
        line: &'l str,
    ) -> Option<Result<Record<'l>, NoRecord>> {
        let line = line.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
        if line.trim().is_empty() {
            return None;
        }
        let record = Record::read(line);
        match &record {
            Ok(record) => self.add(policy, record),
            Err(_) => self.unreadable += 1,
        }
        Some(record)
    }

    /// Counts one event.
    pub fn add(&mut self, policy: &AuditPolicy<'_>, record: &Record<'_>) {
        let decision = decide(policy, &record.event());
        let share = match decision.rule.and_then(|it| self.rules.get_mut(it)) {
            Some(share) => share,
            None => &mut self.unmatched,
        };
        share.events += 1;
        share.bytes += record.bytes as u64;
        if logs(&decision, record.stage) {
            share.kept_events += 1;
            share.kept_bytes += record.bytes_at(decision.level) as u64;
            let had = record.level.max(AuditLevel::Metadata);
            share.grown += u64::from(decision.level > had);
        }
    }

    /// Adds what another part of the log comes to.
    pub fn merge(&mut self, other: &Self) {
        self.rules.iter_mut().zip(&other.rules).for_each(|(sum, it)| sum.add(it));
        self.unmatched.add(&other.unmatched);
        self.unreadable += other.unreadable;
    }

    /// All of it.
    pub fn total(&self) -> Share {
        let mut total = self.unmatched;
        self.rules.iter().for_each(|it| total.add(it));
        total
    }

    /// A table for people, with what it does not show.
    pub fn to_text(&self, simulator: &Simulator<'_>) -> String {
        let total = self.total();
        let mut text = format!(
            "{:<22} {:<16} {:>9} {:>7} {:>10} {:>7}\n",
            "RULE", "LEVEL", "EVENTS", "SHARE", "KEPT BYTES", "SHARE"
        );
        let mut line = |name: &str, level: &str, share: &Share| {
            let mark = if share.grown > 0 { "+" } else { "" };
            let _ = writeln!(
                text,
                "{name:<22} {level:<16} {:>9} {:>7} {:>10} {:>7}",
                share.events,
                percent(share.events, total.events),
                format!("{}{mark}", share.kept_bytes),
                percent(share.kept_bytes, total.bytes),
            );
        };
        for (index, (share, rule)) in self.rules.iter().zip(&simulator.policy().rules).enumerate() {
            let name = format!("rules[{index}] (line {})", simulator.line(index));
            line(&name, rule.level.as_str(), share);
        }
        line("no rule", "None", &self.unmatched);
        let _ = writeln!(
            text,
            "kept: {} of {} events ({}), {}{} of {} bytes ({})",
            total.kept_events,
            total.events,
            percent(total.kept_events, total.events),
            if total.grown > 0 { "at least " } else { "" },
            total.kept_bytes,
            total.bytes,
            percent(total.kept_bytes, total.bytes),
        );
        text.push_str(
            "not in this estimate: requests that the log's own policy dropped, which this one may log\n",
        );
        if total.grown > 0 {
            let _ = writeln!(
                text,
                "not in this estimate: the bodies of {} marked +, which the log does not have",
                counted(total.grown, "event", "events")
            );
        }
        if self.unreadable > 0 {
            let lines = counted(self.unreadable, "line that is", "lines that are");
            let _ = writeln!(text, "left out: {lines} no audit event");
        }
        text
    }
}

impl Share {
    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.bytes += other.bytes;
        self.kept_events += other.kept_events;
        self.kept_bytes += other.kept_bytes;
        self.grown += other.grown;
    }
}

fn counted(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// A share in percent, with one digit after the point.
fn percent(part: u64, whole: u64) -> String {
    let permille = (part * 1000 + whole / 2).checked_div(whole).unwrap_or_default();
    format!("{}.{}%", permille / 10, permille % 10)
}
