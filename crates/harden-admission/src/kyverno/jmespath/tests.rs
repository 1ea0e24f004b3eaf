//! Expressions, and what Kyverno makes of them.

use serde_json::{Value, json};

use super::*;

fn search(text: &str, value: &Value) -> Result<Value, Failure> {
    let value = floats(value.clone());
    Expression::parse(text)?.search_in(&value, &World::new(Timestamp::of(0)))
}

fn is(text: &str, value: &Value, expected: Value) {
    assert_eq!(search(text, value), Ok(floats(expected)), "{text}");
}

fn fails(text: &str, value: &Value, why: &str) {
    assert_eq!(search(text, value).unwrap_err().to_string(), why, "{text}");
}

#[test]
fn an_absent_key_is_an_error_that_most_expressions_take_for_null() {
    let it = json!({"a": {"b": 1}, "n": null});
    is("a.b", &it, json!(1));
    fails("a.c", &it, "Unknown key \"c\" in path");
    fails("c.d", &it, "Unknown key \"c\" in path");
    is("a.b.c", &it, json!(null));
    is("a.c || 'x'", &it, json!("x"));
    is("c | @", &it, json!(null));
    is("!c", &it, json!(true));
    is("c == null", &it, json!(true));
    is("[c, a.b]", &it, json!([null, 1]));
    fails("a && c", &it, "Unknown key \"c\" in path");
}

#[test]
fn projections_leave_out_what_has_no_value() {
    let it = json!({"l": [{"a": 1, "n": "x"}, {"n": "y"}, {"a": 3, "n": "z"}], "m": {"p": [1], "q": [2, 3]}});
    is("l[].a", &it, json!([1, 3]));
    is("l[?a].n", &it, json!(["x", "z"]));
    is("l[?a > `1`].n | [0]", &it, json!("z"));
    is("m.*[]", &it, json!([1, 2, 3]));
    is("l[-1].n", &it, json!("z"));
    is("l[:2].n", &it, json!(["x", "y"]));
    is("l[::-1].n", &it, json!(["z", "y", "x"]));
    is("k[].a", &it, json!(null));
    is("l[*].{n: n, a: a}[1]", &it, json!({"n": "y", "a": null}));
    is("l[].n | contains(@, 'y')", &it, json!(true));
    is("max_by(l[?a], &a).n", &it, json!("z"));
    is("sort_by(l, &n)[].n", &it, json!(["x", "y", "z"]));
}

#[test]
fn functions_are_those_of_kyverno() {
    let it = json!({"s": "a-b", "m": {"k": "v"}, "n": 2});
    is("to_upper(s)", &it, json!("A-B"));
    is("split(s, '-')", &it, json!(["a", "b"]));
    is("regex_match('^a.b$', s)", &it, json!(true));
    is("regex_replace_all('([a-z])-([a-z])', s, '$2-$1')", &it, json!("b-a"));
    is("pattern_match('a*', s)", &it, json!(true));
    is("items(m, 'key', 'value')", &it, json!([{"key": "k", "value": "v"}]));
    is("to_string(m)", &it, json!("{\"k\":\"v\"}"));
    is("base64_decode(base64_encode(s))", &it, json!("a-b"));
    is("parse_yaml('a: [1, x]').a[1]", &it, json!("x"));
    is("label_match(m, m)", &it, json!(true));
    is("add('1Gi', '1Gi')", &it, json!("2Gi"));
    is("add('500m', '500m')", &it, json!("1"));
    is("multiply('10Mi', `2`)", &it, json!("20Mi"));
    is("divide('1Gi', '512Mi')", &it, json!(2));
    is("subtract('1h', '30m0s')", &it, json!("30m0s"));
    is("sum([n, `3`])", &it, json!(5));
    is("round(`2.345`, `2`)", &it, json!(2.35));
    is("semver_compare('1.2.3', '>=1.0.0 <2.0.0')", &it, json!(true));
    is("semver_compare('1.2.3', '1.3.x || 2.x')", &it, json!(false));
    is("truncate(s, `2`)", &it, json!("a-"));
    is("time_now_utc()", &it, json!("1970-01-01T00:00:00Z"));
    is("time_add('2026-01-01T00:00:00+02:00', '36h')", &it, json!("2026-01-02T12:00:00+02:00"));
    is("time_since('', '2026-01-01T00:00:00Z', '2026-01-01T01:00:01Z')", &it, json!("1h0m1s"));
    is("time_to_cron('2026-11-27T10:30:00Z')", &it, json!("30 10 27 11 5"));
    is("image_normalize('nginx')", &it, json!("docker.io/nginx:latest"));
    is("path_canonicalize('/a/../b//c')", &it, json!("/b/c"));
    is("lookup(m, 'x')", &it, json!(null));
    is(
        "sha256('abc')",
        &it,
        json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    );
    fails("divide(n, `0`)", &it, "JMESPath function 'divide': Zero divisor passed");
    fails("nope(s)", &it, "unknown function: nope");
    fails("to_upper(n)", &it, "Invalid type for: 2, expected: []jmespath.JpType{\"string\"}");
    fails("length()", &it, "incorrect number of args");
    assert!(matches!(search("random('[a-z]')", &it), Err(Failure::NotJudged(_))));
}

#[test]
fn whole_numbers_of_objects_are_no_floats() {
    let world = World::new(None);
    let it = json!({"n": 2});
    let search = |text: &str| Expression::parse(text).unwrap().search_in(&it, &world);
    assert_eq!(search("n == `2`"), Ok(json!(false)));
    assert_eq!(search("n > `1`"), Ok(json!(null)));
    assert_eq!(search("to_string(n)"), Ok(json!("2")));
}

#[test]
fn what_is_no_expression_is_refused() {
    for text in ["a[", "a.", "", "a b", "'x", "`{`", "a = b", "{a}", "a.[", "#", "f(", "1"] {
        assert!(matches!(Expression::parse(text), Err(Failure::Error(_))), "{text}");
    }
    let deep = format!("{}a{}", "(".repeat(500), ")".repeat(500));
    assert!(matches!(Expression::parse(&deep), Err(Failure::NotJudged(_))));
}

#[test]
fn a_hostile_expression_ends() {
    let many: Vec<Value> = (0..3000).map(Value::from).collect();
    let it = json!({"l": many});
    let text = "l[].[l] | map(&map(&map(&@, @), @), [@, @])";
    assert!(search(text, &it).is_ok() || search(text, &it).is_err());
    let text = "map(&map(&map(&map(&@, `[1,2,3,4,5,6,7,8,9]`), `[1,2,3,4,5,6,7,8,9]`), @), l)";
    assert!(search(text, &it).is_err());
}

#[test]
fn what_replaces_every_match_is_charged() {
    let it = json!({"t": "a".repeat(20_000)});
    for name in ["regex_replace_all", "regex_replace_all_literal"] {
        fails(&format!("{name}('a', t, t)"), &it, "evaluating the rule takes too long");
        fails(&format!("{name}('', t, t)"), &it, "evaluating the rule takes too long");
    }
    is("regex_replace_all('a+', t, 'b$0') | length(@)", &it, json!(20_001));
}
