//! What was learned from a repository, in one file of the user's cache.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use crate::deliver::folder::temporary;

/// The file has no more bytes: 32 roots, the metadata and the trusted root.
const MOST_BYTES: u64 = 64 << 20;

/// All of it in one file, so that what belongs together is replaced together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) updated: i64,
    pub(super) trusted_root: String,
    /// The metadata that was verified, by name: the next update must not fall behind it.
    pub(super) metadata: BTreeMap<String, String>,
}

/// Reads what was kept; `None` where nothing was.
pub(super) fn load(file: &Path) -> anyhow::Result<Option<Kept>> {
    let wrong = || format!("{} cannot be read: remove it, and update again", file.display());
    let bytes = match read_bounded(file, MOST_BYTES) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(wrong),
    };
    let Ok(kept) = serde_json::from_slice(&bytes) else { bail!(wrong()) };
    Ok(Some(kept))
}

/// Keeps it, whole or not at all, for the user alone.
pub(super) fn store(file: &Path, kept: &Kept) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let bytes = serde_json::to_vec(kept)?;
    temporary(file, &bytes, 0o600)?.persist(file).map_err(|it| it.error)?;
    Ok(())
}

/// Reads a file that has no more bytes than these.
pub(super) fn read_bounded(file: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(file)?.take(most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(read).is_ok_and(|it| it > most) {
        let text = format!("it is larger than {} MiB", most >> 20);
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    }
    Ok(bytes)
}
