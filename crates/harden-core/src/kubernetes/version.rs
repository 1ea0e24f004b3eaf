//! Kubernetes versions, as far as policies depend on them.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes 1: `v1.37`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MinorVersion(pub u16);

impl MinorVersion {
    /// The oldest version that this crate knows.
    pub const OLDEST_KNOWN: Self = Self(25);
    /// The newest version whose policies this crate knows.
    pub const NEWEST_KNOWN: Self = Self(37);

    /// That of a server, by what it calls itself and the minor version that it emulates. The latter decides which
    /// policies it knows, whatever it was built from.
    pub fn of_server(name: &str, emulated: Option<&str>) -> Result<Self, UnknownServerVersion> {
        let emulated = emulated.and_then(|it| it.parse().ok());
        let version = emulated.map(Self).or_else(|| Self::from_git_version(name));
        version.ok_or_else(|| UnknownServerVersion(name.to_owned()))
    }

    /// Reads what a server calls itself, e.g. `v1.37.2` or `v1.34.1-gke.100`.
    pub fn from_git_version(text: &str) -> Option<Self> {
        let minor = text.strip_prefix("v1.")?;
        let digits = minor.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok().map(Self)
    }

    /// Whether this crate knows it.
    pub fn is_known(self) -> bool {
        (Self::OLDEST_KNOWN..=Self::NEWEST_KNOWN).contains(&self)
    }

    /// Reads a version that this crate knows, where there is no cluster to ask: `1.34`, `v1.34`, `v1.34.2`
    /// or `latest`.
    pub fn read_known(text: &str) -> Result<Self, InvalidVersion> {
        match text.parse()? {
            PolicyVersion::Latest => Ok(Self::NEWEST_KNOWN),
            PolicyVersion::Pinned(version) => Ok(version),
            PolicyVersion::Cluster => Err(InvalidVersion),
        }
    }
}

/// A version of a server that is none of Kubernetes 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the API server calls its version `{0}`, which is not understood")]
pub struct UnknownServerVersion(String);

impl fmt::Display for MinorVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "v1.{}", self.0)
    }
}

/// Which version of Kubernetes something is for, as `--kubernetes-version` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicyVersion {
    /// This one.
    Pinned(MinorVersion),
    /// The newest; of a label, whatever the API server's own version is, which changes with upgrades.
    Latest,
    /// The version of the cluster that is asked.
    Cluster,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a version from {} to {}, such as 1.30, v1.30 or v1.30.4, or `latest`, or `cluster` to ask the API server",
    MinorVersion::OLDEST_KNOWN,
    MinorVersion::NEWEST_KNOWN
)]
pub struct InvalidVersion;

impl FromStr for PolicyVersion {
    type Err = InvalidVersion;

    fn from_str(text: &str) -> Result<Self, InvalidVersion> {
        match text {
            "latest" => Ok(Self::Latest),
            "cluster" => Ok(Self::Cluster),
            _ => read_release(text)
                .filter(|it| it.is_known())
                .map(Self::Pinned)
                .ok_or(InvalidVersion),
        }
    }
}

/// Reads `1.30` or `v1.30`, with a patch and what a provider adds to it, as in `v1.30.4-gke.100`.
fn read_release(text: &str) -> Option<MinorVersion> {
    let rest = text.strip_prefix('v').unwrap_or(text).strip_prefix("1.")?;
    let (minor, patch) = rest.split_once('.').map_or((rest, None), |(it, patch)| (it, Some(patch)));
    let is_number = |it: &str| {
        it.bytes().all(|byte| byte.is_ascii_digit()) && (it == "0" || !it.starts_with('0'))
    };
    let patch = patch.map(|it| it.split(['-', '+']).next().unwrap_or_default());
    if patch.is_some_and(|it| it.is_empty() || !is_number(it)) || !is_number(minor) {
        return None;
    }
    minor.parse().ok().map(MinorVersion)
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

    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for text in ["1.30", "v1.30", "v1.30.4", "1.30.0", "v1.30.4-gke.100", "v1.30.4+k3s1"] {
            assert_eq!(text.parse(), Ok(PolicyVersion::Pinned(MinorVersion(30))), "{text}");
        }
        assert_eq!("latest".parse(), Ok(PolicyVersion::Latest));
        assert_eq!("cluster".parse(), Ok(PolicyVersion::Cluster));
        for bad in [
            "v1.030",
            "v1.30.",
            "v1.30.x",
            "v1.30.01",
            "v2.30",
            "Latest",
            "",
            "v1.",
            "v1.+30",
            "vv1.30",
            "30",
            "v1.30-gke",
            "1.30 ",
        ] {
            assert_eq!(bad.parse::<PolicyVersion>(), Err(InvalidVersion), "{bad}");
        }
    }

    #[test]
    fn versions_have_one_lower_and_one_upper_bound() {
        for (text, is_known) in [("1.24", false), ("1.25", true), ("1.37", true), ("1.38", false)] {
            assert_eq!(text.parse::<PolicyVersion>().is_ok(), is_known, "{text}");
        }
        let error = InvalidVersion.to_string();
        assert!(error.starts_with("must be a version from v1.25 to v1.37, such as"), "{error}");
    }

    #[test]
    fn what_a_server_emulates_counts_more_than_what_it_is() {
        let version = MinorVersion::of_server;
        assert_eq!(version("v1.37.0", Some("36")), Ok(MinorVersion(36)));
        assert_eq!(version("v1.37.0", None), Ok(MinorVersion(37)));
        assert_eq!(version("v1.37.0", Some("")), Ok(MinorVersion(37)));
        assert_eq!(version("v9", None), Err(UnknownServerVersion("v9".to_owned())));
    }

    #[test]
    fn versions_to_check_for_are_known_ones() {
        let newest = MinorVersion::NEWEST_KNOWN;
        assert_eq!(MinorVersion::read_known("latest"), Ok(newest));
        assert_eq!(MinorVersion::read_known(&newest.to_string()), Ok(newest));
        assert_eq!(MinorVersion::read_known("v1.30"), Ok(MinorVersion(30)));
        for bad in ["v1.99", "v1.24", "cluster", ""] {
            assert_eq!(MinorVersion::read_known(bad), Err(InvalidVersion), "{bad}");
        }
    }

    #[test]
    fn servers_with_a_suffix_are_understood() {
        assert_eq!(MinorVersion::from_git_version("v1.34.1-gke.100"), Some(MinorVersion(34)));
        assert_eq!(MinorVersion::from_git_version("v1.37.2"), Some(MinorVersion(37)));
        assert_eq!(MinorVersion::from_git_version("v2.0"), None);
    }
}
