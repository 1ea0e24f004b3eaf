//! What can be told of a log as a whole, whoever is asked about.

use std::collections::BTreeSet;

use crate::configuration::audit::{Event, Stage};
use crate::simulate::audit::{NoRecord, Record};

/// What can be told of a log as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Log {
    pub(super) events: u64,
    /// The events of whom is asked about.
    pub(super) of_subject: u64,
    /// When its first request arrived, and its last.
    pub(super) span: Option<(String, String)>,
    /// The verbs that anybody used on resources.
    verbs: BTreeSet<&'static str>,
    /// Whether anybody asked for a path that is no resource.
    has_urls: bool,
    /// Whether there are Secrets in it.
    has_secrets: bool,
    /// One or two of the namespaces that it is about; empty for none.
    namespaces: BTreeSet<String>,
    /// Whether the outcome of any request of whom is asked about is known.
    pub(super) has_outcomes: bool,
    /// Whether requests are logged at their end.
    has_ends: bool,
    /// Lines that are no events.
    pub(super) unreadable: u64,
    /// The first of them, with their reasons.
    pub(super) errors: Vec<String>,
}

const READS: [&str; 3] = ["get", "list", "watch"];
const WRITES: [&str; 4] = ["create", "update", "patch", "delete"];

/// More lines than this that are no events are counted only.
const MOST_ERRORS: usize = 5;

/// Fewer events than this say nothing of a policy.
const FEW: u64 = 200;

impl Log {
    pub(super) fn add(&mut self, record: &Record<'_>, event: &Event<'_>) {
        self.events += 1;
        let time = record.time();
        if !time.is_empty() {
            match &mut self.span {
                Some((first, _)) if time < first.as_str() => time.clone_into(first),
                Some((_, last)) if time > last.as_str() => time.clone_into(last),
                Some(_) => {}
                None => self.span = Some((time.to_owned(), time.to_owned())),
            }
        }
        self.has_ends |= record.stage == Stage::ResponseComplete;
        if !event.is_resource_request {
            self.has_urls = true;
            return;
        }
        let known = READS.into_iter().chain(WRITES).find(|it| *it == event.verb);
        self.verbs.extend(known);
        self.has_secrets |= event.group.is_empty() && event.resource == "secrets";
        if self.namespaces.len() < 2 && !self.namespaces.contains(event.namespace) {
            self.namespaces.insert(event.namespace.to_owned());
        }
    }

    pub(super) fn reject(&mut self, file: &str, line: usize, error: &NoRecord) {
        self.unreadable += 1;
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(format!("{file}:{line}: {error}"));
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.events += other.events;
        self.of_subject += other.of_subject;
        self.span = match (self.span.take(), other.span) {
            (Some(own), Some(others)) => Some((own.0.min(others.0), own.1.max(others.1))),
            (own, others) => own.or(others),
        };
        self.verbs.extend(other.verbs);
        self.has_urls |= other.has_urls;
        self.has_secrets |= other.has_secrets;
        for it in other.namespaces {
            if self.namespaces.len() < 2 {
                self.namespaces.insert(it);
            }
        }
        self.has_outcomes |= other.has_outcomes;
        self.has_ends |= other.has_ends;
        self.unreadable += other.unreadable;
        let room = MOST_ERRORS.saturating_sub(self.errors.len());
        self.errors.extend(other.errors.into_iter().take(room));
    }

    /// The days between its first and its last request; none where it does not say.
    pub(super) fn days(&self) -> Option<i64> {
        let (first, last) = self.span.as_ref()?;
        let day = |text: &str| text.get(..19)?.parse::<jiff::civil::DateTime>().ok();
        let span = day(last)?.duration_since(day(first)?);
        Some(span.as_hours() / 24)
    }

    /// What the policy by which it was written seems to leave out, as far as the log itself tells.
    pub(super) fn gaps(&self) -> Vec<String> {
        let mut gaps = Vec::new();
        if self.events < FEW {
            return gaps;
        }
        let missing = |verbs: &[&'static str]| verbs.iter().all(|it| !self.verbs.contains(it));
        let mut add = |is_missing: bool, what: &str| {
            if is_missing {
                gaps.push(format!(
                    "of {} events none is {what}: the policy of the log seems to leave that out, and what is used of it is not in this role",
                    self.events
                ));
            }
        };
        add(missing(&READS), "a get, list or watch of anybody");
        add(!missing(&READS) && missing(&["watch"]), "a watch of anybody");
        add(missing(&WRITES), "a create, update, patch or delete of anybody");
        add(!self.has_secrets, "about Secrets");
        add(!self.has_urls, "about a path that is no resource, such as /metrics");
        if let (1, Some(only)) = (self.namespaces.len(), self.namespaces.first()) {
            let only = if only.is_empty() {
                "about no namespace".to_owned()
            } else {
                format!("about namespace {}", super::right::printable(only))
            };
            gaps.push(format!(
                "every event is {only}: where others are left out, what is used of them is not in this role"
            ));
        }
        if !self.has_ends {
            gaps.push(
                "no event is of the end of a request, so that nothing tells which objects were made by patch"
                    .to_owned(),
            );
        }
        gaps
    }
}
