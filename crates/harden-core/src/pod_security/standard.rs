//! A level of the Pod Security Standards in one of its versions.

use std::fmt;
use std::str::FromStr;

use crate::kubernetes::{Level, MinorVersion};

/// What pods are held to: `restricted:v1.30`. The stricter is the greater, then the newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Standard {
    /// How much a pod may do.
    pub level: Level,
    /// The version of the rules.
    pub version: Version,
}

impl Standard {
    /// What applies where nothing is configured: everything is allowed.
    pub const PRIVILEGED: Self = Self { level: Level::Privileged, version: Version::Latest };
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

/// The version of the rules, as namespace labels and the API server's configuration name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// The rules as they were in this version of Kubernetes.
    Pinned(MinorVersion),
    /// The rules of the server's own version.
    Latest,
}

impl Version {
    /// The version whose rules apply on a server that knows those up to `newest`.
    pub fn effective(self, newest: MinorVersion) -> MinorVersion {
        match self {
            Self::Pinned(version) => version.min(newest),
            Self::Latest => newest,
        }
    }
}

/// Why a text is no version of the standards, in the API server's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(r#"must be "latest" or "v1.x""#)]
pub struct InvalidVersion;

impl FromStr for Version {
    type Err = InvalidVersion;

    /// Versions beyond any that will ever be are taken, as the API server takes them.
    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        let digits = text.strip_prefix("v1.").ok_or(InvalidVersion)?;
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_canonical = digits == "0" || !digits.starts_with('0');
        match digits.parse::<i64>() {
            Ok(minor) if is_number && is_canonical => {
                Ok(Self::Pinned(MinorVersion(u16::try_from(minor).unwrap_or(u16::MAX))))
            }
            _ => Err(InvalidVersion),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned(version) => version.fmt(f),
            Self::Latest => f.write_str("latest"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_what_the_api_server_takes() {
        assert_eq!("latest".parse(), Ok(Version::Latest));
        for (text, minor) in [("v1.0", 0), ("v1.30", 30), ("v1.99", 99), ("v1.99999", u16::MAX)] {
            assert_eq!(text.parse(), Ok(Version::Pinned(MinorVersion(minor))), "{text}");
        }
        for bad in [
            "",
            "1.30",
            "v1.",
            "v1.01",
            "v1.00",
            "v1.30.1",
            "v2.0",
            "Latest",
            "v1.+3",
            "v1.-3",
            "v1.3 ",
            "v1.99999999999999999999",
        ] {
            assert_eq!(bad.parse::<Version>(), Err(InvalidVersion), "{bad}");
        }
    }

    #[test]
    fn versions_that_a_server_does_not_know_are_its_newest() {
        let newest = MinorVersion(35);
        assert_eq!(Version::Latest.effective(newest), newest);
        assert_eq!(Version::Pinned(MinorVersion(99)).effective(newest), newest);
        assert_eq!(Version::Pinned(MinorVersion(24)).effective(newest), MinorVersion(24));
    }

    #[test]
    fn a_standard_is_named_by_level_and_version() {
        let version = Version::Pinned(MinorVersion(30));
        let standard = Standard { level: Level::Restricted, version };
        assert_eq!(standard.to_string(), "restricted:v1.30");
        assert_eq!(Standard::PRIVILEGED.to_string(), "privileged:latest");
    }
}
