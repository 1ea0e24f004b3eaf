//! The checks of one level in one policy version.

use super::{CHECKS, Check, CheckFailure, Evaluate, Pod};
use crate::kubernetes::{Level, MinorVersion};

/// The checks that a level consists of in a policy version, in upstream's order.
///
/// Making one costs more than judging a pod with it: keep it for many pods.
#[derive(Debug, Clone)]
pub struct Profile(Vec<(&'static Check, Evaluate)>);

impl Profile {
    /// The checks of a level in a policy version; versions above the newest known are like that.
    pub fn new(level: Level, version: MinorVersion) -> Self {
        let active = |check: &'static Check| Some((check, check.revision(version)?));
        let overridden: Vec<&str> = CHECKS
            .iter()
            .filter(|_| level == Level::Restricted)
            .filter_map(|check| active(check))
            .flat_map(|(_, revision)| revision.overrides)
            .copied()
            .collect();
        let included =
            CHECKS.iter().filter(|check| check.level <= level && !overridden.contains(&check.id));
        let active = included.filter_map(|check| active(check));
        Self(active.map(|(check, revision)| (check, revision.evaluate)).collect())
    }

    /// Whether every check allows the pod.
    pub fn allows(&self, pod: &Pod<'_>) -> bool {
        self.0.iter().all(|(_, evaluate)| evaluate(pod).is_none())
    }

    /// The checks that forbid the pod, in the order of the API server's message.
    pub fn evaluate<'d>(&self, pod: &Pod<'d>) -> Vec<CheckFailure<'d>> {
        let failures = self.0.iter().filter_map(|(check, evaluate)| {
            let violation = evaluate(pod)?;
            Some(CheckFailure {
                check,
                reason: violation.reason,
                detail: violation.detail,
                faults: violation.faults,
            })
        });
        failures.collect()
    }

    /// The checks, in upstream's order.
    pub fn checks(&self) -> impl Iterator<Item = &'static Check> {
        self.0.iter().map(|(check, _)| *check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(level: Level, minor: u16) -> Vec<&'static str> {
        Profile::new(level, MinorVersion(minor)).checks().map(|check| check.id).collect()
    }

    #[test]
    fn privileged_has_no_checks() {
        assert!(ids(Level::Privileged, 37).is_empty());
    }

    #[test]
    fn baseline_runs_no_restricted_check() {
        let restricted = ["allowPrivilegeEscalation", "restrictedVolumes", "runAsUser"];
        assert!(restricted.iter().all(|id| !ids(Level::Baseline, 37).contains(id)));
        assert_eq!(ids(Level::Baseline, 37).len(), 12);
        assert_eq!(ids(Level::Baseline, 33).len(), 11, "before hostProbesAndHostLifecycle");
    }

    #[test]
    fn an_overridden_check_is_skipped_only_where_its_override_is_active() {
        for (id, by, since) in [
            ("capabilities_baseline", "capabilities_restricted", 22),
            ("seccompProfile_baseline", "seccompProfile_restricted", 19),
            ("procMount", "procMount_restricted", 35),
            ("hostPathVolumes", "restrictedVolumes", 0),
        ] {
            for minor in 0..=37 {
                let restricted = ids(Level::Restricted, minor);
                assert_eq!(restricted.contains(&id), minor < since, "{id} v1.{minor}");
                assert_eq!(restricted.contains(&by), minor >= since, "{by} v1.{minor}");
                assert!(ids(Level::Baseline, minor).contains(&id), "{id} v1.{minor}");
            }
        }
    }

    #[test]
    fn versions_beyond_the_newest_known_are_like_it() {
        assert_eq!(ids(Level::Restricted, u16::MAX), ids(Level::Restricted, 37));
    }
}
