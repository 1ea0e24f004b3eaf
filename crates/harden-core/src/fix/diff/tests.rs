#![allow(clippy::indexing_slicing, reason = "a test may fail")]

use harden_yaml::Span;

use super::*;

fn diff(text: &str, splices: &[(usize, usize, &str)]) -> String {
    let splices = splices
        .iter()
        .map(|(from, to, with)| Splice { span: Span::new(*from, *to), with: (*with).to_owned() });
    let splices: Vec<_> = splices.collect();
    unified("x.yaml", &hunks(text, &splices, &[], CONTEXT), false)
}

#[test]
fn lines_that_come_are_shown_between_those_around_them() {
    let text = "a: 1\nb: 2\nc: 3\nd: 4\ne: 5\nf: 6\n";
    assert_eq!(
        diff(text, &[(15, 15, "x: 9\n")]),
        "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,6 +1,7 @@\n a: 1\n b: 2\n c: 3\n+x: 9\n d: 4\n e: 5\n f: 6\n"
    );
    // The same, written behind the line before.
    assert_eq!(diff(text, &[(14, 14, "\nx: 9")]), diff(text, &[(15, 15, "x: 9\n")]));
}

#[test]
fn changes_that_are_far_apart_are_hunks_of_their_own() {
    let text: String = (0..20).map(|it| format!("k{it:02}: 1\n")).collect();
    let diff = diff(&text, &[(5, 6, "2"), (19 * 7 + 5, 19 * 7 + 6, "2")]);
    assert_eq!(
        diff,
        "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,4 +1,4 @@\n-k00: 1\n+k00: 2\n k01: 1\n k02: 1\n k03: 1\n\
         @@ -17,4 +17,4 @@\n k16: 1\n k17: 1\n k18: 1\n-k19: 1\n+k19: 2\n"
    );
}

#[test]
fn a_missing_line_feed_at_the_end_is_said() {
    assert_eq!(
        diff("a: 1", &[(4, 4, "\nb: 2")]),
        "--- a/x.yaml\n+++ b/x.yaml\n@@ -1 +1,2 @@\n-a: 1\n\\ No newline at end of file\n+a: 1\n+b: 2\n\
         \\ No newline at end of file\n"
    );
}

#[test]
fn secret_lines_are_not_shown_around_what_changes() {
    let text = "secret: x\nb: 2\nc: 3\n";
    let splices = [Splice { span: Span::new(13, 14), with: "9".to_owned() }];
    let hunks = hunks(text, &splices, &[Span::new(8, 9)], CONTEXT);
    assert_eq!(
        unified("x.yaml", &hunks, false),
        "--- a/x.yaml\n+++ b/x.yaml\n@@ -2,2 +2,2 @@\n-b: 2\n+b: 9\n c: 3\n"
    );
    assert!(!hunks[0].is_masked);
}

#[test]
fn what_is_secret_in_a_line_that_changes_is_masked() {
    let text = r#"{"password": "hunter2", "a": 1}"#;
    let splices = [Splice { span: Span::new(30, 30), with: r#", "b": "hunter2""#.to_owned() }];
    let hunks = hunks(text, &splices, &[Span::new(14, 21)], CONTEXT);
    assert_eq!(hunks[0].lines[0].text, r#"{"password": "•••", "a": 1}"#);
    assert_eq!(hunks[0].lines[1].text, r#"{"password": "•••", "a": 1, "b": "•••"}"#);
    assert!(hunks[0].is_masked);
}

#[test]
fn what_is_secret_around_an_edit_is_masked() {
    let text = "a: {password: hunter2, hunter3}\n";
    let secret = [Span::new(13, 31)];
    for (span, with, said) in [
        (Span::new(30, 30), ", b: 1", "a: {password:•••, b: 1•••"),
        (Span::new(14, 21), "hunter", "a: {password:•••••••••"),
        (Span::new(14, 21), "", "a: {password:••••••"),
        (Span::new(3, 31), "{}", "a: {}"),
        (Span::new(3, 31), "{c: hunter2, hunter3}", "a: {c: •••"),
    ] {
        let hunks = hunks(text, &[Splice { span, with: with.to_owned() }], &secret, CONTEXT);
        let comes = hunks[0].lines.iter().find(|it| it.sign == Sign::Comes).unwrap();
        assert_eq!(comes.text, said);
    }
}
