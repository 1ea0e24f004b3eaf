//! Why the API server does not start.

use harden_yaml::Place;

/// One thing that the API server minds, and where it is.
#[derive(Debug, Clone)]
pub struct Fault<'d> {
    /// Where it is; it may be missing.
    pub place: Place<'d>,
    /// What the server says of it, without what it says of the file as a whole. Never key material.
    pub message: String,
}

/// Why an API server with the file does not start.
#[derive(Debug, Clone)]
pub struct Rejection<'d> {
    context: &'static str,
    list: List,
    /// What the server minds, in its order; never empty.
    pub faults: Vec<Fault<'d>>,
}

/// How the server lists several faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum List {
    /// `[a, b]`.
    Aggregate,
    /// `strict decoding error: a, b`.
    Strict,
}

impl<'d> Fault<'d> {
    pub(super) fn new(place: Place<'d>, message: impl Into<String>) -> Self {
        Self { place, message: message.into() }
    }

    /// One that ends the reading, in one pointer so that what can fail returns little.
    pub(super) fn boxed(place: Place<'d>, message: impl Into<String>) -> Box<Self> {
        Box::new(Self::new(place, message))
    }
}

impl<'d> From<Box<Fault<'d>>> for Fault<'d> {
    fn from(fault: Box<Self>) -> Self {
        *fault
    }
}

impl<'d> Rejection<'d> {
    /// `context` is what the server says before; the file is called `FILE` in it.
    pub(super) fn new(context: &'static str, faults: Vec<Fault<'d>>) -> Self {
        Self { context, list: List::Aggregate, faults }
    }

    pub(super) fn one(context: &'static str, fault: impl Into<Fault<'d>>) -> Self {
        Self::new(context, vec![fault.into()])
    }

    /// What strict decoding minds.
    pub(super) fn strict(context: &'static str, faults: Vec<Fault<'d>>) -> Self {
        Self { context, list: List::Strict, faults }
    }

    /// What people are told: that the server would not start, and what it says.
    pub fn sentence(&self, file: &str) -> String {
        format!("the API server would not start: {}", self.text(file))
    }

    /// What the server says when the file is called `file`. Two things differ: key material is
    /// redacted, and the place in the server's own sources (`in scheme "…"`) is left out.
    pub fn text(&self, file: &str) -> String {
        let mut messages: Vec<&str> = Vec::new();
        for fault in &self.faults {
            if self.list == List::Strict || !messages.contains(&fault.message.as_str()) {
                messages.push(&fault.message);
            }
        }
        let faults = messages.join(", ");
        let context = self.context.replace("FILE", file);
        match self.list {
            List::Strict => format!("{context}strict decoding error: {faults}"),
            List::Aggregate if messages.len() == 1 => format!("{context}{faults}"),
            List::Aggregate => format!("{context}[{faults}]"),
        }
    }
}
