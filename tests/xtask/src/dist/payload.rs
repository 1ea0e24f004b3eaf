//! What lies in the archive of one machine, staged in a folder.

use std::path::PathBuf;

use super::target::Target;

/// The staged files of one machine.
#[derive(Debug)]
pub(crate) struct Payload {
    /// The machine that the command in it runs on.
    pub(crate) target: &'static Target,
    /// The folder that holds just what the archive holds.
    pub(crate) folder: PathBuf,
    /// The version, without `v`.
    pub(crate) version: String,
    /// The commit's time in seconds since 1970, which is every timestamp inside.
    pub(crate) epoch: u64,
}

/// An archive that lies in `target/dist`.
#[derive(Debug)]
pub(crate) struct Archive {
    /// The machine that it is for.
    pub(crate) target: &'static Target,
    /// Its file name.
    pub(crate) name: String,
    /// The SHA-256 of its bytes, in small hexadecimal digits.
    pub(crate) sha256: String,
    /// The version, without `v`.
    pub(crate) version: String,
}

impl Archive {
    /// Where its release hands it out.
    pub(crate) fn url(&self) -> String {
        let repository = env!("CARGO_PKG_REPOSITORY");
        format!("{repository}/releases/download/v{}/{}", self.version, self.name)
    }
}
