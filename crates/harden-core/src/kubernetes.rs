//! The words of the Kubernetes API that options and rules share, validated as its server does.

mod address;
mod encryption;
mod facts;
mod key_value;
mod kind;
mod name;
mod pod_security;
mod port;
mod quantity;
mod secret;
mod selector;
mod usage;
mod version;

pub use address::{Cidr, Endpoint};
pub use encryption::{EncryptionState, Migration};
pub use facts::{Date, DnsService, Facts, Need, Random};
pub use key_value::{Annotation, Label};
pub use kind::Kind;
pub use name::{NamespaceName, ObjectName, is_label_name, is_subdomain};
pub use pod_security::Level;
pub use port::{PolicyPort, PortNumber, PortRange, Protocol};
pub use quantity::Quantity;
pub use secret::{Maker, Misshapen, SecretShape, TypedSecret, is_secret_key};
pub use selector::{Selector, Unreadable};
pub use usage::{Excess, Usage};
pub use version::{MinorVersion, PolicyVersion, UnknownVersion};
