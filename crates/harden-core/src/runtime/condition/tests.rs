//! What Falco's answers do not show: size, depth, escapes and places.

use super::{Condition, Kind, TermKind, position};

fn problem(text: &str) -> String {
    Condition::read(text).unwrap_err().to_string()
}

fn canonical(text: &str) -> String {
    Condition::read(text).unwrap().to_string()
}

#[test]
fn nothing_is_no_condition() {
    assert_eq!(problem(""), "1:1: filter input string is empty");
    assert_eq!(problem("  "), "1:3: expected a '(' token, a field check, or an identifier");
}

#[test]
fn what_nests_too_deep_is_an_error_and_no_overflow() {
    let text = "(".repeat(1 << 20);
    assert_eq!(problem(&text), "1:201: exceeded max depth limit of 1000");
    let text = "tolower(".repeat(1 << 17);
    assert!(problem(&text).ends_with("exceeded max depth limit of 1000"));
    assert!(problem(&"not(".repeat(1 << 18)).ends_with("exceeded max depth limit of 1000"));
    assert!(problem(&"a and (".repeat(1 << 17)).ends_with("exceeded max depth limit of 1000"));
}

#[test]
fn a_condition_of_a_megabyte_is_read() {
    let text = format!("{}evt.num = 0", "evt.type in (open, openat) or ".repeat(35_000));
    assert!(text.len() > 1 << 20);
    let Kind::Or(all) = Condition::read(&text).unwrap().kind else { panic!("no or") };
    assert_eq!(all.len(), 35_001);
    assert_eq!(canonical(&format!("{}x", "not ".repeat(1 << 18))), "x");
    assert_eq!(problem(&format!("a.b = \"{}", "x".repeat(1 << 20))).get(..4), Some("1:7:"));
}

#[test]
fn escapes_are_those_of_falco() {
    assert_eq!(canonical(r#"a.b = "x\ty\x41\/""#), r#"a.b = "x\tyA/""#);
    assert_eq!(canonical(r"a.b = '\''"), r#"a.b = "'""#);
    assert_eq!(canonical(r#"a.b = "c\ d""#), r#"a.b = "c\\d""#);
    assert!(problem(r#"a.b = "\'""#).ends_with(r#"invalid \' escape in "-quoted string"#));
    assert!(problem(r#"a.b = '\"'"#).ends_with(r#"invalid \" escape in '-quoted string"#));
    assert!(problem(r#"a.b = "\x4""#).ends_with("truncated hex char escape sequence"));
    assert!(problem(r#"a.b = "\xg1""#).ends_with("invalid hex char escape sequence: g1"));
    assert!(problem(r#"a.b = "\x+1""#).ends_with("invalid hex char escape sequence: +1"));
    assert!(problem(r#"a.b = "\xää""#).ends_with("invalid hex char escape sequence: ää"));
    assert!(problem(r#"a.b = "\q""#).ends_with(r"unsupported string escape sequence: \q"));
    // A backslash before the quote keeps it open, whatever is before the backslash.
    assert!(problem(r#"a.b = "c\\""#).starts_with("1:7: expected a string value"));
}

#[test]
fn a_modifier_without_a_list_is_a_text() {
    assert_eq!(canonical("a.b = oneof (x)").as_str(), "a.b = oneof (x)");
    assert_eq!(canonical("a.b =oneof"), "a.b = oneof");
    assert_eq!(canonical("a.b contains allof and c"), "(a.b contains allof and c)");
    assert!(problem("a.b =oneof (x)").contains("unexpected token after 'oneof'"));
}

#[test]
fn lines_are_counted_as_falco_counts_them() {
    assert_eq!(problem("a.b = c and\n  d.e ~"), problem_at("2:7", "d.e"));
    assert_eq!(position("a\r\nb", 3), (3, 1));
    assert_eq!(position("äb", 2), (1, 3));
}

fn problem_at(place: &str, after: &str) -> String {
    let text = problem(&format!("{after} ~"));
    format!("{place}: {}", text.split_once(": ").unwrap().1)
}

#[test]
fn spans_are_the_text_that_was_read() {
    let text = " a.b[ 1] = x";
    assert!(Condition::read(text).is_err());
    let text = " not (a.b[1] in (x, 'y z') or  my_macro) ";
    let condition = Condition::read(text).unwrap();
    let mut seen = Vec::new();
    condition.visit(&mut |it| seen.push(&text[it.span.start..it.span.end]));
    condition.visit_terms(&mut |it| seen.push(&text[it.span.start..it.span.end]));
    assert_eq!(
        seen,
        [
            "not (a.b[1] in (x, 'y z') or  my_macro",
            "a.b[1] in (x, 'y z') or  my_macro",
            "a.b[1] in (x, 'y z')",
            "my_macro",
            "a.b[1]",
            "(x, 'y z')",
        ]
    );
    let mut values = 0;
    condition.visit_terms(&mut |it| values += usize::from(matches!(it.kind, TermKind::Values(_))));
    assert_eq!(values, 1);
}

#[test]
fn no_text_panics() {
    let pieces = [
        "a.b", " ", "(", ")", "\"", "'", "\\", "ä", "\0", "not", "or", "oneof", "0x", "1e+", "[",
        "]",
    ];
    let pieces = pieces.into_iter().chain([",", "=", "in", "tolower(", "val(", "\n", "-", "."]);
    let pieces: Vec<_> = pieces.collect();
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text += pieces[(state >> 33) as usize % pieces.len()];
        }
        if let Ok(condition) = Condition::read(&text) {
            let again = condition.to_string();
            let _ = Condition::read(&again);
        }
    }
}
