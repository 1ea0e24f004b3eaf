//! The single steps of a procedure, none of which makes anything unreadable.
//!
//! Each step is safe only when every API server has taken the one before: what one of them writes,
//! all of them must read. That is why even plain objects get a step of their own before and after.

mod disable;
mod enable;
mod rotate;

use super::configuration::{Configuration, Entry, ResourceRule};
use super::key::KeyName;
use super::new_key::NewKeys;
use super::procedure::Procedure;
use super::provider::Provider;
use super::writer::Writer;
use crate::configuration::encryption::ProviderKind;
use crate::generators::OptionError;

/// One step of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Stage {
    /// What is to write is added behind what does, so that every API server can read it
    Add,
    /// It comes first, and writes; what wrote before still reads
    Promote,
    /// What wrote before goes, after everything was written again
    Retire,
    /// Nothing is changed: what the file does, and what comes next
    Status,
}

impl Stage {
    /// Those that change the file, in their order.
    pub(super) const CHANGES: [Self; 3] = [Self::Add, Self::Promote, Self::Retire];

    /// As it is typed.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Promote => "promote",
            Self::Retire => "retire",
            Self::Status => "status",
        }
    }

    /// Why this step is not taken.
    pub(super) fn reject(self, rule: impl Into<String>) -> OptionError {
        OptionError::new("--stage", self.name(), rule)
    }
}

/// Takes one step, and returns what it changed nothing about, if that is worth saying.
pub(super) fn take(
    procedure: &Procedure,
    stage: Stage,
    configuration: &mut Configuration,
    keys: &mut NewKeys<'_>,
) -> Result<Option<String>, OptionError> {
    match (procedure, stage) {
        (_, Stage::Status) => Ok(None),
        (Procedure::Rotate(it), Stage::Add) => rotate::add(&it.writer, configuration, keys),
        (Procedure::Rotate(it), Stage::Promote) => rotate::promote(&it.writer, configuration),
        (Procedure::Rotate(it), Stage::Retire) => rotate::retire(&it.writer, configuration),
        (Procedure::Enable(it), Stage::Add) => enable::add(&it.resources(), configuration, keys),
        (Procedure::Enable(it), Stage::Promote) => enable::promote(&it.writer, configuration),
        (Procedure::Enable(_), Stage::Retire) => enable::retire(configuration),
        (Procedure::Disable(_), Stage::Add) => disable::add(configuration),
        (Procedure::Disable(_), Stage::Promote) => disable::promote(configuration),
        (Procedure::Disable(_), Stage::Retire) => disable::retire(configuration),
    }
}

/// Whether these rules are what a rotation is about: a plugin rotates its own keys, so that rules
/// with one are, only when it is to be replaced.
fn rotates(writer: &Writer, rule: &ResourceRule) -> bool {
    match rule.writer() {
        Entry::Identity => false,
        Entry::Key(..) => true,
        Entry::Kms(_) => writer.provider.is_some(),
    }
}

/// Where the entry is that is to write: the one that was named, or the plugin, or the key with the
/// latest date in its name.
fn newest(writer: &Writer, rule: &ResourceRule) -> Option<usize> {
    if let Some(name) = &writer.key_name {
        return rule.position(|it| it.key_name() == Some(name));
    }
    if writer.provider == Some(Provider::Kms) {
        let name = writer.kms_name();
        let is_numbered = |rest: &str| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|it| it.parse::<u32>().is_ok())
        };
        return rule.position(|it| match it {
            Entry::Kms(kms) => kms.name.strip_prefix(name).is_some_and(is_numbered),
            _ => false,
        });
    }
    let is_meant = |kind: ProviderKind| writer.provider.is_none_or(|it| it.kind() == kind);
    let dated = rule.entries.iter().enumerate().filter_map(|(index, entry)| match entry {
        Entry::Key(kind, key) if is_meant(*kind) => Some((key.name.date()?, index)),
        _ => None,
    });
    // Of several that are equal, the one that writes.
    dated.max_by_key(|(date, index)| (*date, std::cmp::Reverse(*index))).map(|(_, index)| index)
}

/// What rejections call an entry.
fn called(entry: &Entry) -> String {
    match entry {
        Entry::Key(_, key) => format!("key {}", key.name),
        Entry::Kms(kms) => format!("plugin {}", kms.name),
        Entry::Identity => "identity".to_owned(),
    }
}

fn name_of(writer: &Writer) -> Option<&KeyName> {
    writer.key_name.as_ref()
}

/// Whether the newest key does not write yet, as far as the names of the keys tell.
pub(super) fn waits(rule: &ResourceRule) -> bool {
    rule.writer().key_name().is_some() && newest(&Writer::default(), rule).is_some_and(|it| it > 0)
}
