//! What was signed: an image by its digest, or a file by its bytes.

use std::fmt;
use std::str::FromStr;

use sha2::Digest as _;
use thiserror::Error;

/// What a signature is of.
#[derive(Debug, Clone, Copy)]
pub enum Artefact<'a> {
    /// What has this digest: the manifest of an image, as a registry names it.
    Digest(&'a Digest),
    /// These bytes.
    Bytes(&'a [u8]),
}

impl Artefact<'_> {
    /// The digest of it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        match self {
            Self::Digest(digest) => (*digest).clone(),
            Self::Bytes(bytes) => Digest::of(bytes),
        }
    }
}

/// A SHA-256 digest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(String);

impl Digest {
    /// The digest of bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&sha2::Sha256::digest(bytes)))
    }

    /// Its 64 hexadecimal digits, without the name of the algorithm.
    #[must_use]
    pub fn hex(&self) -> &str {
        &self.0
    }

    /// Its 32 bytes.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let digit =
            |it: char| it.to_digit(16).and_then(|it| u8::try_from(it).ok()).unwrap_or_default();
        let digits: Vec<u8> = self.0.chars().map(digit).collect();
        digits.chunks(2).map(|pair| pair.iter().fold(0, |sum, digit| sum << 4 | digit)).collect()
    }
}

impl fmt::Display for Digest {
    /// `sha256:…`, as a registry writes it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let hex = text.strip_prefix("sha256:").ok_or(InvalidDigest)?;
        let is_hex = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if hex.len() == 64 && is_hex { Ok(Self(hex.to_owned())) } else { Err(InvalidDigest) }
    }
}

/// Bytes as small hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest must be `sha256:` and 64 small hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a digest is `sha256:` and 64 small hexadecimal digits")]
pub struct InvalidDigest;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_reads_what_it_writes_and_nothing_else() {
        let empty = Digest::of(b"");
        assert_eq!(
            empty.to_string(),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(empty.to_string().parse(), Ok(empty.clone()));
        for wrong in ["", "sha256:", empty.hex(), "sha512:00", &empty.to_string().to_uppercase()] {
            assert_eq!(wrong.parse::<Digest>(), Err(InvalidDigest), "{wrong}");
        }
    }
}
