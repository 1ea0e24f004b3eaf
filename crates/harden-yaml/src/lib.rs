//! x
mod write;
pub use write::write;
