//! What would happen, from configuration alone.

pub mod pod_security;
