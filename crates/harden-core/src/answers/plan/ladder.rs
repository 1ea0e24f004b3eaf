//! The levels in all the versions that a server knows, so that the highest that holds is found.

use crate::kubernetes::{Level, MinorVersion};
use crate::pod_security::{CheckFailure, Profile, Standard, Version};
use crate::rule::Workload;

/// The levels that forbid something, from below.
pub(super) const LEVELS: [Level; 2] = [Level::Baseline, Level::Restricted];

/// Which versions of a level something holds, by [`LEVELS`]; each bit is a version of the ladder.
pub(super) type Held = [u32; 2];

/// The levels in all the versions that a server knows.
#[derive(Debug)]
pub(super) struct Ladder {
    versions: Vec<MinorVersion>,
    rungs: [Vec<Rung>; 2],
}

/// Versions of a level whose rules are the same.
#[derive(Debug)]
struct Rung {
    profile: Profile,
    versions: u32,
}

impl Ladder {
    /// The ladder of a server. What only rules unknown here would say, it does not say.
    pub(super) fn new(server: MinorVersion) -> Self {
        let newest = server.min(MinorVersion::NEWEST_KNOWN);
        let oldest = newest.min(MinorVersion::OLDEST_KNOWN);
        let versions: Vec<_> = (oldest.0..=newest.0).map(MinorVersion).collect();
        let rungs = LEVELS.map(|level| rungs(level, &versions));
        Self { versions, rungs }
    }

    /// The newest version that is pinned.
    pub(super) fn newest(&self) -> MinorVersion {
        self.versions.last().copied().unwrap_or(MinorVersion::NEWEST_KNOWN)
    }

    /// All versions of both levels.
    pub(super) fn all(&self) -> Held {
        let all = self.rungs.each_ref().map(|it| it.iter().map(|it| it.versions));
        all.map(|it| it.fold(0, |one, other| one | other))
    }

    /// The versions in which the pod holds each level.
    pub(super) fn held(&self, workload: &Workload<'_>) -> Held {
        self.rungs.each_ref().map(|rungs| {
            let held = rungs.iter().filter(|it| failures(&it.profile, workload).is_empty());
            held.fold(0, |all, it| all | it.versions)
        })
    }

    /// What keeps a pod from each level in the newest version, in the order of the server's message.
    pub(super) fn failures<'d>(&self, workload: &Workload<'d>) -> [Vec<CheckFailure<'d>>; 2] {
        self.rungs
            .each_ref()
            .map(|it| it.last().map_or_else(Vec::new, |it| failures(&it.profile, workload)))
    }

    /// The highest standard that all hold who hold this much.
    pub(super) fn highest(&self, held: Held) -> Standard {
        let by_level = LEVELS.into_iter().zip(held).rev();
        let mut highest = by_level.filter_map(|(level, held)| {
            let place = held.checked_ilog2()? as usize;
            Some(Standard { level, version: Version::Pinned(*self.versions.get(place)?) })
        });
        highest.next().unwrap_or(Standard::PRIVILEGED)
    }
}

/// What of a standard a pod fails. Of a template that others complete, only what it says itself counts.
pub(super) fn failures<'d>(profile: &Profile, workload: &Workload<'d>) -> Vec<CheckFailure<'d>> {
    let mut failures = profile.evaluate(&workload.pod);
    if workload.is_patch() {
        failures.retain(|it| it.faults.iter().any(|it| it.place.exists()));
    }
    failures
}

fn rungs(level: Level, versions: &[MinorVersion]) -> Vec<Rung> {
    let mut rungs: Vec<(Vec<_>, Rung)> = Vec::new();
    for (place, version) in versions.iter().enumerate() {
        let profile = Profile::new(level, *version);
        let rules: Vec<_> =
            profile.checks().map(|it| (it.id, it.revision(*version).map(|it| it.since))).collect();
        let bit = 1_u32.checked_shl(u32::try_from(place).unwrap_or(u32::MAX)).unwrap_or(0);
        match rungs.last_mut().filter(|(known, _)| *known == rules) {
            Some((_, rung)) => rung.versions |= bit,
            None => rungs.push((rules, Rung { profile, versions: bit })),
        }
    }
    rungs.into_iter().map(|(_, rung)| rung).collect()
}
