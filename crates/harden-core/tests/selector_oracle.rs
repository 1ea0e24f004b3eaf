//! Random selectors match the labels here that they match in upstream's own code.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use harden_core::kubernetes::Selector;
use harden_yaml::Document;
use harness::Oracle;
use serde_json::{Map, Value, json};

/// Numbers that look random; the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

const KEYS: [&str; 6] = ["app", "tier", "app.kubernetes.io/name", "bad key", "-a", "X.y/z"];
const VALUES: [&str; 6] = ["web", "db", "", "a_b.c", "no good", "-x"];
const OPERATORS: [&str; 8] = ["In", "NotIn", "Exists", "DoesNotExist", "In", "NotIn", "Equals", ""];

fn value(random: &mut Random) -> &'static str {
    let likely = if random.below(12) == 0 { 6 } else { 4 };
    random.pick(&VALUES[..likely])
}

fn key(random: &mut Random) -> &'static str {
    let likely = if random.below(12) == 0 { 6 } else { 3 };
    random.pick(&KEYS[..likely])
}

fn labels(random: &mut Random) -> Map<String, Value> {
    (0..random.below(4)).map(|_| (key(random).to_owned(), json!(value(random)))).collect()
}

fn question(random: &mut Random) -> Value {
    let mut selector = Map::new();
    if random.below(2) == 0 {
        selector.insert("matchLabels".to_owned(), Value::Object(labels(random)));
    }
    if random.below(3) > 0 {
        let expressions = (0..random.below(3)).map(|_| {
            let likely = if random.below(12) == 0 { 8 } else { 6 };
            let operator = random.pick(&OPERATORS[..likely]);
            let takes_values = matches!(operator, "In" | "NotIn") != (random.below(15) == 0);
            let mut expression = json!({"key": key(random), "operator": operator});
            if takes_values {
                let values: Vec<_> = (0..random.below(4)).map(|_| value(random)).collect();
                expression["values"] = json!(values);
            }
            expression
        });
        selector.insert("matchExpressions".to_owned(), expressions.collect());
    }
    let selector = if random.below(40) == 0 { Value::Null } else { Value::Object(selector) };
    json!({"selector": selector, "labels": labels(random)})
}

#[test]
fn random_selectors_match_as_upstream_matches_them() {
    let Some(mut oracle) = Oracle::for_test("selector") else { return };
    let mut random = Random(1);
    let questions: Vec<_> = (0..20_000).map(|_| question(&mut random)).collect();
    let mut seen = [0; 3];
    for (question, theirs) in questions.iter().zip(oracle.ask_all(&questions)) {
        let text = question["selector"].to_string();
        let document = Document::parse_json(&text);
        let label = |key: &str| question["labels"].get(key).and_then(Value::as_str);
        let ours = match Selector::read(document.root()) {
            Err(_) => None,
            // A selector that is not there matches nothing.
            Ok(selector) => Some(selector.is_some_and(|it| it.matches(label))),
        };
        assert_eq!(ours, theirs["matches"].as_bool(), "{question} {theirs}");
        seen[ours.map_or(2, usize::from)] += 1;
    }
    assert!(seen.iter().all(|count| *count > 1_000), "{seen:?}");
}
