//! The configuration files that the API server reads at its start, read as it reads them.
//!
//! Each module answers two questions: whether a server with the file would start, in the server's
//! own words where not, and what the file comes to where it would. Key material never leaves the
//! readers: where the server's words would show it, they say `REDACTED`.

pub mod admission;
pub mod audit;
mod decoding;
pub mod duration;
pub mod encryption;
mod file;
pub mod machine;
mod meta;
mod names;
mod rejection;
mod time;
mod untyped;
mod url;

pub(crate) use crate::kubernetes::resources;
pub use crate::kubernetes::resources::{Existence, existence, is_subresource};
pub(crate) use decoding::looks_like_key;
pub use file::first_document;
pub use rejection::{Fault, Rejection};
pub use untyped::missing_type;

/// Whether a text may hold such a file; cheap.
pub(crate) fn may_be_in(text: &str) -> bool {
    ["apiserver.config.k8s.io", "admission.config.k8s.io", "audit.k8s.io", "EncryptionConfig"]
        .iter()
        .any(|word| text.contains(word))
}
