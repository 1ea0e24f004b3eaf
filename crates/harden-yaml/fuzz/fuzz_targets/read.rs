//! Any bytes can be read and walked, and what is accepted survives a round trip.

#![no_main]

use harden_yaml::{Document, Place, decode, documents};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    for document in documents(&text) {
        walk(document.root());
        assert!(document.problems().iter().all(|problem| problem.span.start <= problem.span.end));
        let Some(json) = document.to_json() else { continue };
        assert_eq!(Document::parse_json(&json).to_json(), Some(json));
    }
    let mut splitter = harden_yaml::json::ListSplitter::new();
    for chunk in bytes.chunks(7) {
        if splitter.push(chunk).is_err() {
            return;
        }
    }
    let _ = splitter.finish();
});

fn walk(root: Place<'_>) {
    let mut places = vec![root];
    while let Some(place) = places.pop() {
        let _ = (place.grip(), place.source(), place.at("x").grip(), place.comments().count());
        places.extend(place.items());
        places.extend(place.entries().map(|(_, value)| value));
    }
}
