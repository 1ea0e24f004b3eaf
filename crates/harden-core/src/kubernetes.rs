//! The words of the Kubernetes API that options and rules share, validated as its server does.

mod address;
mod addresses;
mod date;
mod group_kind;
mod key_value;
mod kind;
mod name;
mod pod_security;
mod port;
mod quantity;
pub mod resources;
mod secret;
mod selector;
mod selectors;
mod version;

pub use address::{Cidr, Endpoint};
pub use addresses::{Addresses, Reach, is_private, range};
pub use date::{Date, InvalidDate};
pub use group_kind::GroupKind;
pub use key_value::{Annotation, Label, is_label_value, is_qualified_name};
pub use kind::Kind;
pub use name::{NamespaceName, ObjectName, is_label_name, is_subdomain};
pub use pod_security::Level;
pub use port::{PolicyPort, PortNumber, PortRange, Protocol, port_name_flaw};
pub use quantity::Quantity;
pub(crate) use secret::is_secret_type;
pub use secret::{TypedSecret, is_secret_key};
pub use selector::{Anchor, Condition, Selector, Unreadable};
pub use selectors::Selectors;
pub use version::{InvalidVersion, MinorVersion, PolicyVersion, UnknownServerVersion};
