//! Rules with random conditions, patterns and lists over objects that are short.

use serde_json::{Value, json};

use super::random::Random;
use super::records::Question;

/// What variables ask for; the last two are there in lists and nowhere else.
const PATHS: &[&str] = &[
    "request.object.spec.a",
    "request.object.spec.b",
    "request.object.spec.l",
    "request.object.spec.m",
    "request.object.spec.n",
    "request.object.metadata.name",
    "request.object.metadata.labels.app",
    "request.operation",
    "request.oldObject.spec.a",
    "request.namespace",
    "request.object.spec.l[0]",
    "request.object.spec.l[].x",
    "request.object.spec.l[?x=='1'].y | [0]",
    "length(request.object.spec.l)",
    "request.object.spec.a || 'default'",
    "to_string(request.object.spec.m)",
    "keys(request.object.spec.m)",
    "request.object.spec.l[?y].y",
    "request.object.spec.none",
    "to_number(request.object.spec.a)",
    "sum(request.object.spec.l[].y)",
    "max(request.object.spec.l[].y)",
    "items(request.object.spec.m,'k','v')",
    "split(request.object.spec.a,'-')",
    "request.object.spec.m.*",
    "request.object.spec.[a,b]",
    "request.object.spec.{p: a, q: none}",
    "join(',',request.object.spec.l[].x)",
    "sort_by(request.object.spec.l,&x)[0].x",
    "regex_match('^[0-9a-z]+$',request.object.spec.a)",
    "add(request.object.spec.a,'1Gi')",
    "divide(request.object.spec.a,`2`)",
    "multiply(request.object.spec.a,`3`)",
    "subtract(request.object.spec.a,request.object.spec.b)",
    "modulo(request.object.spec.a,request.object.spec.b)",
    "round(`3.14159`,`2`)",
    "truncate(request.object.spec.a,`3`)",
    "base64_decode(request.object.spec.a)",
    "semver_compare(request.object.spec.a,'>=1.0.0 <2.0.0')",
    "to_boolean(request.object.spec.a)",
    "object_from_lists(request.object.spec.l[].x,request.object.spec.l[].y)",
    "lookup(request.object.spec.m,request.object.spec.a)",
    "label_match(request.object.spec.m,request.object.metadata.labels)",
    "time_add(request.object.spec.a,'1h')",
    "time_to_cron(request.object.spec.a)",
    "parse_yaml(request.object.spec.a)",
    "parse_json(request.object.spec.a)",
    "images.containers.c.tag",
    "images.*.*.reference[]",
    "contains(request.object.spec.a,'1')",
    "not_null(request.object.spec.none,request.object.spec.b)",
    "merge(request.object.spec.m,request.object.metadata.labels)",
    "reverse(request.object.spec.l[].x)",
    "request.object.spec.l[1:].x",
    "request.object.spec.l[::-1].x",
    "!request.object.spec.none",
    "request.object.spec.b > `1` && request.object.spec.b",
    "type(request.object.spec.b)",
    "ceil(request.object.spec.b)",
    "avg(request.object.spec.l[].y)",
    "path_canonicalize(request.object.spec.a)",
    "trim(request.object.spec.a,'1a')",
    "replace(request.object.spec.a,'1','2',`1`)",
    "image_normalize(request.object.spec.a)",
    "pattern_match('1*',request.object.spec.a)",
    "compare(request.object.spec.a,'b')",
    "equal_fold(request.object.spec.a,'ABC')",
    "starts_with(request.object.spec.a,'1')",
    "map(&x,request.object.spec.l)",
    "min_by(request.object.spec.l,&y).x",
    "max_by(request.object.spec.l,&y).x",
    "@",
    "element",
];
const TEXTS: &[&str] = &[
    "1",
    "2",
    "10",
    "1Gi",
    "512Mi",
    "1h",
    "30m",
    "60m",
    "3600s",
    "0",
    "",
    "a",
    "abc",
    "a-b",
    "1-10",
    "5-20",
    "1.2.3",
    "v1.2.3",
    "1.5",
    "-1",
    "true",
    "false",
    "*",
    "a*",
    "?",
    "[\"a\",\"b\"]",
    "2026-01-01T00:00:00Z",
    "nginx:1.2",
    "{\"x\":1}",
    "x: [1, 2]",
    "YWJj",
    "1e3",
    "100m",
    "0.5",
    ">=1",
    "<5",
    "1Gi-2Gi",
    "latest",
    "1000000",
    "/a/../b",
    "nginx@sha256:abc",
    "!a",
    "a|b",
];
const OPERATORS: &[&str] = &[
    "Equals",
    "NotEquals",
    "In",
    "AnyIn",
    "AllIn",
    "NotIn",
    "AnyNotIn",
    "AllNotIn",
    "GreaterThan",
    "GreaterThanOrEquals",
    "LessThan",
    "LessThanOrEquals",
    "DurationGreaterThan",
    "DurationLessThanOrEquals",
];
const ELEMENT: &[&str] = &["element.x", "element", "element.y", "elementIndex", "element0.x"];

