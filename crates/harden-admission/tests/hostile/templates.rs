//! Templates of Gatekeeper that grow without end.

use serde_json::{Value, json};

/// A template of some Rego, with a constraint.
pub(super) fn template(rego: &str) -> [Value; 2] {
    let template = json!({
        "apiVersion": "templates.gatekeeper.sh/v1", "kind": "ConstraintTemplate", "metadata": {"name": "k"},
        "spec": {
            "crd": {"spec": {"names": {"kind": "K"}}},
            "targets": [{"target": "admission.k8s.gatekeeper.sh", "rego": rego}],
        },
    });
    let constraint = json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K", "metadata": {"name": "c"}, "spec": {},
    });
    [template, constraint]
}

/// A template whose violation has a body, after rules.
pub(super) fn violation(rules: &str, body: &str) -> String {
    format!("package k\n{rules}\nviolation[{{\"msg\": \"no\"}}] {{\n{body}\n}}")
}

/// Statements with a number in each place of `#`, and the one before it in each of `@`.
pub(super) fn chain(count: usize, statement: &str) -> String {
    let each = (1..=count).map(|it| {
        statement.replace('#', &it.to_string()).replace('@', &(it - 1).to_string()) + "\n"
    });
    each.collect()
}

/// Templates that would take all time or all memory there is, each by something else.
#[expect(clippy::too_many_lines, reason = "a list of templates")]
pub(super) fn hostile_templates() -> Vec<(&'static str, String)> {
    let made =
        |statement: &str| format!("x0 := input.review.object.metadata\n{}", chain(40, statement));
    let many = "many := numbers.range(1, 200000)";
    let nested = format!("f0(x) = [x, x] {{ true }}\n{}", chain(6, "f#(x) = y { y := f@(f@(x)) }"));
    let rules = format!(
        "p0 = {{\"a\": 1}} {{ true }}\n{}",
        chain(40, "p#[k] = p@ { k := [\"a\", \"b\"][_] }")
    );
    let sets = format!(
        "p0[x] {{ x := \"a\" }}\n{}",
        (1..=40)
            .map(|it| (0..it).map(|at| format!("p{it}[x] {{ x := p{at} }}\n")).collect::<String>())
            .collect::<String>()
    );
    vec![
        (
            "squares",
            violation("", &format!("x0 := 9999999999999\n{}x40 > 0", chain(40, "x# := x@ * x@"))),
        ),
        (
            "squares of functions",
            violation(
                &format!(
                    "f0(x) = x * x {{ true }}\n{}",
                    chain(6, "f#(x) = y {{ y := f@(f@(x)) }}")
                        .replace("{{", "{")
                        .replace("}}", "}")
                ),
                "f6(9999999999999) > 0",
            ),
        ),
        ("a product", violation(many, "product(many) > 0")),
        ("a number with an exponent", violation("", "1e999999999 > 0")),
        ("a written number with an exponent", violation("", "to_number(\"1e999999999\") > 0")),
        ("a number in JSON", violation("", "json.unmarshal(\"[1e999999999]\")[0] > 0")),
        ("a unit", violation("", "units.parse(\"1e999999999\") > 0")),
        (
            "a list of lists by walk",
            violation("", &(made("x# := [x@, x@]") + "walk(x40, [p, v])\nv == 1")),
        ),
        (
            "a list of lists that is compared",
            violation("", &(made("x# := [x@, x@]\ny# := [x@, x@]") + "x40 == y40")),
        ),
        ("equations", violation("", &(made("x# = [x@, x@]") + "count({x40, 1}) > 0"))),
        (
            "equations from behind",
            violation(
                "",
                &((1..=40)
                    .rev()
                    .map(|it| format!("[x{at}, x{at}] = x{it}\n", at = it - 1))
                    .collect::<String>()
                    + "x0 = 1\ncount({x40, 2}) > 0"),
            ),
        ),
        (
            "objects",
            violation("", &(made("x# := {\"a\": x@, \"b\": x@}") + "json.marshal(x40) != \"\"")),
        ),
        (
            "comprehensions",
            violation("", &(made("x# := [x@ | numbers.range(1, 2)[_]]") + "count({x40, 1}) > 0")),
        ),
        ("lists of functions", violation(&nested, "x := f6(1)\nx < [x]")),
        ("objects of rules", violation(&rules, "count({p40, 1}) > 0")),
        ("sets of rules", violation(&sets, "count({p40, 1}) > 0")),
        (
            "a wide text",
            violation(
                "",
                "sprintf(\"%999999d %999999d\", [1, 1]) != sprintf(\"%0999999999d\", [1])\nx := [y | numbers.range(1, 1000)[_]; y := sprintf(\"%999999d\", [1])]\ncount(x) > 0",
            ),
        ),
        (
            "texts that double",
            violation(
                "",
                &format!("x0 := \"aa\"\n{}x40 != \"\"", chain(40, "x# := concat(\"\", [x@, x@])")),
            ),
        ),
        (
            "replacements",
            violation(
                "",
                &format!(
                    "x0 := \"aa\"\n{}x40 != \"\"",
                    chain(40, "x# := replace(x@, \"a\", \"aa\")")
                ),
            ),
        ),
        (
            "lists that double",
            violation(
                "",
                &format!("x0 := [1]\n{}count(x40) > 0", chain(40, "x# := array.concat(x@, x@)")),
            ),
        ),
        ("a range", violation("", "count(numbers.range(0, 1000000000000)) > 0")),
        (
            "copies of a range",
            violation(many, "x := [y | many[_]; y := array.slice(many, 0, 100000)]\ncount(x) > 0"),
        ),
        (
            "reversed copies",
            violation(many, "x := [y | many[_]; y := array.reverse(many)]\ncount(x) > 0"),
        ),
        (
            "comparisons",
            violation(
                "",
                "a := numbers.range(1, 200000)\nb := numbers.range(1, 200000)\nx := [1 | a[_]; a == b]\ncount(x) > 0",
            ),
        ),
        (
            "look-ups",
            violation(
                "",
                "a := numbers.range(1, 200000)\nb := {numbers.range(1, 200000)}\nx := [1 | a[_]; b[a]]\ncount(x) > 0",
            ),
        ),
        (
            "unions",
            violation(
                many,
                "s := {x | x := many[_]}\nx := [y | many[_]; y := s | {1}]\ncount(x) > 0",
            ),
        ),
        (
            "unions of objects",
            violation(many, "x := object.union_n([{i: 1} | i := many[_]])\ncount(x) > 0"),
        ),
        ("sorted lists", violation(many, "x := [y | many[_]; y := sort(many)]\ncount(x) > 0")),
        (
            "characters",
            violation(
                many,
                "t := concat(\"\", [\"aaaaaaaaaa\" | many[_]])\nx := [y | many[_]; y := split(t, \"\")]\ncount(x) > 0",
            ),
        ),
        (
            "trimmed texts",
            violation(
                many,
                "t := concat(\"\", [\"aaaaaaaaaab\" | many[_]])\nx := trim(t, t)\nx == \"\"",
            ),
        ),
        (
            "prefixes",
            violation(
                many,
                "t := [x | x := sprintf(\"%d\", [many[_]])]\nstrings.any_prefix_match(t, [\"b\" | many[_]])",
            ),
        ),
        (
            "patterns",
            violation(
                many,
                "t := concat(\"\", [\"aaaaaaaaaa\" | many[_]])\nregex.match(\"(a*)*(a*)*(a*)*(a*)*(a*)*b{1,200}\", t)",
            ),
        ),
        (
            "products of comprehensions",
            violation(
                many,
                "x := {[a, b, c] | a := many[_]; b := many[_]; c := many[_]}\ncount(x) > 0",
            ),
        ),
        (
            "texts in JSON",
            violation(
                "",
                &format!("x0 := \"\\\"\"\n{}x40 != \"\"", chain(40, "x# := json.marshal(x@)")),
            ),
        ),
    ]
}
