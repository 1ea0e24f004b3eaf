//! Text from files, addresses and standard input.

#[cfg(feature = "live")]
pub(crate) mod https;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use anyhow::bail;

/// What a file begins with that gzip wrote: snapshots, and logs that were rotated.
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

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

/// What an address does not lead to.
#[derive(Debug)]
pub(crate) struct Absent(String);

impl std::fmt::Display for Absent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Absent {}

/// Addresses, where they are not read.
#[cfg(not(feature = "live"))]
mod https {
    use std::time::Duration;

    pub(super) fn fetch(_: &str, _: Duration) -> anyhow::Result<Vec<u8>> {
        anyhow::bail!("this build fetches nothing: it was made without the feature `live`")
    }
}

/// Whether what was to be read is not there at all.
pub(crate) fn is_not_there(error: &anyhow::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};

    let kind = error.downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(NotFound | NotADirectory)) || error.is::<Absent>()
}

/// How long an address may take where nobody says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// Reads a file, an address, or standard input for `-`, and names it when that fails.
pub(crate) fn read(name: &str) -> anyhow::Result<String> {
    let path = Path::new(name);
    read_path(path, PATIENCE).map_err(|error| Unread::of(&shown(path), &error))
}

/// So many bytes are held as one text.
const MOST: u64 = 256 << 20;

/// Reads a file, an `https://` address, or standard input for `-`, in whichever of the encodings that kubectl
/// takes. An address is waited for so long; zero is for ever.
pub(crate) fn read_path(path: &Path, timeout: Duration) -> anyhow::Result<String> {
    if let Some(url) = address(path) {
        return decode(https::fetch(url, timeout)?);
    }
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        read_rest(&mut bytes, io::stdin())?;
    } else {
        let file = File::open(path)?;
        let length = file.metadata().map_or(0, |it| it.len());
        if length > MOST {
            return Err(too_long().into());
        }
        bytes.try_reserve_exact(usize::try_from(length).unwrap_or(0))?;
        read_rest(&mut bytes, file)?;
    }
    decode(bytes)
}

/// Reads a file in UTF-8.
pub(crate) fn read_utf8(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    read_rest(&mut bytes, File::open(path)?)?;
    let broken = "stream did not contain valid UTF-8";
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, broken))
}

/// Adds all that is left to read to what was read before.
///
/// # Errors
///
/// When it breaks off, or comes to more than is held as one text, as what never ends does.
pub(crate) fn read_rest(bytes: &mut Vec<u8>, rest: impl Read) -> io::Result<()> {
    let left = MOST.saturating_sub(bytes.len() as u64);
    let read = rest.take(left + 1).read_to_end(bytes)?;
    if read as u64 > left { Err(too_long()) } else { Ok(()) }
}

fn too_long() -> io::Error {
    let most = MOST >> 20;
    let text = format!("it is longer than {most} MiB, the most that is read as one text: split it");
    io::Error::new(io::ErrorKind::FileTooLarge, text)
}

/// The address, if it is one.
pub(crate) fn address(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    let scheme = text.split_once("://")?.0;
    ["http", "https"].iter().any(|it| scheme.eq_ignore_ascii_case(it)).then_some(text)
}

/// The name of a source for messages and reports: an address without its credentials and its query, either
/// of which may be secret.
pub(crate) fn shown(path: &Path) -> String {
    let Some(url) = address(path) else { return path.display().to_string() };
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Takes bytes for text in whichever of the encodings that kubectl takes.
pub(crate) fn decode(bytes: Vec<u8>) -> anyhow::Result<String> {
    match harden_yaml::decode(&bytes) {
        Ok(Cow::Borrowed(text)) if text.len() == bytes.len() => Ok(String::from_utf8(bytes)?),
        Ok(text) => Ok(text.into_owned()),
        Err(problem) => bail!("{}", problem.message()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_read_no_further_than_a_text_may_be() {
        let mut bytes = vec![b' '; 1 << 20];
        let error = read_rest(&mut bytes, io::repeat(b' ')).map_err(|it| it.to_string());
        assert!(error.is_err_and(|it| it.contains("longer than 256 MiB")));
        assert_eq!(bytes.len() as u64, MOST + 1);
    }
}
