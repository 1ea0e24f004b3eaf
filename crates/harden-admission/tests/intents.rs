//! What an intent refuses, every engine refuses.
#![allow(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail, and reads files"
)]

mod across;
mod changed;
#[path = "random/dice.rs"]
#[allow(dead_code, reason = "tests share what is random")]
mod dice;
mod requests;
mod standards;
mod told;

use harden_core::intents::{self as intent, Demand};
use harden_core::kubernetes::MinorVersion;

use crate::told::{WAYS, policy};

#[test]
fn the_manifest_that_an_intent_shows_as_bad_is_refused_and_the_good_one_is_not() {
    for intent in intent::all().filter(|it| matches!(it.demand, Demand::Hold(_))) {
        for way in WAYS {
            let policy = policy(intent, MinorVersion::NEWEST_KNOWN);
            let Some(engine) = way.engine(&policy) else { continue };
            assert_eq!(engine.refuses(intent.bad()), Ok(true), "{} {way:?}: bad", intent.id);
            assert_eq!(engine.refuses(intent.good()), Ok(false), "{} {way:?}: good", intent.id);
        }
    }
}
