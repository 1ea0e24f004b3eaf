//! Who may talk to whom, as NetworkPolicies say it once the API server has defaulted them.
//!
//! [`Policies`] are all policies together: they decide what holds for the pods of a namespace.

mod direction;
mod dns;
mod peer;
mod policies;
mod policy;
mod port;
mod traffic_rule;
mod validation;

pub use direction::Direction;
pub use peer::{IpBlock, Peer};
pub use policies::{Isolation, Policies};
pub use policy::NetworkPolicy;
pub use port::Port;
pub use traffic_rule::TrafficRule;
pub use validation::PolicyProblem;
