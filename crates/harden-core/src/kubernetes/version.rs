//! Kubernetes versions, as far as policies depend on them.

use std::fmt;
use std::str::FromStr;

use harden_yaml::Place;

/// A minor version of Kubernetes 1: `v1.37`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinorVersion(pub u16);

impl MinorVersion {
    /// The newest version whose policies this crate knows.
    pub const NEWEST_KNOWN: Self = Self(37);

    /// Reads the answer of a server to `/version`. An emulated version decides which policies it knows,
    /// whatever it was built from.
    pub fn of_server(answer: Place<'_>) -> Result<Self, UnknownServerVersion> {
        let emulated = answer.at("emulationMinor").as_str().and_then(|it| it.parse().ok());
        let name = answer.at("gitVersion").as_str().unwrap_or_default();
        let version = emulated.map(Self).or_else(|| Self::from_git_version(name));
        version.ok_or_else(|| UnknownServerVersion(name.to_owned()))
    }

    /// Reads what a server calls itself, e.g. `v1.37.2` or `v1.34.1-gke.100`.
    pub fn from_git_version(text: &str) -> Option<Self> {
        let minor = text.strip_prefix("v1.")?;
        let digits = minor.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok().map(Self)
    }

    /// Reads a version that this crate knows, as in `v1.34`, or `latest`.
    pub fn read_known(text: &str) -> Result<Self, UnknownVersion> {
        match text.parse() {
            Ok(PolicyVersion::Latest) => Ok(Self::NEWEST_KNOWN),
            Ok(PolicyVersion::Pinned(version)) if version <= Self::NEWEST_KNOWN => Ok(version),
            _ => Err(UnknownVersion),
        }
    }
}

/// A version of a server that is none of Kubernetes 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the API server calls its version `{0}`, which is not understood")]
pub struct UnknownServerVersion(String);

/// Why a text is no version that this crate knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a minor version up to {}, such as v1.34, or `latest`", MinorVersion::NEWEST_KNOWN)]
pub struct UnknownVersion;

impl fmt::Display for MinorVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{}", self.0)
    }
}

/// Which version of the Pod Security Standards a namespace is held to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyVersion {
    /// The standards as they were in this version.
    Pinned(MinorVersion),
    /// Whatever the API server's own version says; changes its meaning with upgrades.
    Latest,
    /// The version of the cluster that is asked.
    Cluster,
}

/// Why a text is no policy version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a minor version such as {}, `latest`, or `cluster` to ask the API server",
    MinorVersion::NEWEST_KNOWN
)]
pub struct InvalidVersion;

impl FromStr for PolicyVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        match text {
            "latest" => Ok(Self::Latest),
            "cluster" => Ok(Self::Cluster),
            _ => {
                let digits = text.strip_prefix("v1.").ok_or(InvalidVersion)?;
                let canonical = digits == "0" || !digits.starts_with('0');
                let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
                match digits.parse() {
                    Ok(minor) if canonical && all_digits => Ok(Self::Pinned(MinorVersion(minor))),
                    _ => Err(InvalidVersion),
                }
            }
        }
    }
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pinned(version) => version.fmt(f),
            Self::Latest => f.write_str("latest"),
            Self::Cluster => f.write_str("cluster"),
        }
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    #[test]
    fn policy_versions_are_what_the_label_takes() {
        assert_eq!("v1.37".parse(), Ok(PolicyVersion::Pinned(MinorVersion(37))));
        assert_eq!("latest".parse(), Ok(PolicyVersion::Latest));
        for bad in ["1.37", "v1.037", "v1.37.1", "v2.0", "Latest", "", "v1.", "v1.+3"] {
            assert_eq!(bad.parse::<PolicyVersion>(), Err(InvalidVersion), "{bad}");
        }
    }

    #[test]
    fn what_a_server_emulates_counts_more_than_what_it_is() {
        let version = |text: &str| MinorVersion::of_server(Document::parse_json(text).root());
        let emulating = r#"{"gitVersion": "v1.37.0", "emulationMinor": "36"}"#;
        assert_eq!(version(emulating), Ok(MinorVersion(36)));
        assert_eq!(version(r#"{"gitVersion": "v1.37.0"}"#), Ok(MinorVersion(37)));
        assert_eq!(version(r#"{"gitVersion": "v9"}"#), Err(UnknownServerVersion("v9".to_owned())));
    }

    #[test]
    fn versions_to_check_for_are_known_ones() {
        let newest = MinorVersion::NEWEST_KNOWN;
        assert_eq!(MinorVersion::read_known("latest"), Ok(newest));
        assert_eq!(MinorVersion::read_known(&newest.to_string()), Ok(newest));
        assert_eq!(MinorVersion::read_known("v1.30"), Ok(MinorVersion(30)));
        for bad in ["v1.99", "cluster", "1.30", ""] {
            assert_eq!(MinorVersion::read_known(bad), Err(UnknownVersion), "{bad}");
        }
    }

    #[test]
    fn servers_with_a_suffix_are_understood() {
        assert_eq!(MinorVersion::from_git_version("v1.34.1-gke.100"), Some(MinorVersion(34)));
        assert_eq!(MinorVersion::from_git_version("v1.37.2"), Some(MinorVersion(37)));
        assert_eq!(MinorVersion::from_git_version("v2.0"), None);
    }
}
