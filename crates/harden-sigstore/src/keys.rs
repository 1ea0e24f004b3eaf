//! Keys that somebody holds, in place of a certificate.

pub mod private;
pub mod public;

pub use private::{KeyError, KeyFile, LockedKey, PrivateKey};
pub use public::{InvalidKey, PublicKey};
