//! The program of `KUBECTL_EXTERNAL_DIFF`, which shows differences in our place as it does in kubectl's.

use std::io::Write as _;
use std::process::Command;
use std::{fs, io};

use anyhow::{Context as _, bail};
use tempfile::TempDir;

const VARIABLE: &str = "KUBECTL_EXTERNAL_DIFF";

/// The program, and the states that it is yet to compare: a folder of each, and in it a file per object.
pub(super) struct ExternalDiff {
    program: String,
    words: Vec<String>,
    folders: Option<(TempDir, TempDir)>,
}

impl ExternalDiff {
    /// The program that the environment names, if any; of its words kubectl takes those of letters, digits,
    /// `-` and `=`.
    pub(super) fn of_environment() -> Option<Self> {
        Self::read(&std::env::var(VARIABLE).ok()?)
    }

    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ').filter(|it| !it.is_empty()).map(str::to_owned);
        let program = words.next()?;
        let is_plain = |it: &String| {
            it.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-=".contains(&byte))
        };
        Some(Self { program, words: words.filter(is_plain).collect(), folders: None })
    }

    /// Adds two states of an object; an empty one is no file.
    pub(super) fn add(&mut self, title: &str, before: &str, after: &str) -> io::Result<()> {
        let folders = match &mut self.folders {
            Some(folders) => folders,
            none => {
                let make = |prefix| tempfile::Builder::new().prefix(prefix).tempdir();
                none.insert((make("LIVE-")?, make("MERGED-")?))
            }
        };
        let name: String = title
            .chars()
            .map(|it| if it.is_ascii_alphanumeric() || "-.".contains(it) { it } else { '.' })
            .collect();
        for (folder, text) in [(&folders.0, before), (&folders.1, after)] {
            if !text.is_empty() {
                fs::write(folder.path().join(&name), text)?;
            }
        }
        Ok(())
    }

    /// Lets the program show what was added since it last did.
    ///
    /// # Errors
    ///
    /// It could not be started, or ended with neither 0 nor 1.
    pub(super) fn show(&mut self) -> anyhow::Result<()> {
        let Some((before, after)) = self.folders.take() else { return Ok(()) };
        io::stdout().flush()?;
        let status = Command::new(&self.program)
            .args(&self.words)
            .args([before.path(), after.path()])
            .status()
            .with_context(|| format!("failed to run `{}`, which {VARIABLE} names", self.program))?;
        if !matches!(status.code(), Some(0 | 1)) {
            bail!("`{}`, which {VARIABLE} names, failed ({status})", self.program);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_that_kubectl_takes() {
        let read = ExternalDiff::read("colordiff -N -u --color=always $(rm) a;b")
            .expect("it names a program");
        assert_eq!(read.program, "colordiff");
        assert_eq!(read.words, ["-N", "-u", "--color=always"]);
        assert!(ExternalDiff::read("").is_none() && ExternalDiff::read("  ").is_none());
    }
}
