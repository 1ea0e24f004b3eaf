//! Values of the file, each read as its option is.

use std::fmt;

use harden_core::finding::Severity;
use harden_core::kubernetes::{Level, PolicyVersion};
use harden_core::report::{Format, Order};
use harden_core::rule::Rule;
use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::commands::explain;
use crate::commands::reading::exclude;
use crate::commands::reading::{self, Threshold, selection};
use crate::deliver::outputs;

/// A rule by its id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RuleName(pub(crate) &'static Rule);

/// A severity.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grade(pub(crate) Severity);

/// A glob that can be read.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(pub(crate) String);

/// `[FORMAT=]PATH`.
#[derive(Debug, Clone)]
pub(crate) struct OutputFile(pub(crate) outputs::OutputFile);

/// Reads one word by a function that says what is wrong with it.
struct Word<F>(F);

impl<T, F: FnOnce(&str) -> Result<T, String>> Visitor<'_> for Word<F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a word, in quotes where YAML takes it for something else")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).map_err(E::custom)
    }
}

/// Reads one word by a function whose error says all.
pub(super) fn word<'de, D: Deserializer<'de>, T>(
    value: D,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    value.deserialize_str(Word(read))
}

/// Reads one word by a function whose error does not name it.
fn named<'de, D: Deserializer<'de>, T>(
    value: D,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    word(value, |text| read(text).map_err(|why| format!("`{text}`: {why}")))
}

macro_rules! options_by_word {
    ($($name:ident: $type:ty = $read:expr;)*) => {$(
        pub(super) fn $name<'de, D: Deserializer<'de>>(value: D) -> Result<Option<$type>, D::Error> {
            named(value, $read).map(Some)
        }
    )*};
}

options_by_word! {
    level: Level = |it| it.parse().map_err(|error| format!("{error}"));
    version: PolicyVersion = |it| it.parse().map_err(|error| format!("{error}"));
    severity: Severity = explain::severity;
    format: Format = reading::format;
    order: Order = reading::order;
    threshold: Threshold = reading::threshold;
}

macro_rules! values_by_word {
    ($($type:ident = $read:expr;)*) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
                named(value, $read)
            }
        }
    )*};
}

values_by_word! {
    RuleName = |it| selection::rule(it).map(RuleName);
    Grade = |it| explain::severity(it).map(Grade);
    Pattern = |it| exclude::check(it).map(|()| Pattern(it.to_owned()));
    OutputFile = |it| outputs::output_file::<Format>(it).map(OutputFile);
}

impl PartialEq for RuleName {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for RuleName {}

impl PartialOrd for RuleName {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RuleName {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.id.cmp(other.0.id)
    }
}
