//! What a cluster says of itself, read from what the caller fetched, and what else only the caller can
//! know.

mod dns;
mod encryption;
mod endpoints;
mod facts;
mod platform;
mod secret;
mod usage;

pub use dns::DnsService;
pub use encryption::{EncryptionState, Migration, ServerState};
pub use endpoints::{EndpointPort, Endpoints};
pub use facts::{Facts, Need, Random};
pub use platform::{Unclear, identify};
pub use secret::{Maker, Misshapen, SecretShape};
pub use usage::{Excess, Usage};
