//! Paths on the control-plane nodes.

use std::fmt;
use std::str::FromStr;

/// Where the file is when nobody says otherwise.
pub(super) const DEFAULT: &str = "/etc/kubernetes/encryption/encryption.yaml";

/// An absolute path of a file in a folder, which commands and flags need not quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPath(String);

/// Why a text is no such path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be the absolute path of a file in a folder of its own, of letters, digits, '-', '_', '.' and '/', such as {DEFAULT}"
)]
pub struct InvalidHostPath;

impl HostPath {
    /// The folder that it is in.
    pub(super) fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("/", |(folder, _)| folder)
    }
}

impl Default for HostPath {
    fn default() -> Self {
        Self(DEFAULT.to_owned())
    }
}

impl fmt::Display for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HostPath {
    type Err = InvalidHostPath;

    fn from_str(text: &str) -> Result<Self, InvalidHostPath> {
        let is_safe = |it: u8| it.is_ascii_alphanumeric() || b"-_./".contains(&it);
        let mut steps = text.split('/').skip(1);
        let is_step = |it: &str| !matches!(it, "" | "." | "..");
        if text.starts_with('/')
            && text.bytes().all(is_safe)
            && steps.all(is_step)
            && text.matches('/').count() > 1
        {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidHostPath)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_nothing_mistakes_are_taken() {
        assert_eq!(DEFAULT.parse(), Ok(HostPath::default()));
        for path in ["", "a/b", "/a", "/a/", "/a//b", "/a/../b", "/a/b c", "/a/$(b)", "/a/b:c"] {
            assert_eq!(path.parse::<HostPath>(), Err(InvalidHostPath), "{path}");
        }
    }
}
