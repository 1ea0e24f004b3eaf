//! The levels of the Pod Security Standards, as intents.

use super::{Intent, pod_security};
use crate::kubernetes::{Level, MinorVersion};
use crate::pod_security::Profile;
use crate::rule::Check;

/// The intents that a level of the Pod Security Standards comes to in a version: one for each of upstream's checks
/// that the level has then, without those that a stricter one replaces.
pub fn of_level(level: Level, version: MinorVersion) -> Vec<&'static Intent> {
    let profile = Profile::new(level, version);
    let is_of = |it: &&&Intent| {
        let Some(Check::PodSecurity(id)) = it.rule().map(|it| it.check) else { return false };
        profile.checks().any(|check| check.id == id)
    };
    pod_security::INTENTS.iter().filter(is_of).copied().collect()
}
