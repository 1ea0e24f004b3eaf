//! What objects get that do not say it, so that what is demanded of them can be borne.
//!
//! Here is what hardly any program notices. `runAsNonRoot` and `readOnlyRootFilesystem` are not here: they stop programs
//! after their pods were let in, where nobody is told why. They are for the author of the manifest to set.

mod capabilities;
mod privilege_escalation;
mod seccomp;
mod token;
mod unless;
mod user_namespace;

use super::Intent;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[
    &capabilities::INTENT,
    &privilege_escalation::INTENT,
    &seccomp::INTENT,
    &token::INTENT,
    &user_namespace::INTENT,
];
