//! The transparency logs that have an entry.

use std::fmt::Write as _;

use sigstore_verify::types::{Bundle, TransparencyLogEntry};

use crate::refusal::Refusal;
use crate::trust::{Root, is_signed_by};

/// The names of the logs that the entries of a bundle are in, as the root calls them.
///
/// The library takes a checkpoint of any log that is trusted, and leaves an entry alone that proves
/// nothing: here the log must be the one that the entry names, and every entry must have its proof or
/// promise.
pub(super) fn names(bundle: &Bundle, root: &Root) -> Result<Vec<String>, Refusal> {
    let entries = &bundle.verification_material.tlog_entries;
    let mut names = entries.iter().map(|entry| name(entry, root)).collect::<Result<Vec<_>, _>>()?;
    names.sort();
    names.dedup();
    Ok(names)
}

fn name(entry: &TransparencyLogEntry, root: &Root) -> Result<String, Refusal> {
    let id = entry.log_id.key_id.as_bytes().iter().take(32).fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    });
    let Some(log) = root.log(&entry.log_id.key_id) else {
        return Err(Refusal::UnknownLog { log: id });
    };
    if let Some(proof) = &entry.inclusion_proof {
        let is_of_log = proof.checkpoint.checkpoint().is_some_and(|it| is_signed_by(log, it));
        if !is_of_log {
            let reason = "the log that it names did not sign the checkpoint".to_owned();
            return Err(Refusal::InvalidLogEntry(reason));
        }
    } else if entry.inclusion_promise.is_none() {
        let reason = "it has neither a proof nor a promise of the log".to_owned();
        return Err(Refusal::InvalidLogEntry(reason));
    }
    Ok(if log.base_url.is_empty() { id } else { log.base_url.clone() })
}
