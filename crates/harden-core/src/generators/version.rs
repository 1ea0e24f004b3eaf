//! What `--kubernetes-version` comes to, once a cluster was asked.

use super::OptionError;
use crate::cluster::Facts;
use crate::kubernetes::{MinorVersion, PolicyVersion};

const OPTION: &str = "--kubernetes-version";

/// The version that something is for, never one that is not known here; the newest where nobody chose.
///
/// # Errors
///
/// The cluster was to be asked, and was not, or is older than all that is known.
pub fn known_version(
    chosen: Option<PolicyVersion>,
    facts: &Facts,
) -> Result<MinorVersion, OptionError> {
    let newest = MinorVersion::NEWEST_KNOWN;
    match chosen {
        Some(PolicyVersion::Cluster) => Ok(cluster_version(facts)?.min(newest)),
        Some(PolicyVersion::Pinned(version)) => Ok(version),
        Some(PolicyVersion::Latest) | None => Ok(newest),
    }
}

/// The version of the cluster that was asked, which may be newer than all that is known.
pub(super) fn cluster_version(facts: &Facts) -> Result<MinorVersion, OptionError> {
    let oldest = MinorVersion::OLDEST_KNOWN;
    match facts.version {
        None => Err(OptionError::new(OPTION, "cluster", "no cluster could be asked")),
        Some(version) if version < oldest => {
            let rule = format!("the cluster is {version}, and {oldest} is the oldest known here");
            Err(OptionError::new(OPTION, "cluster", rule))
        }
        Some(version) => Ok(version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_taken_as_far_as_it_is_known() {
        let of = |minor| {
            let facts = Facts { version: Some(MinorVersion(minor)), ..Facts::default() };
            known_version(Some(PolicyVersion::Cluster), &facts)
        };
        assert_eq!(of(30), Ok(MinorVersion(30)));
        assert_eq!(of(99), Ok(MinorVersion::NEWEST_KNOWN));
        let error = of(24).expect_err("it is too old").to_string();
        assert!(
            error.ends_with("the cluster is v1.24, and v1.25 is the oldest known here"),
            "{error}"
        );
    }
}
