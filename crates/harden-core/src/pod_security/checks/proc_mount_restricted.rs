//! The masks over /proc must stay, even in pods with users of their own.

use super::proc_mount::masked;
use crate::kubernetes::Level;
use crate::pod_security::{Check, Revision};

pub(super) static CHECK: Check = Check {
    id: "procMount_restricted",
    level: Level::Restricted,
    summary: "containers leave the masks over /proc in place",
    fields: &["spec.containers[*].securityContext.procMount"],
    // Before 1.35 the baseline check is as strict as this one.
    revisions: &[Revision::since(35, masked).overriding(&["procMount"])],
};
