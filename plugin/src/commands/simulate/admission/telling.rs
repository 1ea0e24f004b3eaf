//! Writes what was answered, while it is answered.

use harden_admission::report::{Summary, Text, Told, Written, write_json};
use harden_admission::{Needs, Object, Policies};

use super::Format;
use crate::deliver::outputs::Open;

/// Writes what was answered, in all formats.
pub(super) struct Telling {
    open: Vec<Open<Format>>,
    written: Written,
    text: Text,
    summary: Summary,
    /// Whether an answer was written.
    has_begun: bool,
    /// Room for the answers about one object.
    lines: Vec<u8>,
}

impl Telling {
    pub(super) fn new(open: Vec<Open<Format>>, written: Written) -> Self {
        let (text, summary) = (Text::default(), Summary::default());
        Self { open, written, text, summary, has_begun: false, lines: Vec::new() }
    }

    /// Begins with what is known before anything is asked.
    pub(super) fn begin(&mut self, policies: &Policies) {
        self.summary.policies = policies.len();
        policies.refused().for_each(|it| self.summary.refuse(it, &mut self.written));
        self.put(Format::Json, b"{\"version\":\"v1\",\"answers\":[");
    }

    /// Notes objects of which there are others of the same name; says whether policies depend on one.
    pub(super) fn note_twins(&mut self, twins: &[Object], needs: &Needs) -> bool {
        self.summary.note_twins(twins, needs)
    }

    /// Notes what is not known.
    pub(super) fn lack(&mut self, what: String, why: String) {
        self.summary.note(what, why);
    }

    /// Writes what was said of an object.
    pub(super) fn tell(&mut self, told: &Told) {
        self.summary.count(told);
        if self.has(Format::Text) {
            let text = self.text.tell(told, &mut self.written);
            self.put(Format::Text, text.as_bytes());
        }
        if self.has(Format::Json) {
            let mut lines = std::mem::take(&mut self.lines);
            for answer in &told.answers {
                lines.extend_from_slice(if self.has_begun { b",\n" } else { b"\n" });
                write_json(told, answer, &mut self.written, &mut lines);
                self.has_begun = true;
            }
            self.put(Format::Json, &lines);
            lines.clear();
            self.lines = lines;
        }
    }

    fn has(&self, format: Format) -> bool {
        self.open.iter().any(|it| it.format == format)
    }

    /// Writes the rest.
    pub(super) fn end(mut self) -> (Summary, Vec<Open<Format>>) {
        let text = self.text.end(&self.summary);
        self.put(Format::Text, text.as_bytes());
        let coverage = format!("\n],\"coverage\":{}}}\n", self.summary.to_json());
        self.put(Format::Json, coverage.as_bytes());
        (self.summary, self.open)
    }

    fn put(&mut self, format: Format, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        for output in self.open.iter_mut().filter(|it| it.format == format) {
            output.write(|out, _| out.write_all(text));
        }
    }
}
