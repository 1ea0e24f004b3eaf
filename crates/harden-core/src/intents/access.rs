//! What is done to pods that run, as intents.

mod ephemeral_container;
mod pod_access;

use super::Intent;

/// The intents of this category, in alphabetical order.
pub static INTENTS: &[&Intent] = &[&ephemeral_container::INTENT, &pod_access::INTENT];
