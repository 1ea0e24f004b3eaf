//! What becomes of reports, as it is told.

use std::collections::BTreeMap;
use std::fmt;

use harden_core::Manifest;
use harden_core::kubernetes::Kind;

use crate::terminal::{self, Exit};

/// So many reports that are rejected are told one by one.
const MOST: usize = 5;

/// What became of a report.
#[derive(Debug)]
pub(super) enum Word {
    Created,
    Configured,
    Unchanged,
    Deleted,
    /// What it was about is gone, or it is.
    Gone,
    /// Whether it is still right is not known.
    Left,
    /// There is one of somebody else in its place.
    Foreign,
    /// Somebody else changed it at the same time.
    Overtaken,
    /// Those of its kind are not known.
    Unlisted,
    Forbidden(String),
    Rejected(String),
}

/// How many reports came to what.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    created: usize,
    configured: usize,
    unchanged: usize,
    deleted: usize,
    left: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { created, configured, unchanged, deleted, left } = self;
        write!(
            f,
            "{created} created, {configured} configured, {unchanged} unchanged, {deleted} deleted"
        )?;
        if *left > 0 {
            write!(f, ", {left} left as they were, of rules that did not run")?;
        }
        Ok(())
    }
}

/// What was told so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    counts: Counts,
    exit: Option<Exit>,
    /// How many reports may not be written, by their kinds and namespaces, and why the first may not.
    forbidden: BTreeMap<(&'static str, String), (usize, String)>,
    /// How many were rejected.
    rejected: usize,
}

impl Told {
    /// Says that the reports of a kind are not known, so that none is written.
    pub(super) fn unlisted(&mut self, kind: &Kind, why: &str) -> anyhow::Result<()> {
        self.exit = Some(Exit::Failed);
        terminal::error(&format!(
            "no {} was written, as it is not known which there are: {why}\n  {}",
            kind.kind,
            rights(kind)
        ))
    }

    pub(super) fn tell(&mut self, manifest: &Manifest, word: Word) -> anyhow::Result<()> {
        let title = manifest.title();
        let Counts { created, configured, unchanged, deleted, left } = &mut self.counts;
        let (word, count) = match word {
            Word::Created => ("created", created),
            Word::Configured => ("configured", configured),
            Word::Deleted => ("deleted", deleted),
            Word::Unchanged => {
                *unchanged += 1;
                return Ok(());
            }
            Word::Left => {
                *left += 1;
                return Ok(());
            }
            Word::Gone | Word::Unlisted => return Ok(()),
            Word::Forbidden(why) => {
                self.exit = Some(Exit::Failed);
                let namespace = manifest.namespace.clone().unwrap_or_default();
                let place = (manifest.kind.kind, namespace);
                self.forbidden.entry(place).or_insert((0, why)).0 += 1;
                return Ok(());
            }
            Word::Foreign => {
                return self.reject(&format!(
                    "{title} is of somebody else, without our label, and was left as it is"
                ));
            }
            Word::Overtaken => {
                return self.reject(&format!(
                    "{title} was changed by somebody else at the same time, and left as it is"
                ));
            }
            Word::Rejected(why) => return self.reject(&format!("{title} was rejected {why}")),
        };
        *count += 1;
        let scope = manifest.object.get("scope");
        let part = |name| scope.and_then(|it| it.get(name)?.as_str());
        let about = match (part("kind"), part("name")) {
            (Some(kind), Some(name)) => format!(" ({kind} {name})"),
            _ => String::new(),
        };
        terminal::print(&format!("{title} {word}{about}\n"))?;
        Ok(())
    }

    fn reject(&mut self, text: &str) -> anyhow::Result<()> {
        self.exit = Some(Exit::Failed);
        self.rejected += 1;
        if self.rejected <= MOST { terminal::error(text) } else { Ok(()) }
    }

    /// Says what was put together.
    pub(super) fn finish(self) -> anyhow::Result<(Exit, Counts)> {
        for ((kind, namespace), (count, why)) in &self.forbidden {
            let place = match namespace.as_str() {
                "" => String::new(),
                name => format!(" in namespace {name}"),
            };
            terminal::error(&format!("{count} of {kind}{place} could not be written: {why}"))?;
        }
        if let Some(more) = self.rejected.checked_sub(MOST).filter(|it| *it > 0) {
            terminal::error(&format!("{more} more reports were rejected"))?;
        }
        Ok((self.exit.unwrap_or(Exit::Done), self.counts))
    }
}

/// What it takes to write reports of a kind.
fn rights(kind: &Kind) -> String {
    format!(
        "applying needs the verbs list, get, create, patch and delete on {}.{}",
        kind.plural, kind.group
    )
}
