//! What a cluster says of the file and of what was written again.

use super::{Procedure, Stage};
use crate::cluster::{EncryptionState, Facts, ServerState};
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
                    return Err(Stage::Retire.reject(rule).because(Verdict::No));
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

    /// Whether every API server uses the file.
    fn in_use(&self, state: &EncryptionState) -> Result<(String, Verdict), OptionError> {
        const SILENT: &str =
            "the API server does not tell which file it uses: it has none, or is too old to tell";
        const WAIT: &str = "wait until it has read this one, or name the one that it uses";
        let progress = self.progress();
        let file = progress.filename.as_deref().unwrap_or_default();
        let ours = progress.source.as_ref().map(|it| it.hash.as_str());
        let is_ours = |hash: &Option<String>| hash.is_some() && hash.as_deref() == ours;
        let servers = state.servers.as_deref().unwrap_or_default();
        let named = |is_it: &dyn Fn(&ServerState) -> bool| {
            let names = servers.iter().filter(|it| is_it(it)).map(|it| it.address.as_str());
            names.collect::<Vec<_>>().join(", ")
        };
        let others = named(&|it| matches!(&it.hash, Ok(hash) if hash.is_some() && !is_ours(hash)));
        let silent = named(&|it| matches!(it.hash, Ok(None)));
        let unasked = named(&|it| it.hash.is_err());
        let (words, verdict) = if !others.is_empty() {
            (format!("{others} does not use {file}"), Verdict::No)
        } else if state.hash.is_some() && !is_ours(&state.hash) {
            (format!("the API server that answered does not use {file}"), Verdict::No)
        } else if state.hash.is_none() || !silent.is_empty() {
            (SILENT.to_owned(), Verdict::Unknown)
        } else if !unasked.is_empty() {
            (
                format!(
                    "the API servers that answered use {file}; {unasked} cannot be reached from here: ask where it can be"
                ),
                Verdict::Unknown,
            )
        } else if state.servers.is_none() {
            (
                format!(
                    "the API server that answered uses {file}; whether there are others cannot be seen: ask each of them"
                ),
                Verdict::Unknown,
            )
        } else if servers.is_empty() {
            (format!("the API server uses {file}, and is the only one"), Verdict::Yes)
        } else {
            (format!("all {} API servers use {file}", servers.len()), Verdict::Yes)
        };
        match verdict {
            Verdict::Yes => Ok((words, verdict)),
            _ if progress.stage == Some(Stage::Status) => Ok((words, verdict)),
            Verdict::No => {
                let rule = format!("{words}: {WAIT}");
                Err(OptionError::new("--filename", file, rule).because(verdict))
            }
            Verdict::Unknown => Err(OptionError::new("--verify", "", words).because(verdict)),
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
