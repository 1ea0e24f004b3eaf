//! Files of a layout by their names, bounded and held to their digests.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::PathBuf;

use harden_sigstore::Digest;

use crate::registry::fault::Fault;
use crate::registry::hold_to;

/// Where the files are.
#[derive(Debug)]
pub(super) enum Files {
    /// In a folder. Links in it may lead anywhere: what they lead to is bounded, and what is used of it has the
    /// digest that was asked for.
    Folder(PathBuf),
    /// What an archive held of JSON, by its path.
    Archive(BTreeMap<String, Vec<u8>>),
}

impl Files {
    /// A blob, held to its digest; `None` where it is not there.
    pub(super) fn blob(&self, digest: &Digest, most: u64) -> Result<Option<Vec<u8>>, Fault> {
        let bytes = self.read(&format!("blobs/sha256/{}", digest.hex()), most)?;
        bytes.map(|bytes| hold_to(digest, bytes)).transpose()
    }

    /// A file by its path, which nothing that was read is part of but digests; `None` where it is not there.
    pub(super) fn read(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Fault> {
        let too_large = || Fault::broken(format!("{path} is larger than {} MiB", most >> 20));
        match self {
            Self::Archive(files) => match files.get(path) {
                Some(bytes) if bytes.len() as u64 > most => Err(too_large()),
                found => Ok(found.cloned()),
            },
            Self::Folder(folder) => {
                let full = folder.join(path);
                let is_file = match full.metadata() {
                    Ok(metadata) => metadata.is_file(),
                    Err(error) if is_absence(error.kind()) => return Ok(None),
                    Err(error) => return Err(unreadable(path, error.kind())),
                };
                // A pipe has no end, and a device may have none.
                if !is_file {
                    return Err(Fault::broken(format!("{path} is no file")));
                }
                let mut bytes = Vec::new();
                File::open(full)
                    .and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
                    .map_err(|error| unreadable(path, error.kind()))?;
                if bytes.len() as u64 > most { Err(too_large()) } else { Ok(Some(bytes)) }
            }
        }
    }
}

fn is_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unreadable(path: &str, kind: ErrorKind) -> Fault {
    Fault::wrong(format!("{path} cannot be read: {kind}"))
}
