//! What the generators of policies say of the way from audit to deny.

use crate::intents::Mode;

/// What follows once the records of a mode that refuses nothing are understood.
pub(super) fn next(mode: Mode) -> Option<String> {
    let next = mode.next()?;
    Some(format!(
        "nothing is refused in mode {}: once its records are understood, go on with --mode {}",
        mode.name(),
        next.name()
    ))
}

/// What whoever takes Kyverno's older kind of policy has to know.
pub(super) fn of_cluster_policy(mode: Mode) -> Vec<String> {
    let gone = "ClusterPolicy is deprecated since Kyverno 1.17, refused on change from 1.20 and gone in 1.21";
    let audits = "a ClusterPolicy does not warn in this mode: it audits";
    let is_meant = mode == Mode::Warn;
    [Some(gone), Some(audits).filter(|_| is_meant)].into_iter().flatten().map(Into::into).collect()
}
