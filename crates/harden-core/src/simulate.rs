//! What would happen, from configuration alone.

pub mod audit;
pub mod pod_security;
