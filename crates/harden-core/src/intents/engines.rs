//! How each engine is told an intent.

pub(super) mod across;
pub(super) mod changes;
pub(super) mod cluster_policy;
pub(super) mod gatekeeper;
pub(super) mod kubernetes;
pub(super) mod kyverno;
pub(super) mod parts;
pub(super) mod requests;
