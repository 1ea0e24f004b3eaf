//! What patterns say of resources.

use serde_json::{Value, json};

use super::*;

fn judge(pattern: &Value, resource: &Value) -> Verdict {
    Pattern::read(pattern).expect("an admitted pattern").judge(resource)
}

/// The verdict in a word, with the path of a failure.
fn verdict(pattern: &Value, resource: &Value) -> String {
    match judge(pattern, resource) {
        Verdict::Pass => "pass".to_owned(),
        Verdict::Skip { .. } => "skip".to_owned(),
        Verdict::Fail { path, .. } => format!("fail {path}"),
        Verdict::Error { .. } => "error".to_owned(),
    }
}

#[test]
fn a_failure_says_where_and_why() {
    let pattern = json!({"spec": {"containers": [{"image": "!*:latest"}]}});
    let resource = json!({"spec": {"containers": [{"image": "a:1"}, {"image": "b:latest"}]}});
    let path = "/spec/containers/1/image/";
    let message = format!("resource value 'b:latest' does not match '!*:latest' at path {path}");
    assert_eq!(judge(&pattern, &resource), Verdict::Fail { path: path.to_owned(), message });
}

#[test]
fn a_star_asks_that_something_is_there_and_fails_at_what_lacks_it() {
    let pattern = json!({"spec": {"a": "*"}});
    assert_eq!(verdict(&pattern, &json!({"spec": {"a": {}}})), "pass");
    assert_eq!(verdict(&pattern, &json!({"spec": {"a": null}})), "fail /spec/");
    assert_eq!(verdict(&json!({"a": "?*"}), &json!({})), "fail /a/");
}

#[test]
fn nothing_asks_for_nothing_or_what_is_empty() {
    let pattern = json!({"a": null});
    for value in
        [json!({}), json!({"a": 0}), json!({"a": ""}), json!({"a": false}), json!({"a": []})]
    {
        assert_eq!(verdict(&pattern, &value), "pass", "{value}");
    }
    assert_eq!(verdict(&pattern, &json!({"a": {}})), "fail /a/");
}

#[test]
fn numbers_also_match_their_texts() {
    for value in [json!(3), json!(3.0), json!("3"), json!("+3")] {
        assert_eq!(verdict(&json!({"a": 3}), &json!({"a": value})), "pass", "{value}");
        assert_eq!(verdict(&json!({"a": 2}), &json!({"a": value})), "fail /a/", "{value}");
    }
    assert_eq!(verdict(&json!({"a": 0.5}), &json!({"a": "5e-1"})), "pass");
    assert_eq!(verdict(&json!({"a": true}), &json!({"a": "true"})), "fail /a/");
}

#[test]
fn a_scalar_asks_every_element_of_a_list() {
    let pattern = json!({"drop": ["A* | B"]});
    assert_eq!(verdict(&pattern, &json!({"drop": ["ALL", "B"]})), "pass");
    assert_eq!(verdict(&pattern, &json!({"drop": ["ALL", "C"]})), "fail /drop/");
    assert_eq!(verdict(&pattern, &json!({"drop": "ALL"})), "fail /drop/");
    assert_eq!(verdict(&json!({"drop": []}), &json!({"drop": []})), "fail /drop/");
}

#[test]
fn lists_of_lists_are_matched_by_position() {
    let pattern = json!({"m": [[1], ["*"]]});
    assert_eq!(verdict(&pattern, &json!({"m": [[1, 1], [3], [4]]})), "pass");
    assert_eq!(verdict(&pattern, &json!({"m": [[2], [3]]})), "fail /m/0/");
    assert_eq!(verdict(&pattern, &json!({"m": [[1]]})), "error", "upstream knows no path");
}

