//! Edits of random and of real documents come to what they should, and to nothing else.
//!
//! `HARDEN_RANDOM_EDITS` sets how many random documents are edited, `HARDEN_RANDOM_SEED` which.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test may panic, read files and print"
)]

mod documents;
mod model;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use harden_yaml::{
    Action, Change, Document, Edit, Edited, Place, Pointer, Refusal, edit, parse, splice,
};
use harness::Need;
use serde_json::{Value, json};

use crate::documents::{Dice, Writer, disturbed, json};
use crate::model::Node;

const DOCUMENTS: u64 = 4_000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Makes changes of a document of a text, and checks all that can be said about what comes out.
fn check(text: &str, documents: &[Document<'_>], index: usize, changes: &[Change]) -> Edited {
    let document = &documents[index];
    let edited = edit(document, changes);
    let after = splice(text, &edited.splices);
    let told = || format!("{changes:#?}\n--- before\n{text}\n--- after\n{after}\n{edited:?}");
    let mut end = document.span().start;
    for splice in &edited.splices {
        assert!(end <= splice.span.start && splice.span.start <= splice.span.end, "{}", told());
        end = splice.span.end;
    }
    assert!(end <= document.span().end, "{}", told());
    let again = parse(&after);
    assert_eq!(again.len(), documents.len(), "{}", told());
    for (number, (old, new)) in documents.iter().zip(&again).enumerate() {
        if number != index {
            assert_eq!(old.to_json(), new.to_json(), "{}", told());
        }
    }
    let new = &again[index];
    let start = document.span().start as usize;
    let length = after.len() - (text.len() - document.span().end as usize) - start;
    assert_eq!(&after[start..start + length], edited.text, "{}", told());
    let comments =
        |it: &Document<'_>| -> Vec<String> { it.comments().map(|it| it.text.to_owned()).collect() };
    assert_eq!(comments(document), comments(new), "{}", told());
    let mut model = Node::of(document.root());
    for (change, fate) in changes.iter().zip(&edited.fates) {
        match fate {
            Ok(splices) => {
                assert!(splices.iter().all(|it| *it < edited.splices.len()), "{}", told());
                change.edits.iter().for_each(|edit| model.apply(edit));
            }
            Err(Refusal::Excludes(other)) => {
                assert!(edited.fates[*other].is_err(), "{}", told());
            }
            Err(_) => {}
        }
    }
    let (wanted, found) = (model.value(), Node::of(new.root()).value());
    // The order of keys counts, too, which values do not compare.
    assert_eq!(wanted.to_string(), found.to_string(), "{}", told());
    // What is set is not set again.
    let is_set = |it: &Edit| matches!(it.action, Action::Set(_)) && !ends_in_dash(it);
    if changes.len() == 1
        && changes[0].edits.len() == 1
        && is_set(&changes[0].edits[0])
        && edited.fates[0].is_ok()
    {
        let again = edit(new, changes);
        assert_eq!((again.splices, again.fates), (vec![], vec![Ok(vec![])]), "{}", told());
    }
    edited
}

/// Whether an edit adds something to a list each time.
fn ends_in_dash(edit: &Edit) -> bool {
    edit.pointer.as_str().ends_with("/-") || edit.pointer.as_str().ends_with("/0")
}

/// All places below one.
fn places(root: Place<'_>) -> Vec<Place<'_>> {
    let (mut places, mut next) = (vec![root], 0);
    while let Some(place) = places.get(next).copied() {
        next += 1;
        places.extend(place.items());
        places.extend(place.entries().map(|(_, value)| value));
    }
    places
}

fn value(dice: &mut Dice) -> Value {
    match dice.below(14) {
        0 => json!("x, {y}: [z] #"),
        1 => json!("two\nlines\n"),
        2 => json!("kept\nlines\n\n"),
        3 => json!({"n1": {"n2": [1, {"n3": "x"}]}, "n4": "it's \"q\""}),
        4 => json!(["ALL"]),
        5 => json!([{"n1": 1, "n2": {}}, [[1], []]]),
        6 => json!({}),
        7 => json!([]),
        8 => Value::Null,
        9 => json!(1.5),
        10 => json!("8080"),
        11 => json!("é\u{2028}\u{7f}\t"),
        _ => json!(false),
    }
}

fn random_edit(dice: &mut Dice, places: &[Place<'_>]) -> Edit {
    let place = places[dice.below(places.len())];
    let mut pointer = place.pointer().unwrap();
    let is_usual = !dice.once_in(12);
    let mut action = match dice.below(8) {
        0 => Action::Remove,
        1 if place.key().is_none() || dice.once_in(2) => Action::Remove,
        1 => Action::Rename(dice.pick(&["new3", "new4", "o/~ther", "yes"]).to_owned()),
        2 if place.is_list() || !is_usual => Action::Append(value(dice)),
        3 if place.is_list() || !is_usual => {
            Action::Insert(dice.below(place.len() + 2), value(dice))
        }
        _ => Action::Set(value(dice)),
    };
    if dice.once_in(2) && place.exists() && place.is_map() && is_usual {
        pointer = pointer.at(dice.pick(&["new", "new2", "o/~ther"]));
        if dice.once_in(2) {
            pointer = pointer.at(dice.pick(&["new", "new2"]));
        }
    }
    if !is_usual {
        for _ in 0..=dice.below(2) {
            pointer = pointer.at(dice.pick(&["new", "new2", "o/~ther", "-", "0"]));
        }
        if dice.once_in(2) {
            action = Action::Set(value(dice));
        }
    }
    Edit { document: 0, pointer, action }
}

#[test]
fn random_edits_of_random_documents_are_right_or_refused() {
    let seed = number("HARDEN_RANDOM_SEED").unwrap_or(1);
    let count = number("HARDEN_RANDOM_EDITS").unwrap_or(DOCUMENTS);
    let (mut refused, mut made, mut broken) = (BTreeMap::<String, usize>::new(), 0, 0);
    let mut unproved = Vec::new();
    for number in 0..count {
        let mut dice = Dice::new(seed * 1_000_003 + number);
        let text = match dice.below(6) {
            0 => json(&mut dice),
            _ => Writer::new(&mut dice, false).yaml(),
        };
        let text = if dice.once_in(4) { disturbed(&mut dice, &text) } else { text };
        let documents = parse(&text);
        if documents.is_empty() || documents[0].is_rejected() {
            broken += 1;
            continue;
        }
        let places = places(documents[0].root());
        for _ in 0..3 {
            let most = if dice.once_in(2) { 1 } else { places.len() / 3 + 1 };
            let changes = (0..=dice.below(most.min(8))).map(|_| {
                let edits = (0..if dice.once_in(4) { 2 } else { 1 })
                    .map(|_| random_edit(&mut dice, &places));
                Change { edits: edits.collect() }
            });
            let changes: Vec<Change> = changes.collect();
            let edited = check(&text, &documents, 0, &changes);
            for fate in edited.fates {
                match fate {
                    Ok(_) => made += 1,
                    Err(refusal) => {
                        if refusal == Refusal::Unproved {
                            unproved.push(format!("{changes:?}\n{text}"));
                        }
                        let name = format!("{refusal:?}");
                        let name = name.split('(').next().unwrap_or_default().to_owned();
                        *refused.entry(name).or_default() += 1;
                    }
                }
            }
        }
    }
    eprintln!(
        "{count} random documents, {broken} of them broken, HARDEN_RANDOM_SEED={seed}: {made} changes \
         made, refused {refused:?}"
    );
    assert!(broken * 3 < count, "{broken} of {count} are broken");
    unproved.sort_by_key(String::len);
    let first: Vec<_> = unproved.iter().take(5).cloned().collect();
    assert!(unproved.len() * 200 < made, "{}", first.join("\n======\n"));
}

/// One change each: a key for every map, a value for every scalar, and every entry and item gone.
fn single_edits(document: &Document<'_>, most: usize) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut push = |pointer: Pointer, action| {
        edits.push(Edit { document: 0, pointer, action });
    };
    for place in places(document.root()) {
        let Some(pointer) = place.pointer() else { continue };
        if place.is_map() {
            push(
                pointer.at("hardenedKey"),
                Action::Set(json!({"a": {"drop": ["ALL"]}, "b": true})),
            );
            push(pointer.at("hardened").at("key"), Action::set("x"));
        } else if place.is_list() {
            push(pointer.clone(), Action::Append(json!({"name": "x", "value": 1})));
            push(pointer.clone(), Action::Insert(0, json!("x")));
        } else {
            push(pointer.clone(), Action::set("hardened"));
            push(pointer.clone(), Action::set(5));
        }
        if !pointer.as_str().is_empty() {
            push(pointer, Action::Remove);
        }
    }
    let every = edits.len() / most.max(1) + 1;
    let numbered = edits.into_iter().enumerate();
    numbered.filter(|(number, _)| number % every == 0).map(|(_, edit)| edit).collect()
}

#[test]
fn plain_documents_are_hardly_ever_refused() {
    let seed = number("HARDEN_RANDOM_SEED").unwrap_or(1);
    let count = number("HARDEN_RANDOM_EDITS").unwrap_or(DOCUMENTS) / 8;
    let (mut made, mut refused) = (0, Vec::new());
    for number in 0..count {
        let mut dice = Dice::new(seed * 7_000_003 + number);
        let text = match dice.below(6) {
            0 => json(&mut dice),
            _ => Writer::new(&mut dice, true).yaml(),
        };
        let documents = parse(&text);
        if documents.is_empty() || documents[0].is_rejected() {
            continue;
        }
        for edit in single_edits(&documents[0], 30) {
            let edited = check(&text, &documents, 0, &[Change { edits: vec![edit.clone()] }]);
            match &edited.fates[0] {
                Ok(_) => made += 1,
                // The only key of a document stays.
                Err(Refusal::Whole) => {}
                Err(refusal) => refused.push(format!("{refusal:?} {edit:?}\n{text}")),
            }
        }
    }
    eprintln!("{made} single edits of plain documents, {} refused", refused.len());
    let first: Vec<_> = refused.iter().take(5).cloned().collect();
    assert!(refused.len() * 200 < made, "{}", first.join("\n\n"));
}

#[test]
fn hostile_shapes_are_edited_without_a_panic() {
    let repeat = |unit: &str| unit.repeat(30_000 / unit.len());
    let nested =
        |open: &str, close: &str| [open.repeat(3_000), "0".into(), close.repeat(3_000)].concat();
    for text in [
        repeat("- "),
        repeat("- a: "),
        repeat("a: &a\n"),
        repeat("- |+\n\n"),
        repeat("- # x\n"),
        repeat("- {}\n"),
        repeat("- &a [*a]\n"),
        nested("[", "]"),
        nested("{a: ", "}"),
        nested("{\"a\":", "}"),
        format!("[{}1]", repeat("1,")),
        format!("{{\"a\": [{}1]}}", repeat("1,")),
        (0..3_000).map(|index| format!("k{index}: {{}}\n")).collect(),
    ] {
        let documents = parse(&text);
        let all = places(documents[0].root());
        let numbered = all.iter().enumerate().take(4_000);
        let changes: Vec<Change> = numbered
            .filter_map(|(number, place)| {
                let action = match number % 3 {
                    0 if number > 0 => Action::Remove,
                    1 => Action::Set(json!({"a": [1]})),
                    _ => Action::Append(json!("x")),
                };
                // Ways to all places of a deep text are long.
                let pointer = (number < 300 || all.len() == documents[0].root().len() + 1)
                    .then(|| place.pointer())??;
                Some(Change { edits: vec![Edit { document: 0, pointer, action }] })
            })
            .collect();
        let edited = edit(&documents[0], &changes);
        assert_eq!(edited.fates.len(), changes.len());
        assert!(parse(&edited.text).len() == 1 || edited.splices.is_empty());
    }
}

fn corpora() -> Vec<PathBuf> {
    let Some(path) = Need::Manifests.folder() else { return Vec::new() };
    let mut files = Vec::new();
    collect(&path, &mut files);
    files
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let is_text =
            path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json");
        if path.is_dir() {
            collect(&path, files);
        } else if is_text {
            files.push(path);
        }
    }
}

#[test]
fn real_documents_are_edited_rightly_and_hardly_ever_refused() {
    let files = corpora();
    let (mut documents_edited, mut with_refusals, mut made) = (0, 0, 0);
    let mut refused = BTreeMap::<String, (usize, String)>::new();
    for file in &files {
        let bytes = fs::read(file).unwrap();
        let Ok(text) = harden_yaml::decode(&bytes) else { continue };
        let text = &*text;
        // Documents of many pages say nothing that smaller ones do not.
        if text.len() > 200_000 {
            continue;
        }
        let documents = parse(text);
        for (index, document) in documents.iter().enumerate() {
            if document.is_rejected() || !document.root().exists() {
                continue;
            }
            let most = if text.len() > 20_000 { 6 } else { 24 };
            let edits = single_edits(document, most);
            let single = |edit: &Edit| Change { edits: vec![edit.clone()] };
            let mut is_refused = false;
            for edit in &edits {
                let edited = check(text, &documents, index, &[single(edit)]);
                match &edited.fates[0] {
                    Ok(_) => made += 1,
                    Err(refusal) => {
                        is_refused = true;
                        let told = format!("{} {index} {edit:?}", file.display());
                        refused.entry(format!("{refusal:?}")).or_insert((0, told)).0 += 1;
                    }
                }
            }
            // All that can be made together are right together, too.
            let all: Vec<Change> = edits.iter().map(single).collect();
            check(text, &documents, index, &all);
            let has_anchors = places(document.root()).iter().any(Place::is_shared);
            documents_edited += usize::from(!has_anchors);
            with_refusals += usize::from(is_refused && !has_anchors);
        }
    }
    eprintln!(
        "{documents_edited} documents without anchors of {} files, {made} edits made, {with_refusals} \
         documents with refusals: {refused:#?}",
        files.len()
    );
    assert!(with_refusals * 50 <= documents_edited);
}
