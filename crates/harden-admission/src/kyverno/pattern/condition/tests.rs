//! Which values are as a string of a pattern asks.

use serde_json::{Value, json};

use super::*;

fn admits(pattern: &str, value: &Value) -> bool {
    Conditions::new(pattern).admit(value, &mut Budget::default()).expect(pattern)
}

#[test]
fn one_alternative_must_hold_with_all_its_conditions() {
    for value in ["a1", "b"] {
        assert!(admits("a* & *1 | b", &json!(value)), "{value}");
    }
    for value in ["a2", "c1", ""] {
        assert!(!admits("a* & *1 | b", &json!(value)), "{value}");
    }
}

#[test]
fn the_very_text_is_always_as_asked() {
    assert!(admits("!a", &json!("!a")));
    assert!(admits("1-5", &json!("1-5")));
    assert!(admits(">5|", &json!(">5|")));
}

#[test]
fn an_empty_alternative_is_the_empty_text() {
    assert!(admits("a|", &json!("")));
    assert!(!admits("a|", &json!("b")));
}

#[test]
fn ranges_hold_their_ends() {
    for value in [json!(1), json!(5), json!("3"), json!(2.5), json!("1000m")] {
        assert!(admits("1-5", &value), "{value}");
        assert!(!admits("1!-5", &value), "{value}");
    }
    for value in [json!(0), json!(6), json!("x"), json!(true)] {
        assert!(!admits("1-5", &value), "{value}");
    }
    assert!(admits("1!-5", &json!(6)));
    assert!(admits("-5--1", &json!(-3)));
    assert!(admits("10s-1h", &json!("5m")));
    assert!(admits("128Mi-1Gi", &json!("512Mi")));
}

#[test]
fn what_only_looks_like_a_range_is_a_text() {
    for text in ["a-5", "1-", "1.-5", "1-5-7", "1 - 5", "1-5%"] {
        assert!(admits(text, &json!(text)));
        assert!(!admits(text, &json!(3)), "{text}");
    }
}

#[test]
fn durations_come_before_quantities_and_texts() {
    assert!(admits("60s", &json!("1m")));
    assert!(admits("<=1h", &json!("60m")));
    // Both are quantities, but only one is a duration.
    assert!(admits("1m", &json!("0.001")));
    assert!(!admits(">1h", &json!("x")));
}

#[test]
fn quantities_are_equal_by_value() {
    assert!(admits("1Gi", &json!("1024Mi")));
    assert!(admits("0.5", &json!("500m")));
    assert!(admits("!1", &json!("1001m")));
    assert!(!admits("!1", &json!(1)));
}

#[test]
fn nothing_is_zero_but_no_text() {
    assert!(admits("0", &Value::Null));
    assert!(admits("<1h", &Value::Null));
    assert!(!admits("*", &Value::Null));
    assert!(!admits("!a", &Value::Null));
}

#[test]
fn booleans_and_floats_have_the_texts_of_go() {
    assert!(admits("true", &json!(true)));
    assert!(admits("!true", &json!(false)));
    assert!(admits("*E+00", &json!(1.5)));
    assert!(admits("?", &json!(7)));
}

#[test]
fn maps_and_lists_are_never_as_a_string_asks() {
    for value in [json!({}), json!([])] {
        assert!(!admits("*", &value));
        assert!(!admits("!a", &value));
    }
}

#[test]
fn a_single_sign_is_a_text() {
    assert!(admits(">", &json!(">")));
    assert!(!admits("!", &json!("a")));
    assert!(admits("! ", &json!("!")));
}
