#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use proptest::prelude::*;

use crate::Span;
use crate::compose::{Composed, Composer, compose, compose_by_events};
use crate::scanner::Ending;

/// All that is known of a document.
fn say(composed: &Composed) -> String {
    let Composed { tree, comments, problems } = composed;
    format!("{:#?}\n{:?}\n{comments:?}\n{problems:?}", tree.nodes, tree.buffer)
}

fn is_read_directly(text: &str) -> bool {
    let span = Span::new(0, text.len());
    Composer::new(text, span, Ending::LineBreak).read_directly(span).is_some()
}

fn assert_same(text: &str) {
    let span = Span::new(0, text.len());
    for ending in [Ending::LineBreak, Ending::AsWritten] {
        let (here, there) = (compose(text, span, ending), compose_by_events(text, span, ending));
        assert_eq!(say(&here), say(&there), "{text}");
    }
}

#[test]
fn ordinary_manifests_are_read_directly() {
    let text = "\
# a comment
apiVersion: apps/v1
kind: Deployment # another
metadata:
  name: web
  labels: {app: web, tier: 'front end'}
  annotations: {}
  empty:
spec:
  template:
    spec:
      containers:
      - name: web
        image: example.com/web:1.4@sha256:0123
        args: [\"serve\", --port=80]
        command:
          - sh
          - -c
          - \"exec $(WEB)\"
        ports:
        - containerPort: 8080

      - name: other
        image:
      volumes:
";
    assert!(is_read_directly(text));
    assert_same(text);
    assert!(is_read_directly("- a\n- - b\n  - c: 1\n    d: yes\n"));
    assert!(!is_read_directly("a: &b c\n") && !is_read_directly("a: b\n  c\n"));
}

/// Lines that fit each other often enough.
fn lines() -> impl Strategy<Value = String> {
    let indent = prop::sample::select(vec!["", "", "  ", "  ", "    ", "      ", " "]);
    let dash = prop::sample::select(vec!["", "", "", "", "- ", "- ", "- - ", "-", "-  "]);
    let key = prop::sample::select(vec![
        "", "a: ", "b: ", "c:", "d:", "a/b.c: ", "1: ", "y: ", "null: ", "~: ", "-a: ", "---: ",
        ".5: ", "a:  ", "\"q\": ", "0x1F: ", "a :", "a.b:",
    ]);
    let value = prop::sample::select(vec![
        "",
        "",
        "",
        "x",
        "x",
        "1",
        "yes",
        "~",
        "null",
        "1.5",
        "-1",
        "--a=b",
        "a b  c",
        "a#b",
        "a: b",
        "a:b",
        "{}",
        "[]",
        "{a: 1, b: [x, y]}",
        "[ {a: 'b'} , \"c\" ]",
        "{a}",
        "[a, ]",
        "{a: b,}",
        "{a: }",
        "{a:b}",
        "'it''s'",
        "'x y'",
        "\"x\"",
        "\"a\\tb\"",
        "'open",
        "|",
        ">-",
        "&a b",
        "*a",
        "!!str 1",
        "# c",
        " # c",
        "x # c",
        "x#",
        "\"x\" # c",
        "{} # c",
        "{}# c",
        "$(A)",
        "(a)",
        "<<",
        "=",
        "+1",
        "...",
        "---",
        "%a",
        "@a",
        "a\tb",
        "é",
        "# é",
        "\"é\"",
        "[-1, -a, - b]",
        "[a b]",
        "[a: b]",
        "08",
        "18446744073709551615",
        "a,b",
        "a]",
        "-",
        "?",
        ":",
        ": a",
    ]);
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\n", " \n", "\n\n", "\r\n", ""]);
    let line = (indent, dash, key, value, end)
        .prop_map(|(indent, dash, key, value, end)| format!("{indent}{dash}{key}{value}{end}"));
    prop::collection::vec(line, 1..7).prop_map(|lines| lines.concat())
}

/// Bytes that mean something, in any order.
fn noise() -> impl Strategy<Value = String> {
    "(---\n)?[ab1~:#,.{}\\[\\]\"' \n-]{0,24}"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_directly_is_what_the_scanner_reads(text in prop_oneof![3 => lines(), 1 => noise()]) {
        assert_same(&text);
    }
}
