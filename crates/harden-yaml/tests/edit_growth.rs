//! The work of edits grows as the document and the changes do.
//!
//! A file of its own, because looks at nodes are counted for all threads.

use std::fmt::Write as _;

use harden_yaml::{Action, Change, Edit, Pointer, documents, edit, steps};

/// How often nodes are looked at to set something in each of so many items.
fn steps_of(text: &str, list: &Pointer, count: usize, action: &Action) -> u64 {
    let change = |index: usize| Change {
        edits: vec![Edit {
            document: 0,
            pointer: list.at(&index.to_string()).at("securityContext").at("privileged"),
            action: action.clone(),
        }],
    };
    let changes: Vec<Change> = (0..count).map(change).collect();
    let document = documents(text).next().unwrap_or_else(|| panic!("there is a document"));
    let before = steps();
    let edited = edit(&document, &changes);
    let taken = steps() - before;
    assert!(edited.fates.iter().all(|it| it.as_ref().is_ok_and(|it| it.len() == 1)));
    assert_eq!(edited.splices.len(), count);
    taken
}

fn pod(count: usize) -> String {
    let mut text = "spec:\n  containers:\n".to_owned();
    for index in 0..count {
        let _ = writeln!(text, "  - name: c{index} # c\n    image: x\n    ports: [{{a: 1}}]");
    }
    text
}

fn list(count: usize) -> String {
    let items = vec!["{\"metadata\":{\"name\":\"a\"},\"spec\":{}}"; count].join(",");
    format!("{{\"kind\":\"List\",\"items\":[{items}]}}")
}

#[test]
fn many_changes_of_many_items_take_steps_in_proportion() {
    let containers = Pointer::default().at("spec").at("containers");
    let items = Pointer::default().at("items");
    let set = Action::set(false);
    for (text, way) in [(pod as fn(usize) -> String, &containers), (list, &items)] {
        let (few, many) =
            (steps_of(&text(500), way, 500, &set), steps_of(&text(2_000), way, 2_000, &set));
        assert!(many < few * 5, "{few} steps, then {many}");
    }
    assert!(steps_of(&list(16_000), &items, 16_000, &set) < 16_000 * 200);
}