pub(crate) fn questions(count: usize) -> Vec<Question> {
    let mut random = Random::new(17);
    (0..count).map(|number| question(number, &mut random)).collect()
}

fn question(number: usize, random: &mut Random) -> Question {
    let context = context(random);
    let mut rule = json!({
        "name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": validate(random),
    });
    if !context.is_empty() {
        rule["context"] = context.into();
        if random.is_one_of(2) {
            rule["validate"] =
                json!({"message": "v", "deny": {"conditions": {"all": [about("v0", random)]}}});
        }
    }
    if random.below(10) < 3 {
        rule["preconditions"] = conditions(random);
    }
    let policy = json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy",
        "metadata": {
            "name": "p", "annotations": {"pod-policies.kyverno.io/autogen-controllers": "none"},
        },
        "spec": {"background": false, "rules": [rule]},
    });
    let mut question = Question::new(format!("conditions {number}"), &policy, &object(random));
    match random.below(10) {
        0 => question.becomes(object(random)),
        1 => question.deletes(),
        _ => {}
    }
    question
}

fn validate(random: &mut Random) -> Value {
    match random.below(20) {
        0..9 => json!({"message": "m", "deny": {"conditions": conditions(random)}}),
        9..12 if random.is_one_of(2) => json!({"pattern": {"spec": pattern(0, random)}}),
        9..12 => {
            json!({"message": "m {{ request.object.spec.a }}", "pattern": {"spec": pattern(0, random)}})
        }
        12..14 => {
            let each = |random: &mut Random| json!({"spec": pattern(0, random)});
            json!({"message": "m", "anyPattern": [each(random), each(random)]})
        }
        _ => json!({"message": "m", "foreach": [foreach(random)]}),
    }
}

fn foreach(random: &mut Random) -> Value {
    let lists = [
        "request.object.spec.l",
        "request.object.spec.l[].x",
        "request.object.spec.m",
        "request.object.spec.none",
        "keys(request.object.spec.m)",
        "request.object.spec.containers",
        "request.object.spec.a",
    ];
    let mut foreach = json!({"list": random.of(&lists)});
    if random.below(10) < 3 {
        foreach["preconditions"] = json!({"all": [about_element(random)]});
    }
    match random.below(10) {
        0..6 => foreach["deny"] = json!({"conditions": {"any": [about_element(random)]}}),
        6..9 => foreach["pattern"] = pattern(1, random),
        _ => {
            let conditions = json!({"all": [about("element1", random)]});
            foreach["foreach"] = json!([{"list": "element.x", "deny": {"conditions": conditions}}]);
        }
    }
    foreach
}

fn about_element(random: &mut Random) -> Value {
    let element = *random.of(ELEMENT);
    about(element, random)
}

/// A condition on a variable.
fn about(variable: &str, random: &mut Random) -> Value {
    let operator = random.of(OPERATORS);
    json!({"key": format!("{{{{ {variable} }}}}"), "operator": operator, "value": value(random)})
}

pub(crate) fn conditions(random: &mut Random) -> Value {
    match random.below(10) {
        0..4 => {
            let count = 1 + random.below(2);
            json!({"all": (0..count).map(|_| condition(random)).collect::<Value>()})
        }
        4..8 => {
            let count = 1 + random.below(3);
            json!({"any": (0..count).map(|_| condition(random)).collect::<Value>()})
        }
        8 => json!({"any": [condition(random)], "all": [condition(random)]}),
        _ => json!([condition(random)]),
    }
}

