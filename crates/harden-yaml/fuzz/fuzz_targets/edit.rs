//! Any document can be edited anywhere, and what comes out is what was proved: it reads as before but for the
//! edits, and has all comments.

#![no_main]

use harden_yaml::{Action, Change, Document, Edit, Place, decode, edit, parse, splice};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|input: (u16, u8, &[u8])| {
    let (at, seed, bytes) = input;
    let Ok(text) = decode(bytes) else { return };
    let documents = parse(&text);
    for (index, document) in documents.iter().enumerate() {
        let places = places(document.root());
        let changes: Vec<Change> = (0..1 + usize::from(seed % 5))
            .filter_map(|number| {
                let place = places.get((usize::from(at) + number * 7) % places.len())?;
                change(place, usize::from(seed) + number)
            })
            .collect();
        let edited = edit(document, &changes);
        let after = splice(&text, &edited.splices);
        let again = parse(&after);
        assert_eq!(again.len(), documents.len());
        let new = again.get(index).expect("there are as many");
        assert!(edited.splices.is_empty() || !new.is_rejected());
        let comments = |it: &Document<'_>| it.comments().map(|it| it.text.to_owned()).collect::<Vec<_>>();
        assert_eq!(comments(document), comments(new));
        for (other, old) in documents.iter().enumerate().filter(|(other, _)| *other != index) {
            assert_eq!(again.get(other).and_then(Document::to_json), old.to_json());
        }
        // What is set once is there, and is not set again.
        if let ([change], [Ok(_)]) = (&*changes, &*edited.fates)
            && change.edits.iter().all(|edit| matches!(edit.action, Action::Set(_)))
        {
            assert!(edit(new, &changes).splices.is_empty());
        }
    }
});

fn change(place: &Place<'_>, seed: usize) -> Option<Change> {
    let mut pointer = place.pointer()?;
    if seed % 2 == 0 && place.is_map() {
        pointer = pointer.at("new").at("key");
    }
    let action = match seed / 2 % 7 {
        0 => Action::Remove,
        1 => Action::Append(json!({"a": [1], "b": "x: y"})),
        2 => Action::Insert(seed % 3, json!("z")),
        3 => Action::set("it's"),
        4 => Action::Set(json!({"a": {"drop": ["ALL"]}, "b": [{"c": 1, "d": "x\ny\n"}]})),
        5 => Action::Set(json!([])),
        _ => Action::set(false),
    };
    Some(Change { edits: vec![Edit { document: 0, pointer, action }] })
}

fn places(root: Place<'_>) -> Vec<Place<'_>> {
    let (mut places, mut next) = (vec![root], 0);
    while let Some(place) = places.get(next).copied().filter(|_| next < 2_000) {
        next += 1;
        places.extend(place.items());
        places.extend(place.entries().map(|(_, value)| value));
    }
    places
}
