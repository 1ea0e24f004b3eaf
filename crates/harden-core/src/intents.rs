//! What a platform team wants of everything that is let in, said once for every engine of admission.
//!
//! An intent refuses a flaw and is called as the flaw is: `kubectl harden check` finds what
//! `kubectl harden admission-policy` of the same name refuses. Each is one value in a file of its own.

pub mod access;
mod across;
mod cel;
mod change;
pub mod companions;
pub mod defaults;
mod demand;
mod engine;
mod engines;
mod exemption;
mod image;
mod intent;
mod level;
mod mode;
pub mod namespace;
pub mod network;
mod page;
mod parameter;
pub mod pod_security;
mod policy;
mod program;
pub mod rbac;
mod target;
pub mod workload;

pub use across::{Across, Within};
pub use cel::literal;
pub(crate) use cel::quoted;
pub use change::{Change, Place, Unless, Unseen};
pub use demand::{Demand, Validation};
pub use engine::{Engine, KyvernoKind};
pub(crate) use engines::parts::namespace_selector;
pub use exemption::{Exempt, Exemption};
pub(crate) use exemption::{annotation, namespaces};
pub(crate) use image::is_of_any;
pub use image::{ImagePrefix, InvalidPrefix};
pub use intent::{Intent, Own, Words};
pub use level::of_level;
pub use mode::Mode;
pub use page::index;
pub use parameter::{Parameter, Shape, Terms, Unfit, Values};
pub use policy::{Policy, Unsaid};
pub use target::{Resources, Target};

/// Every intent, by the category of its flaw; each list stands beside the files of its intents.
static CATEGORIES: &[&[&Intent]] = &[
    namespace::INTENTS,
    network::INTENTS,
    pod_security::INTENTS,
    rbac::INTENTS,
    workload::INTENTS,
    access::INTENTS,
    defaults::INTENTS,
    companions::INTENTS,
];

/// Every intent.
pub fn all() -> impl Iterator<Item = &'static Intent> {
    CATEGORIES.iter().flat_map(|it| it.iter().copied())
}

/// The intent of this name.
pub fn find(id: &str) -> Option<&'static Intent> {
    all().find(|it| it.id == id)
}

#[cfg(test)]
mod tests;
