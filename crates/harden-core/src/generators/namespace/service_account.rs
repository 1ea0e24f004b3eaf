//! The ServiceAccount that pods get when they name none.

use serde_json::json;

use crate::Manifest;
use crate::kubernetes::Kind;

pub(super) fn default(namespace: &str) -> Manifest {
    Manifest::new(
        Kind::SERVICE_ACCOUNT,
        Some(namespace),
        "default",
        "Pods that name no ServiceAccount run as this one, and get no token for the API server:\n\
         a pod that needs one names an account of its own.",
        json!({"automountServiceAccountToken": false}),
    )
}
