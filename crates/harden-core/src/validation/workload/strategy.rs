//! What the API server refuses of how workloads are updated.

use harden_yaml::Place;

use super::KIND;
use crate::validation::percentage::amount;
use crate::validation::problem::Problems;

/// What a rolling update without a number is given.
const DEFAULT: i64 = 1;

pub(super) fn of_deployment<'d>(strategy: Place<'d>, problems: &mut Problems<'d>) {
    let rolling = strategy.at("rollingUpdate");
    match strategy.at("type").as_str() {
        Some("Recreate") => {
            problems.forbidden(KIND, rolling, "when `type` is `Recreate`");
        }
        Some("RollingUpdate" | "") | None => {
            let (unavailable, surge) = (rolling.at("maxUnavailable"), rolling.at("maxSurge"));
            if is_zero(unavailable, DEFAULT) && is_zero(surge, DEFAULT) {
                let message = "`maxUnavailable` may not be 0 when `maxSurge` is 0";
                problems.add(KIND, unavailable, message);
            }
        }
        Some(_) => {}
    }
}

pub(super) fn of_daemon_set<'d>(strategy: Place<'d>, problems: &mut Problems<'d>) {
    let rolling = strategy.at("rollingUpdate");
    if !matches!(strategy.at("type").as_str(), Some("RollingUpdate" | "") | None) {
        return;
    }
    let (unavailable, surge) = (rolling.at("maxUnavailable"), rolling.at("maxSurge"));
    match (is_zero(unavailable, DEFAULT), is_zero(surge, 0)) {
        (false, false) => {
            problems.add(KIND, surge, "`maxSurge` may not be set unless `maxUnavailable` is 0");
        }
        (true, true) => {
            problems.add(KIND, unavailable, "`maxUnavailable` may not be 0 when `maxSurge` is 0");
        }
        _ => {}
    }
}

pub(super) fn of_stateful_set<'d>(strategy: Place<'d>, problems: &mut Problems<'d>) {
    let rolling = strategy.at("rollingUpdate");
    match strategy.at("type").as_str() {
        Some("OnDelete") => problems.forbidden(KIND, rolling, "when `type` is `OnDelete`"),
        Some("RollingUpdate" | "") | None => {
            // Dropped before 1.35.
            let unavailable = rolling.at("maxUnavailable");
            if problems.since(35) && amount(unavailable) == Some(0) {
                problems.invalid(KIND, unavailable, "cannot be 0");
            }
        }
        Some(_) => {}
    }
}

/// Whether a number or percentage is 0; text that is neither counts as 0 to the API server.
fn is_zero(place: Place<'_>, default: i64) -> bool {
    if place.exists() { amount(place).unwrap_or(0) == 0 } else { default == 0 }
}
