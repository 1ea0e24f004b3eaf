//! No text makes the reader panic, and what it accepts survives a round trip.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use harden_yaml::json::ListSplitter;
use harden_yaml::{Document, Place, decode, documents, documents_in, sections};
use proptest::prelude::*;

const MANIFEST: &str = "\
# harden: ignore[privileged] the node agent needs it
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, labels: {app: &app agent, 'n': \"a\\u0041\\tb\"}}
spec:
  selector: {matchLabels: {app: *app}}
  template:
    metadata:
      annotations: &notes
        first: yes
        1.50: |+
          kept

        folded: >-
          two
          lines

           more
    spec:
      containers:
      - name: agent # beside
        args: [--port=0777, '1_000', 1e3, .5, ~, !!str 12, !!binary aGk=]
        securityContext:
          privileged: on
          <<: {runAsUser: 0x10}
      - image: \"x \\
          y\"
        ? complex
        : value
---
{\"kind\": \"List\", \"items\": [{\"a\": [true, null, -1.5e-7]}, {}]}
...
";

/// Looks at everything a place offers, there and beyond.
fn walk(text: &str, root: Place<'_>) {
    let mut places = vec![root, root.at("a").at("b")];
    let mut seen = 0;
    while let Some(place) = places.pop() {
        for span in [place.span(), place.grip(), place.at("beyond").grip()] {
            assert!(span.start <= span.end && span.range().end <= text.len(), "{place:?}");
            assert!(text.is_char_boundary(span.range().start));
            assert!(text.is_char_boundary(span.range().end));
        }
        let _ = (place.as_str(), place.as_bool(), place.as_i64(), place.number(), place.style());
        assert_eq!(place.items().count() + place.entries().count(), place.len());
        // Paths of large documents take long, and say nothing new.
        seen += 1;
        if seen < 100 {
            let _ = (place.path(), place.pointer(), place.comments().count());
        }
        places.extend(place.items());
        places.extend(place.entries().map(|(_, value)| value));
    }
}

/// Parts come to the same as the whole.
fn check_sections(text: &str) {
    let show = |it: Document<'_>| (it.span(), it.to_json(), it.problems().to_vec());
    let of_sections = sections(text).into_iter().flat_map(|it| documents_in(text, it));
    assert_eq!(
        of_sections.map(show).collect::<Vec<_>>(),
        documents(text).map(show).collect::<Vec<_>>()
    );
}

fn check(text: &str) {
    check_sections(text);
    let whole = [Document::parse_yaml(text), Document::parse_json(text)];
    for document in documents(text).chain(whole) {
        walk(text, document.root());
        for problem in document.problems() {
            let span = problem.span;
            assert!(span.start <= span.end && span.range().end <= text.len(), "{problem:?}");
            assert!(!problem.message().is_empty() && !problem.message().ends_with('.'));
        }
        for comment in document.comments() {
            assert!(comment.span.text(text).starts_with('#'));
        }
        let Some(json) = document.to_json() else { continue };
        let again = Document::parse_json(&json);
        assert!(again.problems().is_empty(), "{json} {:?}", again.problems());
        assert_eq!(again.to_json().unwrap(), json);
        serde_json::from_str::<serde_json::Value>(&json).unwrap_or_else(|error| {
            // serde_json itself gives up at 128 levels, and at numbers beyond its range.
            assert!(error.to_string().contains("recursion limit"), "{json} {error}");
            serde_json::Value::Null
        });
    }
}

fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ \\-:,#&*!|>'\"%@`?{}\\[\\]\t\r\n~<=.0-9a-fxyn]{1,4}",
        Just("\n---\n".to_owned()),
        Just("\n  ".to_owned()),
        Just("&a ".to_owned()),
        Just("*a".to_owned()),
        Just("<<: ".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\u{2028}".to_owned()),
        Just("😀".to_owned()),
        any::<char>().prop_map(String::from),
    ];
    let change = (any::<prop::sample::Index>(), 0..6usize, piece);
    prop::collection::vec(change, 1..8).prop_map(|changes| {
        let mut text: Vec<char> = MANIFEST.chars().collect();
        for (at, removed, piece) in changes {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.chars());
        }
        text.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        check(&text);
    }

    #[test]
    fn text_of_indicators_is_read_without_a_panic(
        text in "([ab1 \n:,#&*!|>'\"%@?{}\\[\\]\t\r~<.\\-]|\n  |- |: |\n---\n){0,40}"
    ) {
        check(&text);
    }

    #[test]
    fn a_mutated_manifest_is_read_without_a_panic(text in mutated()) {
        check(&text);
    }

    #[test]
    fn any_bytes_are_decoded_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Err(problem) = decode(&bytes) {
            prop_assert!(problem.span.range().end <= bytes.len());
        }
    }

    #[test]
    fn any_bytes_are_split_without_a_panic(
        text in "([{]\"items\":\\[)?([{}\\[\\],:\" ]|\"items\"|\\\\|1){0,40}", chunk in 1..9usize
    ) {
        let mut splitter = ListSplitter::new();
        for part in text.as_bytes().chunks(chunk) {
            if splitter.push(part).is_err() {
                return Ok(());
            }
        }
        while splitter.next_item().is_some() {}
        let _ = splitter.finish();
    }

    #[test]
    fn a_sound_list_is_split_into_its_items(
        items in prop::collection::vec("[a-z\"\\\\{}\\[\\],]{0,9}", 0..9), chunk in 1..20usize
    ) {
        let text = serde_json::json!({"kind": "List", "items": items}).to_string();
        let mut splitter = ListSplitter::new();
        let mut found: Vec<String> = Vec::new();
        for part in text.as_bytes().chunks(chunk) {
            splitter.push(part).unwrap();
            while let Some((item, _)) = splitter.next_item() {
                found.push(serde_json::from_slice(&item).unwrap());
            }
        }
        prop_assert_eq!(found, items);
        prop_assert_eq!(splitter.finish().unwrap(), r#"{"kind":"List","items":[]}"#);
    }
}

#[test]
fn the_manifest_that_is_mutated_is_sound() {
    check(MANIFEST);
    let documents: Vec<_> = documents(MANIFEST).collect();
    assert!(documents.iter().all(|document| document.problems().is_empty()));
}

#[test]
fn cutting_a_manifest_anywhere_is_read_without_a_panic() {
    for (end, _) in MANIFEST.char_indices() {
        check(&MANIFEST[..end]);
        check(&MANIFEST[end..]);
    }
}

#[test]
fn hostile_shapes_are_read_in_linear_time() {
    let repeat = |unit: &str| unit.repeat(200_000 / unit.len());
    for text in [
        repeat("["),
        repeat("{a: "),
        repeat("- "),
        repeat("? "),
        repeat("&a "),
        repeat("&a [*a, "),
        repeat("a: &a\n"),
        repeat("#\n"),
        repeat("'"),
        repeat("\"\\"),
        repeat("a "),
        repeat("\n\n a"),
        repeat("{<<: "),
        repeat("{a: 1, a: "),
        repeat("!!str "),
        repeat("|\n"),
        repeat("---\n"),
        repeat("{} "),
    ] {
        check(&text);
    }
    let nested = |open: &str, depth| format!("{}0{}", open.repeat(depth), "}".repeat(depth));
    check(&nested("{a: 1, a: ", 2_000));
    check(&format!("{}{{}}{}", "{<<: ".repeat(2_000), "}".repeat(2_000)));
    let chain: String = (0..2_000).map(|index| format!("&a{index} [")).collect();
    let uses: String = (0..2_000).map(|index| format!("*a{index},")).collect();
    check(&format!("[{chain}{}, {uses}]", "]".repeat(2_000)));
    let anchors: String = (0..20_000).map(|index| format!("- &a{index} [*a{index}x]\n")).collect();
    check(&anchors);
    let anchors: String =
        (0..20_000).map(|index| format!("- &a{index} {{x: 1, x: 2}}\n")).collect();
    check(&anchors);
}
