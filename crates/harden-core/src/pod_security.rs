//! The Pod Security Standards, judged as the API server's own PodSecurity admission judges them.
//!
//! Verdicts, identifiers, reasons, details and their order are those of k8s.io/pod-security-admission
//! for every policy version; the conformance tests hold the two together. [`CHECKS`] lists the checks,
//! each in a file of its own.
//!
//! What the server cannot decode (a string where a boolean belongs) it rejects before any check runs.
//! The checks take such a value for absent, which never makes a required setting true;
//! [`Pod::unreadable`] names these places, so that callers do not call such a pod allowed.

mod check;
mod checks;
mod labels;
mod message;
mod pod;
mod profile;
mod standard;

pub use check::{Check, CheckFailure, Evaluate, Fault, Revision, Violation};
pub use checks::{ALLOWED_SYSCTLS, ALLOWED_VOLUMES, CHECKS, DEFAULT_CAPABILITIES, table};
pub use labels::{InvalidLabel, LabelProblem, LabelProblemKind, Labels, Mode, PREFIX, Policy};
pub use message::forbidden_detail;
pub(crate) use message::go_quoted;
pub use pod::{AppArmorProfile, Container, ContainerKind, Pod, SeLinuxOptions, SecurityContext};
pub use profile::Profile;
pub use standard::{Standard, Version};

use harden_yaml::Place;

use crate::kubernetes::{Level, MinorVersion};
use crate::object::Origin;

/// Judges a pod as it is written, before any defaulting, as upstream's evaluator does.
///
/// The failures are in the order of the API server's message. Without any, the pod is allowed.
pub fn evaluate<'d>(
    level: Level,
    version: MinorVersion,
    metadata: Place<'d>,
    spec: Place<'d>,
) -> Vec<CheckFailure<'d>> {
    Profile::new(level, version).evaluate(&Pod::read(metadata, spec))
}

/// Judges a pod as the API server does when it is created: after defaulting, which depends on
/// whether it is a Pod or the template of another kind.
pub fn evaluate_as_server<'d>(
    level: Level,
    version: MinorVersion,
    metadata: Place<'d>,
    spec: Place<'d>,
    origin: Origin,
) -> Vec<CheckFailure<'d>> {
    Profile::new(level, version).evaluate(&Pod::read_defaulted(metadata, spec, origin))
}
