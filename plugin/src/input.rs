//! Text from files and standard input.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, bail};

/// Reads a file, or standard input for `-`, and names it when that fails.
pub(crate) fn read(name: &str) -> anyhow::Result<String> {
    read_path(Path::new(name)).with_context(|| match name {
        "-" => "failed to read standard input".to_owned(),
        name => format!("failed to read {name}"),
    })
}

/// Reads a file, or standard input for `-`, in whichever of the encodings that kubectl takes.
pub(crate) fn read_path(path: &Path) -> anyhow::Result<String> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        bytes
    } else {
        std::fs::read(path)?
    };
    decode(bytes)
}

/// Takes bytes for text in whichever of the encodings that kubectl takes.
pub(crate) fn decode(bytes: Vec<u8>) -> anyhow::Result<String> {
    match harden_yaml::decode(&bytes) {
        Ok(Cow::Borrowed(text)) if text.len() == bytes.len() => Ok(String::from_utf8(bytes)?),
        Ok(text) => Ok(text.into_owned()),
        Err(problem) => bail!("{}", problem.message()),
    }
}
