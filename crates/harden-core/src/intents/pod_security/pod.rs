//! What several checks say of a pod, in CEL.

use crate::intents::cel::list;
use crate::intents::{Terms, Validation};
use crate::kubernetes::MinorVersion;

/// The first version that asks for nothing that Windows does not have, of pods that say they are for it.
const WINDOWS: MinorVersion = MinorVersion(25);

/// The first version that lets root be root in a user namespace of the pod's own.
const OWN_USERS: MinorVersion = MinorVersion(35);

/// A condition on the security context of the pod, and the same on that of each container.
pub(super) fn of_contexts(message: &str, condition: impl Fn(&str) -> String) -> Vec<Validation> {
    vec![
        Validation::new(
            condition("variables.spec.?securityContext"),
            format!("{message}: the pod"),
        ),
        Validation::of_containers(&condition("c.?securityContext"), message),
    ]
}

/// A condition that an optional profile is one that the standards allow; where there is none, another one.
pub(super) fn is_profile(profile: &str, or: &str) -> String {
    let types = list(["RuntimeDefault", "Localhost"]);
    format!("{profile}.optMap(p, p.?type.orValue('') in {types}).orValue({or})")
}

/// The same of the seccomp profile of a security context.
pub(super) fn is_filtered(context: &str, or: &str) -> String {
    is_profile(&format!("{context}.?seccompProfile"), or)
}

/// That /proc is masked.
pub(super) fn is_masked() -> Validation {
    Validation::of_containers(
        "c.?securityContext.?procMount.orValue('Default') == 'Default'",
        "procMount must be Default",
    )
}

/// Demands that versions of today do not make of pods for Windows.
pub(super) fn unless_on_windows(
    validations: Vec<Validation>,
    terms: &Terms<'_>,
) -> Vec<Validation> {
    let is_so = "variables.spec.?os.?name.orValue('') == 'windows'";
    unless(is_so, WINDOWS, validations, terms)
}

/// Demands that versions of today do not make of pods with a user namespace of their own.
pub(super) fn unless_with_own_users(
    validations: Vec<Validation>,
    terms: &Terms<'_>,
) -> Vec<Validation> {
    unless("!variables.spec.?hostUsers.orValue(true)", OWN_USERS, validations, terms)
}

fn unless(
    is_so: &str,
    since: MinorVersion,
    validations: Vec<Validation>,
    terms: &Terms<'_>,
) -> Vec<Validation> {
    if terms.version < since {
        return validations;
    }
    validations.into_iter().map(|it| it.unless(is_so)).collect()
}