#[test]
fn a_condition_that_does_not_hold_skips_what_is_beside_it() {
    let pattern = json!({"spec": [{"(name)": "a*", "image": "x"}]});
    assert_eq!(verdict(&pattern, &json!({"spec": [{"name": "a", "image": "x"}]})), "pass");
    assert_eq!(verdict(&pattern, &json!({"spec": [{"name": "a"}]})), "fail /spec/0/image/");
    assert_eq!(verdict(&pattern, &json!({"spec": [{"name": "b"}]})), "skip");
    assert_eq!(
        verdict(&pattern, &json!({"spec": [{"name": "b"}, {"name": "a"}]})),
        "fail /spec/1/image/"
    );
}

#[test]
fn a_failure_is_an_error_where_a_condition_has_no_key_in_the_resource() {
    let pattern = json!({"a": [{"(name)": "x", "b": 1}], "c": 1});
    assert_eq!(verdict(&pattern, &json!({"a": [{"name": "x", "b": 1}], "c": 2})), "fail /c/");
    let resource = json!({"a": [], "c": 2});
    assert_eq!(verdict(&pattern, &resource), "fail /c/", "no element, so the key was never met");
    let pattern = json!({"=(a)": {"^(b)": [{"x": 1}]}, "c": 1});
    assert_eq!(verdict(&pattern, &json!({"a": {}, "c": 2})), "error");
}

#[test]
fn a_global_condition_skips_the_whole_resource() {
    let pattern = json!({"spec": [{"<(name)": "a", "image": "x"}], "kind": "Pod"});
    assert_eq!(verdict(&pattern, &json!({"spec": [{"name": "b"}], "kind": "Job"})), "skip");
    assert_eq!(verdict(&pattern, &json!({"spec": [{"image": "x"}], "kind": "Job"})), "fail /kind/");
}

#[test]
fn equality_asks_only_of_what_is_there_and_negation_that_it_is_not() {
    assert_eq!(verdict(&json!({"=(a)": 1}), &json!({})), "pass");
    assert_eq!(verdict(&json!({"=(a)": 1}), &json!({"a": 2})), "fail /a/");
    assert_eq!(verdict(&json!({"X(a)": null}), &json!({})), "pass");
    assert_eq!(verdict(&json!({"X(a)": null}), &json!({"a": null})), "fail /a/");
}

#[test]
fn existence_asks_that_each_of_its_elements_is_somewhere() {
    let pattern = json!({"^(c)": [{"name": "a"}, {"name": "b"}]});
    assert_eq!(verdict(&pattern, &json!({"c": [{"name": "b"}, {"name": "a"}]})), "pass");
    assert_eq!(verdict(&pattern, &json!({"c": [{"name": "b"}]})), "fail /c/");
    assert_eq!(verdict(&pattern, &json!({"c": "b"})), "fail /c/");
    assert_eq!(verdict(&pattern, &json!({})), "pass");
}

#[test]
fn what_has_anchors_is_looked_at_first_and_the_last_of_it_before_the_others() {
    let pattern = json!({"a": 1, "b": {"=(x)": 1}, "c": {"=(x)": 1}});
    assert_eq!(verdict(&pattern, &json!({"a": 2, "b": {"x": 2}, "c": {"x": 2}})), "fail /c/x/");
    assert_eq!(verdict(&pattern, &json!({"a": 2, "b": {"x": 2}, "c": {}})), "fail /b/x/");
    assert_eq!(verdict(&pattern, &json!({"a": 2, "b": {}, "c": {}})), "fail /a/");
}

#[test]
fn wildcards_in_keys_of_labels_and_annotations_become_the_keys_of_the_resource() {
    let pattern = json!({"metadata": {"labels": {"app.*/name": "?*"}}});
    let resource = json!({"metadata": {"labels": {"app.io/name": ""}}});
    assert_eq!(verdict(&pattern, &resource), "fail /metadata/labels/app.io/name/");
    let resource = json!({"metadata": {"labels": {"other": ""}}});
    assert_eq!(verdict(&pattern, &resource), "fail /metadata/labels/app.*/name/");
    let pattern = json!({"=(metadata)": {"=(annotations)": {"X(a?)": "x"}}});
    let resource = json!({"metadata": {"annotations": {"ab": ""}}});
    assert_eq!(verdict(&pattern, &resource), "fail /metadata/annotations/ab/");
    let pattern = json!({"spec": {"a*": 1}});
    assert_eq!(verdict(&pattern, &json!({"spec": {"ab": 1}})), "fail /spec/a*/");
}

