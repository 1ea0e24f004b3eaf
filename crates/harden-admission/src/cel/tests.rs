//! What compiles, what it says, and what it may take.

use std::collections::BTreeMap;

use harden_core::kubernetes::MinorVersion;
use serde_json::json;

use super::{Environment, Failure, Program, Refusal, Value};

fn compile(source: &str, minor: u16) -> Result<Program, Refusal> {
    let environment =
        Environment::new(MinorVersion(minor)).with("object").with_unjudged("authorizer");
    Program::compile(source, &environment)
}

fn evaluate(source: &str) -> Result<Value, Failure> {
    let object = Value::from_json(
        &json!({"replicas": 3, "share": 0.5, "names": ["a", "b"], "labels": {"app": "x"}}),
    );
    let program = compile(source, 37).unwrap_or_else(|it| panic!("{source}: {it}"));
    program.evaluate(&BTreeMap::from([("object".to_owned(), object)]))
}

fn is_true(source: &str) {
    assert_eq!(evaluate(source), Ok(Value::Bool(true)), "{source}");
}

fn flaws(source: &str, minor: u16) -> Vec<String> {
    match compile(source, minor) {
        Err(Refusal::Flawed(flaws)) => flaws.iter().map(ToString::to_string).collect(),
        other => panic!("{source}: {other:?}"),
    }
}

#[test]
fn whole_numbers_of_an_object_are_ints() {
    is_true("object.replicas + 1 == 4 && object.replicas in [1, 3] && object.share < 1.0");
    is_true("type(object.replicas) == int && type(object.share) == double");
}

#[test]
fn a_name_that_the_asked_version_does_not_have_is_a_flaw() {
    let before = "<input>:1:9: undeclared reference to 'quantity' (in container '')";
    assert_eq!(flaws("quantity(\"1\").isInteger()", 27)[0], before);
    assert!(compile("quantity(\"1\").isInteger()", 28).is_ok());
    assert!(compile("[1].includes(1)", 37).is_ok());
    assert_eq!(flaws("[1].includes(1)", 36).len(), 1);
    assert_eq!(flaws("object.?a", 27), ["<input>:1:8: unsupported syntax '?'"]);
    assert_eq!(flaws("object.all(k, v, true)", 31).len(), 3);
}

#[test]
fn a_literal_that_cannot_be_converted_is_refused_wherever_it_stands() {
    let refusal = Refusal::Unconvertible("type conversion error from 'string' to 'int'".to_owned());
    assert_eq!(compile("false ? int('a') : 1", 37).err(), Some(refusal));
    assert!(compile("int(object.names[0])", 37).is_ok());
}

#[test]
fn all_flaws_are_told_in_the_order_of_their_places() {
    assert_eq!(
        flaws("nope ||\n  1 + \"a\" == 2", 37),
        [
            "<input>:1:1: undeclared reference to 'nope' (in container '')",
            "<input>:2:5: found no matching overload for '_+_' applied to '(int, string)'",
        ]
    );
}

#[test]
fn an_expression_that_is_no_condition_has_its_type() {
    let result = |source: &str| compile(source, 37).unwrap().result().to_string();
    assert_eq!(result("object.names.map(x, size(x))"), "list(int)");
    assert_eq!(result("{\"a\": [1.5]}"), "map(string, list(double))");
    assert_eq!(result("object.names"), "dyn");
    assert_eq!(result("optional.of(1).optMap(x, string(x))"), "optional_type(string)");
}

#[test]
fn what_nobody_can_answer_for_is_not_judged() {
    for source in [
        "authorizer.group('').resource('pods').check('get').allowed()",
        "object.names.exists(x, x.`y`)",
    ] {
        assert!(matches!(compile(source, 37), Err(Refusal::NotJudged(_))), "{source}");
    }
    let zone = "timestamp('2024-01-01T00:00:00Z').getHours('Europe/Paris') == 1";
    assert!(matches!(evaluate(zone), Err(Failure::NotJudged(_))));
    assert!(matches!(evaluate(&format!("false || {zone}")), Err(Failure::NotJudged(_))));
    is_true(&format!("true || {zone}"));
}

#[test]
fn an_error_beside_what_decides_is_no_error() {
    is_true("object.nope || true");
    is_true("object.names.exists(x, x.nope || x == 'b')");
    assert_eq!(evaluate("object.nope || false"), Failure::error("no such key: nope"));
    assert_eq!(evaluate("object.names.all(x, x.y == 1)"), Failure::error("no such key: y"));
}

#[test]
fn absent_fields_are_absorbed_along_a_chain() {
    is_true("object.?a.?b.c.orValue(7) == 7");
    is_true("object[?'labels'].app.orValue('') == 'x'");
    is_true("!has(object.a) && !object.?labels.?nope.hasValue()");
}

#[test]
fn a_variable_of_a_macro_hides_those_outside() {
    is_true("object.names.all(object, object in ['a', 'b']) && object.replicas == 3");
    is_true("[[1, 2], [3]].all(x, x.all(y, y in x))");
}