fn condition(random: &mut Random) -> Value {
    let key = match random.below(10) {
        0..6 => variable(random).into(),
        6 => format!("p-{}-{}", variable(random), variable(random)).into(),
        _ => value(random),
    };
    let mut condition =
        json!({"key": key, "operator": random.of(OPERATORS), "value": value(random)});
    if random.below(10) < 3 {
        condition["message"] = format!("m {}", variable(random)).into();
    }
    condition
}

fn variable(random: &mut Random) -> String {
    format!("{{{{ {} }}}}", random.of(PATHS))
}

pub(crate) fn value(random: &mut Random) -> Value {
    match random.below(100) {
        0..50 => (*random.of(TEXTS)).into(),
        50..70 => number(random),
        70..76 => random.is_one_of(2).into(),
        76..90 => {
            let count = random.below(4);
            (0..count).map(|_| scalar(random)).collect()
        }
        90..95 => json!({(*random.of(&["a", "b"])): random.of(TEXTS)}),
        _ => variable(random).into(),
    }
}

fn number(random: &mut Random) -> Value {
    random.json(&json!([0, 1, 2, 10, 60, 3600, 1.5, -1, 1_000_000, 12_345_678]))
}

fn scalar(random: &mut Random) -> Value {
    if random.is_one_of(5) { number(random) } else { (*random.of(TEXTS)).into() }
}

fn pattern(depth: usize, random: &mut Random) -> Value {
    match random.below(10) {
        _ if depth > 2 => leaf(random),
        0..4 => leaf(random),
        4..6 => json!([pattern(depth + 1, random)]),
        _ => {
            let mut fields = json!({});
            for _ in 0..=random.below(2) {
                let key = random.of(&["a", "b", "l", "m", "x", "y", "n"]);
                match random.below(6) {
                    0 => fields[format!("X({key})")] = "null".into(),
                    1 => fields[format!("({key})")] = pattern(depth + 1, random),
                    2 => fields[format!("=({key})")] = pattern(depth + 1, random),
                    3 => fields[format!("<({key})")] = pattern(depth + 1, random),
                    _ => fields[*key] = pattern(depth + 1, random),
                }
            }
            fields
        }
    }
}

fn leaf(random: &mut Random) -> Value {
    if random.is_one_of(3) {
        let more = ["?*", "!x", ">1", "<=10", "1-10", "a | b", ">1 & <10"];
        return (*random.of(&more)).into();
    }
    if random.is_one_of(8) { variable(random).into() } else { scalar(random) }
}

fn context(random: &mut Random) -> Vec<Value> {
    let entry = |number: usize, random: &mut Random| {
        let mut variable = json!({});
        if random.is_one_of(2) {
            variable["value"] = value(random);
        }
        if random.is_one_of(2) || variable.get("value").is_none() {
            variable["jmesPath"] = (*random.of(&PATHS[..PATHS.len() - 2])).into();
            if random.is_one_of(2) {
                variable["default"] = value(random);
            }
        }
        json!({"name": format!("v{number}"), "variable": variable})
    };
    let count = random.below(3);
    (0..count).map(|number| entry(number, random)).collect()
}

fn object(random: &mut Random) -> Value {
    let mut spec = json!({});
    let mut give = |key: &str, value: Value, random: &mut Random| {
        if random.below(100) >= 15 {
            spec[key] = value;
        }
    };
    for key in ["a", "b"] {
        let value = scalar(random);
        give(key, value, random);
    }
    give("n", Value::Null, random);
    let mut map = json!({});
    for _ in 0..random.below(3) {
        map[*random.of(&["k", "j", "a", "1"])] = (*random.of(TEXTS)).into();
    }
    give("m", map, random);
    let count = random.below(4);
    let list = (0..count).map(|_| json!({"x": random.of(TEXTS), "y": number(random)})).collect();
    give("l", list, random);
    if random.is_one_of(2) {
        let digest = format!("ghcr.io/x/y@sha256:{}", "a".repeat(64));
        let images = ["nginx", "a/b:1", &digest, "localhost:5000/z:t", "Bad Image"];
        spec["containers"] = json!([{"name": "c", "image": random.of(&images)}]);
    }
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "n", "namespace": "ns", "labels": {"app": random.of(TEXTS)}},
        "spec": spec,
    })
}
