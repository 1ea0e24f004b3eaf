//! Any text can be fixed: what comes out reads as it should, with all of its comments, and a document that was read still is.

#![no_main]

#[path = "../../tests/fixes/promise.rs"]
#[allow(dead_code, reason = "tests look at more of it")]
mod promise;

use harden_core::rules;
use libfuzzer_sys::fuzz_target;
use promise::{WAYS, fix_all};

fuzz_target!(|text: &str| {
    let rules: Vec<_> = rules::all().collect();
    let texts = [("a.yaml".to_owned(), text.to_owned())];
    let way = WAYS[text.len() % WAYS.len()];
    fix_all(&texts, &rules, way, |told| assert!(told.broken.is_empty(), "{:#?}", told.broken));
});
