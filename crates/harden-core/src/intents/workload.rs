//! Pods beyond the Pod Security Standards, as intents.

mod unlisted_registry;

use super::Intent;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[&unlisted_registry::INTENT];