#[test]
fn an_index_of_a_type_that_is_no_key_is_told_by_the_servers_name_for_it() {
    for (source, of) in [
        ("object[[1]]", "*types.baseList"),
        ("object[{1: 2}]", "*types.baseMap"),
        ("object[b'x']", "types.Bytes"),
        ("object[duration('1h')]", "types.Duration"),
    ] {
        let refusal = Refusal::Unconvertible(format!("invalid qualifier type: {of}"));
        assert_eq!(compile(source, 37).unwrap_err(), refusal, "{source}");
    }
    assert!(matches!(evaluate("object[object.names]"), Err(Failure::NotJudged(_))));
}

#[test]
fn macros_that_are_used_wrongly_are_all_told() {
    let Err(Refusal::Flawed(flaws)) = compile("has('a') && 1.sortBy(it, it).sortBy(it, it)", 37)
    else {
        panic!("it compiles")
    };
    assert_eq!(flaws.iter().map(|it| it.column).collect::<Vec<_>>(), [5, 13, 13]);
}

#[test]
fn of_a_hundred_flaws_and_more_the_rest_is_counted() {
    let source = format!("[{}]", vec!["nope"; 130].join(", "));
    let Err(Refusal::Flawed(flaws)) = compile(&source, 37) else { panic!("{source} compiles") };
    assert_eq!(flaws.len(), 101);
    assert_eq!(flaws[100].shown(&source), "30 more errors were truncated");
}

#[test]
fn a_quantity_is_a_whole_number_where_the_server_keeps_it_as_one() {
    is_true(
        "quantity('50k').sub(1000).isInteger() && quantity('50k').sub(1000).asInteger() == 49000",
    );
    is_true("!quantity('1500m').add(quantity('500m')).isInteger()");
    is_true("quantity('1').add(1) == quantity('2')");
    assert_eq!(
        evaluate("quantity('2') == quantity('1').add(1)"),
        Failure::error("no such overload")
    );
}

#[test]
fn an_address_equals_addresses_only() {
    assert_eq!(evaluate("ip('1.1.1.1') == object.replicas"), Failure::error("no such overload"));
    is_true("ip('1.1.1.1') != object.replicas && ip('1.1.1.1') == ip('1.1.1.1')");
}

#[test]
fn maps_are_made_entry_by_entry() {
    is_true("object.labels.transformMap(k, v, k == 'app', v + '!') == {'app': 'x!'}");
    let twice = evaluate("[1, 1].transformMapEntry(i, v, {v: i})");
    assert!(matches!(twice, Err(Failure::Error(_))), "{twice:?}");
    is_true("{'a': 1, 'a': 2} == {'a': 2}");
}

#[test]
fn texts_are_read_with_their_escapes() {
    is_true(
        r#"'\x41\u00e9\n' == "Aé\n" && r'\n'.size() == 2 && b'\xff'.size() == 1 && '''a'b''' == "a'b""#,
    );
}

#[test]
fn numbers_bind_as_they_are_written() {
    is_true(
        "-9223372036854775808 < 0 && 1 - -1 == 2 && 2 + 3 * 4 % 5 == 4 && !(1 > 2) && 0x10 == 16 && 5 -3 == 2",
    );
    assert_eq!(flaws("9223372036854775808 > 0", 37).len(), 1);
}

#[test]
fn a_hostile_expression_ends() {
    let nested = "(".repeat(5_000) + "1" + &")".repeat(5_000);
    assert!(matches!(compile(&nested, 37), Err(Refusal::NotJudged(_))));
    let chained = "1".to_owned() + &"+1".repeat(5_000);
    assert!(matches!(compile(&chained, 37), Err(Refusal::NotJudged(_))));
    let doubling = "'aaaaaaaa'".to_owned() + &".replace('a', 'aaaaaaaa')".repeat(40);
    assert_eq!(evaluate(&doubling), Err(Failure::TooCostly));
    let range =
        "lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, true)))";
    assert_eq!(evaluate(range), Err(Failure::TooCostly));
    let huge = "lists.range(9000000000).size() > 0";
    assert_eq!(evaluate(huge), Err(Failure::TooCostly));
}

#[test]
fn a_chain_of_conditions_may_be_long() {
    let chain = "object.replicas == 3".to_owned() + &" && object.replicas == 3".repeat(2_000);
    is_true(&chain);
}

#[test]
fn templates_are_checked_where_they_are_literals() {
    assert_eq!(
        flaws("'%d'.format(['a'])", 37),
        [
            "<input>:1:14: error during formatting: decimal clause can only be used on integers, was given string"
        ]
    );
    assert!(compile("'%d'.format([object.replicas])", 37).is_ok());
}

#[test]
fn values_that_share_what_is_in_them_end_before_they_are_too_large() {
    for [first, next] in [["[1, 2]", "[it, it]"], ["{'a': 1}", "{'a': it, 'b': it}"]] {
        let bound = |levels: usize, inner: &str| {
            let nested = (0..levels)
                .fold(inner.to_owned(), |inner, _| format!("[{next}].map(it, {inner})[0]"));
            format!("[{first}].map(it, {nested})[0]")
        };
        is_true(&bound(8, "it == it"));
        assert_eq!(evaluate(&bound(28, "it == it")), Err(Failure::TooCostly), "{first}");
    }
}
