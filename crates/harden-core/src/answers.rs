//! Answers to questions about everything that was read, which say what they could not see.

pub mod access;
pub mod becoming;
mod coverage;
pub mod denied;
pub mod plan;
pub mod reaching;
