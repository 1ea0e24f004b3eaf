//! The checks of the Pod Security Standards, as intents.

mod privileged_container;

use super::Intent;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[&privileged_container::INTENT];
