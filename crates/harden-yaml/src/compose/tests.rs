#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may panic")]

use std::fmt::Write as _;

use crate::{Document, ProblemKind, Rejected, Style};

/// The JSON, and for each problem its text, whether only strict decoding rejects, and the message.
fn read(text: &str) -> (Option<String>, Vec<(String, Rejected, String)>) {
    let document = Document::parse_yaml(text);
    let problems = document
        .problems()
        .iter()
        .map(|problem| (problem.span.text(text).to_owned(), problem.rejected(), problem.message()));
    (document.to_json(), problems.collect())
}

fn only_problem(text: &str) -> ProblemKind {
    let document = Document::parse_yaml(text);
    assert_eq!(document.problems().len(), 1, "{text:?} {:?}", document.problems());
    document.problems()[0].kind.clone()
}

#[test]
fn the_last_of_duplicate_keys_counts_and_strict_rejects() {
    let text = "a: 1\nb: 2\na: 3\n";
    let document = Document::parse_yaml(text);
    assert_eq!(document.to_json().unwrap(), r#"{"a":3,"b":2}"#);
    assert!(!document.is_rejected() && document.is_rejected_by_strict());
    let problem = &document.problems()[0];
    assert_eq!(problem.span.start, 10);
    let ProblemKind::DuplicateKey { key, first } = &problem.kind else { unreachable!() };
    assert_eq!((key.as_str(), first.start), ("a", 0));
}

#[test]
fn many_keys_are_checked_for_duplicates_too() {
    let keys: String = (0..100).map(|index| format!("k{index}: {index}\n")).collect();
    assert!(Document::parse_yaml(&keys).problems().is_empty());
    let twice = format!("{keys}k50: x\n");
    assert_eq!(Document::parse_yaml(&twice).root().at("k50").as_str(), Some("x"));
    assert!(matches!(only_problem(&twice), ProblemKind::DuplicateKey { .. }));
}

#[test]
fn merges_set_keys_in_the_order_of_the_text() {
    let base = "base: &base {x: 1, z: 2}\n";
    let merged = |rest: &str| read(&format!("{base}{rest}"));
    assert_eq!(
        merged("m: {<<: *base, q: 3}\n").0.unwrap(),
        r#"{"base":{"x":1,"z":2},"m":{"q":3,"x":1,"z":2}}"#
    );
    assert!(merged("m: {<<: *base, q: 3}\n").1.is_empty());
    let (json, problems) = merged("m: {<<: *base, x: 3}\n");
    assert!(json.unwrap().contains(r#""m":{"x":3,"z":2}"#));
    assert_eq!(problems[0].0, "x");
    assert_eq!(problems[0].1, Rejected::Strict);
    let (json, problems) = merged("m:\n  x: 3\n  <<: [{x: 4}, *base]\n");
    assert!(json.unwrap().contains(r#""m":{"x":4,"z":2}"#));
    assert!(problems.iter().all(|problem| problem.0 == "<<"));
}

#[test]
fn a_merge_takes_maps_only() {
    for text in ["<<: 1", "<<:", "<<: [1]", "a: &a [{}]\nb: {<<: *a}", "<<: [[{}]]"] {
        assert_eq!(only_problem(text), ProblemKind::InvalidMerge, "{text}");
    }
    assert_eq!(read("'<<': 1").0.unwrap(), r#"{"\u003c\u003c":1}"#);
}

#[test]
fn aliases_stand_for_the_latest_anchor_even_of_a_value_that_was_replaced() {
    assert_eq!(
        read("a: &x 1\na: &y {k: *x}\nb: [*x, *y]\n").0.unwrap(),
        r#"{"a":{"k":1},"b":[1,{"k":1}]}"#
    );
    assert_eq!(
        read("m:\n  a: &x {p: [1, {q: 2}]}\n  a: 0\n  c: &z [5]\nb: [*x, *z, *x]\n").0.unwrap(),
        r#"{"b":[{"p":[1,{"q":2}]},[5],{"p":[1,{"q":2}]}],"m":{"a":0,"c":[5]}}"#
    );
    assert_eq!(read("a: &x 1\nb: *x\nc: &x 2\nd: *x\n").0.unwrap(), r#"{"a":1,"b":1,"c":2,"d":2}"#);
}

#[test]
fn aliases_that_cannot_be_are_problems() {
    assert_eq!(only_problem("a: *x"), ProblemKind::UnknownAnchor { name: "x".into() });
    assert_eq!(only_problem("a: &x [*x]"), ProblemKind::RecursiveAlias { name: "x".into() });
    assert_eq!(only_problem("a: &x\n  <<: *x"), ProblemKind::RecursiveAlias { name: "x".into() });
    let mut bomb = String::from("l0: &l0 [x,x,x,x,x,x,x,x,x,x]\n");
    for level in 1..30 {
        let below = format!("*l{},", level - 1).repeat(10);
        writeln!(bomb, "l{level}: &l{level} [{below}]").unwrap();
    }
    assert_eq!(only_problem(&bomb), ProblemKind::ExcessiveAliasing);
}

#[test]
fn keys_become_strings_as_upstream_spells_them() {
    assert_eq!(
        read("y: 1\n0x10: 2\n1.50: 3\n!!binary aGk=: 4\n.inf: 5\n").0.unwrap(),
        r#"{".inf":5,"1.5":3,"16":2,"hi":4,"true":1}"#
    );
    assert_eq!(only_problem("~: 1"), ProblemKind::KeyNotString);
    assert_eq!(only_problem("18446744073709551615: 1"), ProblemKind::KeyNotString);
    assert_eq!(only_problem("{a: 1}: 1"), ProblemKind::CollectionAsKey);
    assert!(matches!(only_problem("1: a\n'1': b"), ProblemKind::AmbiguousKey { .. }));
}

#[test]
fn what_json_cannot_say_matters_only_where_it_stays() {
    assert_eq!(only_problem("a: .inf"), ProblemKind::NotFinite);
    let (json, problems) = read("a: [.nan, {~: 1}]\na: 1\n");
    assert_eq!(json.unwrap(), r#"{"a":1}"#);
    assert_eq!(problems.len(), 1);
}

#[test]
fn every_rejection_says_what_is_wrong_and_where() {
    for (text, at, what) in [
        ("a:\n\tb: 1\n", "\t", "tab"),
        ("a: @x\n", "@", "quotes"),
        ("a: b: c\n", ":", "second `:`"),
        ("a: \"x\n", "\"", "closing quote"),
        ("a: [1\nb: 2\n", ":", "`,` or `]`"),
        ("a: 1\n b: 2\n", ":", "second `:`"),
        ("a: \"\\q\"\n", "\\q", "escape"),
        ("a: !!int x\n", "x", "!!int"),
        ("a: 1\u{7}\n", "\u{7}", "U+0007"),
        ("a:\n  - b\n  c: d\n", "c", "`-`"),
        ("%YAML 1.2\n---\na: 1\n", "%", "YAML 1.1"),
    ] {
        let (json, problems) = read(text);
        assert_eq!(json, None, "{text:?}");
        assert_eq!(problems.len(), 1, "{text:?}");
        assert_eq!(problems[0].0, at, "{text:?} {problems:?}");
        assert!(problems[0].2.contains(what), "{text:?} {problems:?}");
    }
}

#[test]
fn ten_thousand_levels_are_read_and_no_more() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(Document::parse_yaml(&nested(10_000)).to_json().unwrap(), nested(10_000));
    assert_eq!(only_problem(&nested(10_001)), ProblemKind::TooDeep);
    let maps: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
    assert!(Document::parse_yaml(&maps).to_json().is_some());
    assert_eq!(Document::parse_json(&nested(10_000)).to_json().unwrap(), nested(10_000));
    assert!(Document::parse_json(&nested(10_001)).is_rejected());
}

#[test]
fn spans_and_styles_are_precise() {
    let text = "a: &x !!str 'q'  # c\nb: |\n  one\n  two\n\nc:\n- 1\n-\n  - 2\nd: {e: [f]}\ng:\n";
    let document = Document::parse_yaml(text);
    let root = document.root();
    assert_eq!(root.at("a").source(), "'q'");
    assert_eq!(root.at("a").style(), Style::SingleQuoted);
    assert_eq!(root.at("b").source(), "|\n  one\n  two");
    assert_eq!(root.at("b").style(), Style::Literal);
    assert_eq!(root.at("c").source(), "- 1\n-\n  - 2");
    assert_eq!(root.at("c").style(), Style::Block);
    assert_eq!(root.at("d").source(), "{e: [f]}");
    assert_eq!(root.at("d").style(), Style::Flow);
    assert_eq!(root.follow("d.e").source(), "[f]");
    assert_eq!(root.at("g").source(), "");
    assert_eq!(root.at("g").span().range(), text.len() - 1..text.len() - 1);
}
