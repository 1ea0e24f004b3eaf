//! Any bytes can be read and walked, and what is accepted survives a round trip.

#![no_main]

use harden_yaml::{Document, Place, decode, documents, documents_in, sections};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = decode(bytes) else { return };
    let of_sections: usize = sections(&text).into_iter().map(|it| documents_in(&text, it).count()).sum();
    assert_eq!(of_sections, documents(&text).count());
    for document in documents(&text) {
        walk(document.root());
        assert!(document.problems().iter().all(|problem| problem.span.start <= problem.span.end));
        let Some(json) = document.to_json() else { continue };
        // Integers of more than 64 bits become floating-point numbers, as in Go, and then stay.
        let again = Document::parse_json(&json).to_json().expect("our own JSON is sound");
        assert_eq!(Document::parse_json(&again).to_json(), Some(again));
    }
    let mut splitter = harden_yaml::json::ListSplitter::new();
    for chunk in bytes.chunks(7) {
        match splitter.push(chunk) {
            Err(_) => return,
            Ok(taken) => assert!(taken == chunk.len() || splitter.has_ended()),
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