#[test]
fn labels_that_ask_for_no_text_are_dropped() {
    let pattern = json!({"metadata": {"labels": {"a": 1, "b": "x"}}});
    assert_eq!(verdict(&pattern, &json!({"metadata": {"labels": {"a": 2, "b": "x"}}})), "pass");
    assert_eq!(
        verdict(&pattern, &json!({"metadata": {"labels": {"b": "y"}}})),
        "fail /metadata/labels/b/"
    );
}

#[test]
fn labels_that_are_dropped_take_their_anchors_along() {
    let pattern = json!({"a": 1, "metadata": {"labels": {"X(b)": 1}, "name": "x"}});
    let resource = json!({"a": 2, "metadata": {"labels": {}, "name": "y"}});
    assert_eq!(verdict(&pattern, &resource), "fail /a/");
    let resource = json!({"a": 2, "metadata": {"name": "y"}});
    assert_eq!(verdict(&pattern, &resource), "fail /metadata/labels/", "nothing was dropped");
}

#[test]
fn the_first_element_names_the_labels_of_all() {
    let pattern = json!({"t": [{"metadata": {"labels": {"*": "x"}}}]});
    let with = |key: &str| json!({"metadata": {"labels": {key: "x"}}});
    assert_eq!(verdict(&pattern, &json!({"t": [with("a"), with("a")]})), "pass");
    assert_eq!(
        verdict(&pattern, &json!({"t": [with("a"), with("b")]})),
        "fail /t/1/metadata/labels/a/"
    );
}

#[test]
fn words_of_the_engine_in_a_value_count_as_the_engines() {
    let resource = json!({"a": "conditional anchor mismatch"});
    assert_eq!(verdict(&json!({"a": "x"}), &resource), "skip");
}

#[test]
fn what_kyverno_does_not_admit_is_refused() {
    let refused = |pattern: &Value| Pattern::read(pattern).expect_err("a refusal").to_string();
    assert_eq!(
        refused(&json!({"a": [{"+(b)": 1}]})),
        "`a/0/+(b)`: `+()` adds, and a pattern only asks; write `=()` for what may be absent"
    );
    for value in [json!("x"), json!([])] {
        assert_eq!(
            refused(&json!({"^(a)": value})),
            "`^(a)`: `^()` looks into a list; write its value as a list with an element"
        );
    }
}

#[test]
fn deep_patterns_are_refused_and_deep_resources_are_not_looked_into() {
    let deep = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({"a": inner}));
    assert_eq!(Pattern::read(&deep(200)).expect_err("a refusal"), Refusal::Depth { limit: 128 });
    assert_eq!(verdict(&deep(128), &deep(128)), "pass");
    assert_eq!(verdict(&json!({"a": "x"}), &deep(1000)), "fail /a/");
}

#[test]
fn a_pattern_that_takes_too_long_is_an_error() {
    let wanted: Vec<Value> = (0..3000).map(|it| json!({"name": format!("x{it}*")})).collect();
    let names: Vec<Value> = (0..3000).map(|it| json!({"name": format!("y{it}")})).collect();
    let anywhere: Vec<Value> = wanted.iter().map(|_| json!({"name": "y2999"})).collect();
    assert_eq!(verdict(&json!({"^(a)": wanted}), &json!({"a": names})), "fail /a/");
    let Verdict::Error { message } = judge(&json!({"^(a)": anywhere}), &json!({"a": names})) else {
        panic!("it is judged");
    };
    assert_eq!(message, "matching the pattern takes more than 20000000 steps");
}
