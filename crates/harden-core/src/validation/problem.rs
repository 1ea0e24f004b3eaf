//! What is refused, and how it is said.

use harden_yaml::{Action, Place};

use super::names::Flaw;
use crate::kubernetes::MinorVersion;
use crate::object::{first_word, is_placeholder};

/// The longest value that a message repeats, in characters.
const LONGEST_VALUE: usize = 80;

/// One thing that the API server refuses.
#[derive(Debug, Clone)]
pub struct Problem<'d> {
    /// What is wrong.
    pub kind: ProblemKind,
    /// Where: for a missing field the place where it belongs.
    pub place: Place<'d>,
    /// What is wrong, in one line without a full stop; the same for the same problem elsewhere.
    pub message: String,
    /// What mends it, all together; empty where that takes a decision.
    pub mend: Vec<(Place<'d>, Action)>,
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProblemKind {
    /// A name that is no name, of an object or in a reference.
    Name,
    /// A label, an annotation or a selector.
    Label,
    /// Two of one name, or of what else must be different.
    Duplicate,
    /// A mount of a volume that the pod does not have.
    MissingVolume,
    /// A volume or where it is mounted.
    Volume,
    /// Requests and limits of a container or a pod.
    Resources,
    /// A probe or a lifecycle handler.
    Probe,
    /// A port of a container.
    Port,
    /// An environment variable.
    Environment,
    /// Anything else of a pod.
    Pod,
    /// A selector that does not select the pods of its own template.
    Selector,
    /// Anything else of what makes pods.
    Workload,
    /// A Service.
    Service,
    /// An Ingress.
    Ingress,
    /// The keys and values of a ConfigMap or a Secret.
    Data,
    /// An object of another kind.
    Object,
}

/// The problems of an object as they are found.
#[derive(Debug)]
pub(super) struct Problems<'d> {
    /// The version of the API server.
    pub(super) version: MinorVersion,
    found: Vec<Problem<'d>>,
}

impl<'d> Problems<'d> {
    pub(super) fn new(version: MinorVersion) -> Self {
        Self { version, found: Vec::new() }
    }

    pub(super) fn take(self) -> Vec<Problem<'d>> {
        self.found
    }

    /// Whether the API server is at least of this minor version.
    pub(super) fn since(&self, minor: u16) -> bool {
        self.version >= MinorVersion(minor)
    }

    /// Says what is wrong with a place, unless something else will be put there.
    pub(super) fn add(&mut self, kind: ProblemKind, place: Place<'d>, message: impl Into<String>) {
        self.add_mended(kind, place, message, Vec::new());
    }

    /// The same, with what mends it.
    pub(super) fn add_mended(
        &mut self,
        kind: ProblemKind,
        place: Place<'d>,
        message: impl Into<String>,
        mend: Vec<(Place<'d>, Action)>,
    ) {
        if !place.as_str().is_some_and(is_placeholder) {
            self.found.push(Problem { kind, place, message: message.into(), mend });
        }
    }

    /// Says what is wrong with a value, and repeats it.
    pub(super) fn invalid(&mut self, kind: ProblemKind, place: Place<'d>, rule: &str) {
        self.invalid_but_for(kind, place, rule, None);
    }

    /// The same, where another value would do if there is one.
    pub(super) fn invalid_but_for(
        &mut self,
        kind: ProblemKind,
        place: Place<'d>,
        rule: &str,
        meant: Option<Action>,
    ) {
        let name = label(place);
        let message = match value(place) {
            Some(value) => format!("{name} is {value}: {rule}"),
            None => format!("{name}: {rule}"),
        };
        self.add_mended(kind, place, message, meant.map(|it| (place, it)).into_iter().collect());
    }

    /// Says what is wrong with a text, if anything.
    pub(super) fn text(
        &mut self,
        kind: ProblemKind,
        place: Place<'d>,
        flaw: impl FnOnce(&'d str) -> Flaw,
    ) {
        if let Some(rule) = place.as_str().and_then(flaw) {
            self.invalid(kind, place, rule);
        }
    }

    /// The same for a text that counts as absent when it is empty.
    pub(super) fn optional_text(
        &mut self,
        kind: ProblemKind,
        place: Place<'d>,
        flaw: impl FnOnce(&'d str) -> Flaw,
    ) {
        if place.as_str() != Some("") {
            self.text(kind, place, flaw);
        }
    }

    /// Says that a text is missing: it is not written, or empty.
    pub(super) fn required(&mut self, kind: ProblemKind, place: Place<'d>, rule: &str) -> bool {
        let is_missing = !place.exists() || place.as_str() == Some("");
        if is_missing {
            let name = label(place);
            let rule = if rule.is_empty() { String::new() } else { format!(": {rule}") };
            self.add(kind, place, format!("{name} is required and may not be empty{rule}"));
        }
        is_missing
    }

    /// Says that a field may not be set here, if it is.
    pub(super) fn forbidden(&mut self, kind: ProblemKind, place: Place<'d>, rule: &str) {
        if place.exists() {
            self.add(kind, place, format!("{} may not be set {rule}", label(place)));
        }
    }

    /// The same where the field says nothing at all here, so that it can go.
    pub(super) fn meaningless(&mut self, kind: ProblemKind, place: Place<'d>, rule: &str) {
        if place.exists() {
            let message = format!("{} may not be set {rule}", label(place));
            self.add_mended(kind, place, message, vec![(place, Action::Remove)]);
        }
    }

    /// Says that a number is below zero, if it is.
    pub(super) fn not_negative(&mut self, kind: ProblemKind, place: Place<'d>) {
        self.number(kind, place, |it| it >= 0, "must be greater than or equal to 0");
    }

    /// Says what is wrong with a number that does not hold to a rule.
    pub(super) fn number(
        &mut self,
        kind: ProblemKind,
        place: Place<'d>,
        is_right: impl FnOnce(i64) -> bool,
        rule: &str,
    ) {
        if place.as_i64().is_some_and(|it| !is_right(it)) {
            self.invalid(kind, place, rule);
        }
    }
}

/// How a message calls a place.
fn label(place: Place<'_>) -> String {
    place.key().map_or_else(|| "the item".to_owned(), |key| format!("`{key}`"))
}

/// How a message repeats what is written; none for what is no scalar.
fn value(place: Place<'_>) -> Option<String> {
    if let Some(text) = place.as_str() {
        // What bad indentation folds into a value may be a secret.
        let is_folded = place.source().contains(['\n', '\r']);
        let text = if is_folded { first_word(text).trim_end() } else { text };
        let is_whole = !is_folded && text.chars().nth(LONGEST_VALUE).is_none();
        let start: String = text.chars().take(LONGEST_VALUE).flat_map(char::escape_debug).collect();
        return Some(if is_whole { format!("`{start}`") } else { format!("`{start}…`") });
    }
    place.number().map(|it| format!("`{it}`"))
}
