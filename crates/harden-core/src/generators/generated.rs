//! What generators make.

use std::fmt;

use zeroize::Zeroizing;

use super::OptionError;
use crate::Manifest;
use crate::configuration::first_document;
use crate::kubernetes::MinorVersion;
use crate::simulate::audit::{Estimate, Simulator};

/// What a generator makes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Generated {
    /// The objects, in the order in which they must be applied.
    pub manifests: Vec<Manifest>,
    /// The files, the one that was asked for first.
    pub files: Vec<File>,
    /// What to do instead, where the platform takes nothing of the kind that was asked for: commands with
    /// their reasons. Then there are no objects and no files.
    pub answer: Option<String>,
    /// What the user should know but the objects do not say; one sentence each.
    pub notes: Vec<String>,
    /// What a cluster answered, where the options ask whether something is so.
    pub verdict: Verdict,
}

/// The answer to a question that the options ask of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Verdict {
    /// It is so, or nothing was asked.
    #[default]
    Yes,
    /// It is not.
    No,
    /// The cluster does not tell.
    Unknown,
}

impl Generated {
    /// The files that are wanted when no folder takes all of them.
    pub fn wanted(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|it| !it.is_companion)
    }

    /// Whether what is wanted holds keys.
    pub fn is_secret(&self) -> bool {
        self.wanted().any(|it| it.is_secret)
    }

    /// Puts what an audit policy would keep of a log in the place of the policy. `count` reads the log
    /// and counts its events.
    ///
    /// # Errors
    ///
    /// There are no events in the log, or `count` fails.
    pub fn count<E: From<OptionError>>(
        &mut self,
        log: &str,
        count: impl FnOnce(&Simulator<'_>) -> Result<Estimate, E>,
    ) -> Result<(), E> {
        const OPTION: &str = "--estimate";
        let Some(policy) = self.files.first() else { return Ok(()) };
        let document = first_document(&policy.text);
        // It was made for some version, and newer servers take what older ones do.
        let newest = MinorVersion::NEWEST_KNOWN;
        let simulator = Simulator::new(&document, &policy.name, newest)
            .map_err(|rejection| OptionError::new(OPTION, log, rejection.sentence(&policy.name)))?;
        let estimate = count(&simulator)?;
        if estimate.total().events == 0 {
            return Err(OptionError::new(OPTION, log, "there are no audit events in it").into());
        }
        let text = estimate.to_text(&simulator);
        self.files = vec![File::new("audit-estimate.txt", text)];
        Ok(())
    }
}

/// A file that no API serves.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// What it is called when nobody says otherwise, e.g. `audit-policy.yaml`.
    pub name: String,
    /// The whole text. Comments have lines of their own, and no value goes over several lines.
    pub text: Zeroizing<String>,
    /// Whether it holds keys, so that it must not be shown unasked, be readable by others, or be
    /// overwritten.
    pub is_secret: bool,
    /// Whether the user asked to see it although it holds keys.
    pub is_shown: bool,
    /// Whether it only goes beside the others into a folder.
    pub is_companion: bool,
}

impl File {
    /// A file that anybody may read.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: Zeroizing::new(text.into()),
            is_secret: false,
            is_shown: false,
            is_companion: false,
        }
    }

    /// A file that holds keys.
    pub fn secret(name: impl Into<String>, text: Zeroizing<String>) -> Self {
        Self { text, is_secret: true, ..Self::new(name, "") }
    }
}

/// Leaves out the text when it holds keys.
impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.is_secret { "…" } else { self.text.as_str() };
        let mut shown = f.debug_struct("File");
        shown.field("name", &self.name).field("text", &text).finish_non_exhaustive()
    }
}
