//! Text from files and standard input.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::bail;

/// Why a source that is there could not be read.
#[derive(Debug)]
pub(crate) struct Unread(String);

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unread {}

impl Unread {
    /// Something that was read, and is not what it should be.
    pub(crate) fn because(why: impl Into<String>) -> Self {
        Self(why.into())
    }

    /// The error of whoever wanted to read `name`: that it is not there, or that it cannot be read.
    pub(crate) fn of(name: &str, error: &anyhow::Error) -> anyhow::Error {
        let name = if name == "-" { "standard input" } else { name };
        let text = format!("failed to read {name}: {error:#}");
        if is_not_there(error) { anyhow::anyhow!(text) } else { Self(text).into() }
    }

    /// The same for what breaks off, to be passed on through a writer.
    pub(crate) fn in_passing(error: &io::Error) -> io::Error {
        io::Error::new(error.kind(), Self(error.to_string()))
    }

    /// Whether an error is one of these.
    pub(crate) fn is_cause_of(error: &anyhow::Error) -> bool {
        error.chain().any(|it| {
            let passed = it.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
            it.is::<Self>() || passed.is_some_and(<dyn std::error::Error + Send + Sync>::is::<Self>)
        })
    }
}

/// Whether what was to be read is not there at all.
pub(crate) fn is_not_there(error: &anyhow::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};

    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(NotFound | NotADirectory))
}

/// Reads a file, or standard input for `-`, and names it when that fails.
pub(crate) fn read(name: &str) -> anyhow::Result<String> {
    read_path(Path::new(name)).map_err(|error| Unread::of(name, &error))
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
