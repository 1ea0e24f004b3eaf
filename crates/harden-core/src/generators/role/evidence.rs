//! What shows that a right is needed.

use crate::simulate::audit::Record;

use super::right::printable;

/// What shows that a right is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Evidence {
    /// An event of a log. Bodies and queries, which may hold secrets, are left out.
    Event {
        file: String,
        line: usize,
        id: String,
        time: String,
        /// The verb and the path.
        request: String,
    },
    /// Something that is written elsewhere, as in `Deployment team-a/web (app.yaml:12)`.
    Said(String),
}

/// What comes after these in a path is of somebody else, and may be anything.
const PROXY: &str = "/proxy/";

impl Evidence {
    pub(super) fn of(record: &Record<'_>, file: &str, line: usize) -> Self {
        let event = record.event();
        let path = match event.path.find(PROXY) {
            Some(end) if event.is_resource_request => {
                event.path.get(..end + PROXY.len() - 1).unwrap_or_default()
            }
            _ => event.path,
        };
        Self::Event {
            file: file.to_owned(),
            line,
            id: record.audit_id().to_owned(),
            time: record.time().to_owned(),
            request: format!("{} {path}", event.verb),
        }
    }

    /// Whether it shows the use of a right earlier than another.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Event { time, .. }, Self::Event { time: others, .. }) => {
                !time.is_empty() && time < others
            }
            _ => false,
        }
    }

    /// Where it is and when it was: `at 2026-11-23T10:00:00Z (audit.log:12, auditID 7)`.
    pub(super) fn place(&self) -> String {
        let Self::Event { file, line, id, time, .. } = self else { return String::new() };
        let at = if time.is_empty() { String::new() } else { format!("at {time} ") };
        let id = if id.is_empty() { String::new() } else { format!(", auditID {id}") };
        printable(&format!("{at}({file}:{line}{id})"))
    }

    /// The request, or what is said.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Said(text) => printable(text),
            Self::Event { request, .. } => printable(request),
        }
    }
}
