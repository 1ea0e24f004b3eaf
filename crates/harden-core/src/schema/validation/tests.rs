use harden_yaml::Document;

use super::*;

/// What is said of values that are held to a schema.
fn refused(schema: &str, value: &str) -> Vec<String> {
    let schema = Document::parse_yaml(schema);
    let value = Document::parse_yaml(value);
    let validation = Validation::of_field(schema.root());
    let all = validation.iter().flat_map(|it| it.refuse(value.root()));
    all.map(|it| format!("{}: {}", it.place.path(), it.words)).collect()
}

#[test]
fn values_are_held_to_their_schema() {
    for (schema, good, bad) in [
        ("{type: string, enum: [fast, slow]}", "fast", "medium"),
        ("{type: integer, enum: [1, 2]}", "2", "3"),
        ("{type: integer, minimum: 1, maximum: 5}", "5", "6"),
        ("{type: integer, minimum: 1, exclusiveMinimum: true}", "2", "1"),
        ("{type: number, maximum: 1.5, exclusiveMaximum: true}", "1.25", "1.5"),
        ("{type: integer, multipleOf: 5}", "-10", "7"),
        ("{type: integer, format: int32}", "-2147483648", "2147483648"),
        ("{type: string, minLength: 1}", "a", "''"),
        ("{type: string, maxLength: 2}", "éé", "abc"),
        ("{type: string, pattern: '^[a-z]+$'}", "abc", "ABC"),
        ("{type: string, format: date-time}", "'2024-01-01T00:00:00Z'", "yesterday"),
        ("{type: array, minItems: 1}", "[1]", "[]"),
        ("{type: array, maxItems: 1}", "[1]", "[1, 2]"),
        ("{type: object, minProperties: 1}", "{a: 1}", "{}"),
        ("{type: object, maxProperties: 1}", "{a: 1}", "{a: 1, b: 1}"),
        ("{x-kubernetes-list-type: set, items: {type: string}}", "[a, b]", "[a, a]"),
        ("{x-kubernetes-list-type: set}", "[{a: 1, b: 2}]", "[{a: 1, b: 2}, {b: 2, a: 1}]"),
        (
            "{x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k]}",
            "[{k: 1}, {k: '1'}]",
            "[{k: 1}, {k: 1}]",
        ),
        ("{type: array, items: {type: string}}", "[a]", "[a, null]"),
        ("{anyOf: [{required: [a]}, {required: [b]}]}", "{b: 1}", "{c: 1}"),
        ("{oneOf: [{required: [a]}, {required: [b]}]}", "{b: 1}", "{a: 1, b: 1}"),
        ("{allOf: [{properties: {a: {maximum: 1}}}]}", "{a: 1}", "{a: 2}"),
        ("{not: {required: [a]}}", "{b: 1}", "{a: 1}"),
        ("{not: {properties: {a: {enum: [x]}}, required: [a]}}", "{a: y}", "{a: x}"),
        ("{items: {}, allOf: [{items: {minimum: 2}}]}", "[2, 3]", "[2, 1]"),
    ] {
        assert_eq!(refused(schema, good), [""; 0], "{schema} {good}");
        assert_eq!(refused(schema, bad).len(), 1, "{schema} {bad}: {:?}", refused(schema, bad));
    }
}

#[test]
fn what_is_not_known_is_not_judged() {
    for (schema, value) in [
        ("{properties: {a: {default: 1}}, anyOf: [{required: [a]}]}", "{}"),
        ("{properties: {a: {default: 1}}, not: {properties: {a: {enum: [2]}}}}", "{}"),
        ("{properties: {a: {default: 1}}, minProperties: 1}", "{}"),
        (
            "{x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [p], \
             items: {properties: {p: {default: TCP}}}}",
            "[{a: 1}, {a: 2}]",
        ),
        (r"{pattern: '\pL'}", "'1'"),
        (r"{anyOf: [{pattern: '\pL'}, {enum: [a]}]}", "1x"),
        ("{format: uri}", "no uri"),
        ("{nullable: true, enum: [a]}", "null"),
    ] {
        assert_eq!(refused(schema, value), [""; 0], "{schema} {value}");
    }
}

#[test]
fn alternatives_are_told_in_words() {
    for (schema, value, said) in [
        ("{oneOf: [{required: [a]}, {required: [b]}]}", "{}", ": must have `a`, or must have `b`"),
        (
            "{oneOf: [{required: [a]}, {required: [b]}]}",
            "{a: 1, b: 1}",
            ": must have only one of `a`, `b`",
        ),
        ("{not: {required: [a, b]}}", "{a: 1, b: 1}", ": must not have `a` and `b` together"),
        ("{enum: [Fast, Slow]}", "fast", ": must be `Fast` or `Slow`; did you mean `Fast`"),
        (
            "{anyOf: [{pattern: '^a$'}, {maxLength: 1}]}",
            "bb",
            ": must match `^a$`, or must have at most 1 character",
        ),
    ] {
        assert_eq!(refused(schema, value), [said], "{schema} {value}");
    }
}
