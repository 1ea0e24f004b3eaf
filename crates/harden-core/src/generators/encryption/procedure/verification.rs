//! What a cluster says of the file and of what was written again.

use super::{Procedure, Stage};
use crate::cluster::{EncryptionState, Facts};
use crate::generators::encryption::configuration::Configuration;
use crate::generators::{OptionError, Verdict};

impl Procedure {
    /// Holds the file against the cluster if that was asked for, and rejects to go on with what
    /// would be unreadable. What it returns is what was seen, and whether the file is in use.
    pub(super) fn verified(
        &self,
        now: &Configuration,
        facts: &Facts,
    ) -> Result<(Vec<String>, Verdict), OptionError> {
        let progress = self.progress();
        let (mut seen, mut verdict) = (Vec::new(), Verdict::Yes);
        let mut is_rewritten = progress.reencrypted;
        if let Some(state) = &facts.encryption {
            let (note, answer) = self.in_use(state)?;
            seen.push(note);
            verdict = answer;
            if matches!(progress.stage, Some(Stage::Retire | Stage::Status)) {
                let (done, open) = self.rewritten(now, state);
                seen.extend(done);
                if !open.is_empty() && progress.stage == Some(Stage::Retire) && !is_rewritten {
                    let rule = format!(
                        "{}; --reencrypted goes ahead if they were written again otherwise",
                        open.join("; ")
                    );
                    return Err(Stage::Retire.reject(rule));
                }
                is_rewritten = true;
                seen.extend(open);
            }
        }
        if progress.stage == Some(Stage::Retire) && !is_rewritten {
            return Err(Stage::Retire.reject(
                "no file shows whether everything was written again, and what was not would be unreadable: say --reencrypted if it was, or --verify to ask the cluster",
            ));
        }
        Ok((seen, verdict))
    }

    /// Whether the API server that answered uses the file.
    fn in_use(&self, state: &EncryptionState) -> Result<(String, Verdict), OptionError> {
        const SILENT: &str =
            "the API server does not tell which file it uses: it has none, or is too old to tell";
        let progress = self.progress();
        let file = progress.filename.as_deref().unwrap_or_default();
        let theirs = state.hash.as_deref();
        let ours = progress.source.as_ref().map(|it| it.hash.as_str());
        match theirs {
            Some(hash) if Some(hash) == ours => {
                let note = format!(
                    "the API server that answered uses {file}; ask each of the others, too"
                );
                Ok((note, Verdict::Yes))
            }
            Some(_) if progress.stage == Some(Stage::Status) => {
                Ok((format!("the API server that answered does not use {file}"), Verdict::No))
            }
            None if progress.stage == Some(Stage::Status) => {
                Ok((SILENT.to_owned(), Verdict::Unknown))
            }
            Some(_) => Err(OptionError::new(
                "--filename",
                file,
                "the API server that answered uses another file: wait until it has read this one, or name the one that it uses",
            )),
            None => Err(OptionError::new("--verify", "", SILENT)),
        }
    }

    /// What was written again since the file took effect, and what was not.
    fn rewritten(
        &self,
        now: &Configuration,
        state: &EncryptionState,
    ) -> (Vec<String>, Vec<String>) {
        let (mut done, mut open) = (Vec::new(), Vec::new());
        for resource in self.covered(now) {
            match state.rewritten(resource) {
                Some(migration) => {
                    done.push(format!(
                        "StorageVersionMigration {} wrote {resource} again",
                        migration.name
                    ));
                }
                None if resource.starts_with('*') => {
                    open.push(format!(
                        "whether all of {resource} was written again cannot be seen"
                    ));
                }
                None => open.push(format!(
                    "no StorageVersionMigration of {resource} succeeded since the file took effect"
                )),
            }
        }
        (done, open)
    }
}
