//! What a generated audit policy would keep of a log.

use anyhow::Context as _;
use harden_core::configuration::first_document;
use harden_core::generators::{File, OptionError};
use harden_core::simulate::audit::{Record, Simulator};

use crate::audit_log;

/// Counts the log by the first of these files, which is the policy.
pub(super) fn of(files: &[File], log: &str) -> anyhow::Result<File> {
    let policy = files.first().context("there is no policy to estimate by")?;
    let document = first_document(&policy.text);
    let simulator = Simulator::new(&document, &policy.name)
        .map_err(|rejection| anyhow::anyhow!("{}", rejection.text(&policy.name)))?;
    let mut lines = audit_log::open(log)?;
    let nothing = |_: usize, _: &Record<'_>| String::new();
    let read = audit_log::read(&simulator, &mut *lines, nothing, |_| Ok(()))
        .with_context(|| format!("failed to read {log}"))?;
    if read.estimate.total().events == 0 {
        let rule = "there are no audit events in it".to_owned();
        return Err(OptionError { option: "--estimate", value: log.to_owned(), rule }.into());
    }
    Ok(File::new("audit-estimate.txt", read.estimate.to_text(&simulator)))
}
