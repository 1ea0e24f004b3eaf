//! Policies and objects of which any part is anything: each is judged, refused or named, and nothing ends the
//! command. `HARDEN_HOSTILE` (60) says how many of each group are tried, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
#![allow(dead_code, reason = "tests share what is random")]

#[path = "random/dice.rs"]
mod dice;
#[path = "hostile/growth.rs"]
mod growth;
#[path = "hostile/templates.rs"]
mod templates;

use dice::{Dice, number, report, seed};
use harden_admission::report::{Asked, Before, Outcome, Told};
use harden_admission::{Answer, Cluster, Needs, Object, Policies, Question, User, Verdict};
use harden_core::kubernetes::MinorVersion;
use harden_yaml::documents;
use serde_json::{Value, json};

const SAMPLES: &str = include_str!("hostile/policies.yaml");

/// Groups of documents that belong together, by name.
fn samples() -> Vec<(String, Vec<Value>)> {
    let groups = SAMPLES.split("\n--- # ").skip(1).map(|text| {
        let (name, text) = text.split_once('\n').unwrap();
        let values = documents(text).map(|it| {
            assert!(!it.is_rejected(), "{name}");
            serde_json::from_str(&it.to_json().unwrap()).unwrap()
        });
        (name.to_owned(), values.collect())
    });
    groups.collect()
}

fn subjects() -> [Value; 2] {
    let spec = json!({
        "hostPID": true, "nodeName": "n",
        "containers": [{"name": "c", "image": "nginx:1", "args": ["a"], "ports": [{"containerPort": 80}],
            "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}, "env": [{"name": "A", "value": "b"}]}],
        "volumes": [{"name": "v", "emptyDir": {}}],
    });
    let metadata = json!({"name": "web", "namespace": "ns", "labels": {"app": "web"}, "annotations": {"a": "b"}});
    [
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}),
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": spec}}}),
    ]
}

/// What policies say of objects, and which of the policies are not in force.
fn judge(policies: &[Value], objects: &[Value]) -> (Vec<Told>, Vec<Answer>) {
    let question =
        Question { operation: None, user: User::named("alice", &[]), namespace: "ns".into() };
    let all: Vec<Object> = policies.iter().cloned().map(Object::new).collect();
    let taken: Vec<Object> = all.iter().filter(|it| Policies::takes(it)).cloned().collect();
    let _ = Needs::of(&taken);
    let mut cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
    cluster.is_whole = true;
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ns", "labels": {"team": "a"}}});
    cluster.add(Object::new(namespace));
    all.into_iter().for_each(|it| cluster.add(it));
    let compiled = Policies::read(&taken, &cluster);
    let refused = compiled.refused().cloned().collect();
    let before = Before::default();
    let asked = Asked {
        policies: &compiled,
        cluster: &cluster,
        question: &question,
        before: &before,
        may_be_more: false,
    };
    let told = objects.iter().map(|it| asked.ask(Object::new(it.clone())));
    (told.map(Result::unwrap).collect(), refused)
}

/// The places in a value, as pointers, the value itself first.
fn places(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, it)| {
            let key = key.replace('~', "~0").replace('/', "~1");
            places(it, &format!("{at}/{key}"), all);
        }),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, it)| places(it, &format!("{at}/{index}"), all));
        }
        _ => {}
    }
}

fn deep(levels: usize, is_map: bool) -> Value {
    let wrap = |inner, _| if is_map { json!({"a": inner}) } else { json!([inner]) };
    (0..levels).fold(json!("x"), wrap)
}

/// What may stand in place of a value.
fn others(value: &Value) -> Vec<Value> {
    let mut others = vec![
        Value::Null,
        json!({}),
        json!([]),
        json!(""),
        json!("x"),
        json!("*"),
        json!("{{ x }}"),
        json!("{{"),
        json!(0),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(true),
        json!("a".repeat(20_000)),
        deep(90, true),
        deep(90, false),
        json!([value, value]),
        json!({"": value}),
        json!([null]),
        json!(vec![value; 200]),
    ];
    if let Value::Array(items) = value {
        others.push(items.iter().chain(items).cloned().collect());
    }
    if let Value::String(text) = value {
        others.extend(
            [format!("{text}{text}"), format!("({text}"), format!("{text}*")].map(Value::from),
        );
    }
    others
}

fn check(told: &[Told], refused: &[Answer]) {
    let answers = told.iter().flat_map(|it| &it.answers).chain(refused);
    for it in answers {
        let says_why = !matches!(it.verdict, Verdict::Error | Verdict::NotJudged)
            || !it.message.trim().is_empty();
        assert!(says_why, "no message: {it:?}");
    }
}

/// Whether something else stands there than an API server decodes: it is no map, no list or no text.
fn is_unlike(was: &Value, other: &Value) -> bool {
    match was {
        Value::Object(_) => !other.is_object() && !other.is_null(),
        Value::Array(_) => !other.is_array() && !other.is_null(),
        Value::String(_) => !other.is_string() && !other.is_null() && !other.is_number(),
        _ => false,
    }
}

/// Where a policy may hold whatever it likes, or an engine tells later what it takes. What has no text for a
/// kind or an apiVersion is no policy.
fn is_free(at: &str) -> bool {
    const PARTS: [&str; 9] = [
        "/pattern",
        "/anyPattern",
        "/patchStrategicMerge",
        "/conditions",
        "/rules/0/preconditions",
        "/values",
        "/openAPIV3Schema",
        "/key",
        "/value",
    ];
    ["", "/kind", "/apiVersion"].contains(&at) || PARTS.iter().any(|it| at.contains(it))
}

fn says_so(told: &[Told], refused: &[Answer]) -> bool {
    let mut answers = told.iter().flat_map(|it| &it.answers).chain(refused);
    answers.any(|it| matches!(it.verdict, Verdict::Error | Verdict::NotJudged))
}

/// Some of many cases.
fn chosen<T>(cases: Vec<T>, dice: &mut Dice) -> Vec<T> {
    let count = number("HARDEN_HOSTILE").unwrap_or(60);
    let total = cases.len();
    let is_chosen = |_: &T| u64::try_from(dice.below(total)).unwrap() < count;
    cases.into_iter().filter(is_chosen).collect()
}

/// A value with something else at a place, for every place and everything that may stand there.
fn variants(value: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    places(value, "", &mut all);
    let each = all.into_iter().flat_map(|at| {
        let others = others(value.pointer(&at).unwrap());
        others.into_iter().map(move |it| (at.clone(), it))
    });
    each.collect()
}

fn with(value: &Value, at: &str, other: &Value) -> Value {
    let mut changed = value.clone();
    *changed.pointer_mut(at).unwrap() = other.clone();
    changed
}

/// What is judged, by what cannot be repeated without it where it panics.
fn survives(case: &str, policies: &[Value], objects: &[Value]) -> (Vec<Told>, Vec<Answer>) {
    let result = std::panic::catch_unwind(|| judge(policies, objects));
    let (told, refused) = result.unwrap_or_else(|_| panic!("{case}"));
    check(&told, &refused);
    (told, refused)
}

#[test]
fn the_samples_are_in_force() {
    for (name, policies) in samples() {
        let (told, refused) = judge(&policies, &subjects());
        assert!(refused.iter().all(|it| it.verdict != Verdict::Error), "{name}: {refused:?}");
        assert!(told.iter().any(|it| !it.answers.is_empty()), "{name}: {told:?}");
    }
}

#[test]
fn any_part_of_a_policy_may_be_anything() {
    let seed = seed();
    let mut dice = Dice::new(seed);
    for (name, policies) in samples() {
        let all = policies.iter().enumerate();
        let cases =
            all.flat_map(|(index, it)| variants(it).into_iter().map(move |case| (index, case)));
        for (index, (at, other)) in chosen(cases.collect(), &mut dice) {
            let mut changed = policies.clone();
            let was = policies[index].pointer(&at).unwrap();
            changed[index] = with(&policies[index], &at, &other);
            let shown: String = other.to_string().chars().take(80).collect();
            let case =
                format!("HARDEN_RANDOM_SEED={seed} {name}: document {index}, {at} = {shown}");
            let (told, refused) = survives(&case, &changed, &subjects());
            let is_policy = Policies::takes(&Object::new(policies[index].clone()));
            if is_policy && is_unlike(was, &other) && !is_free(&at) {
                assert!(says_so(&told, &refused), "taken for sound: {case}");
            }
        }
    }
    report(&format!("policies of which any part is anything, HARDEN_RANDOM_SEED={seed}"));
}

#[test]
fn any_part_of_an_object_may_be_anything() {
    let seed = seed();
    let mut dice = Dice::new(seed);
    for subject in subjects() {
        for (name, policies) in samples() {
            let cases = chosen(variants(&subject), &mut dice);
            let objects: Vec<Value> =
                cases.iter().map(|(at, other)| with(&subject, at, other)).collect();
            survives(&format!("HARDEN_RANDOM_SEED={seed} {name}"), &policies, &objects);
        }
    }
    report(&format!("objects of which any part is anything, HARDEN_RANDOM_SEED={seed}"));
}

#[test]
fn what_a_mutation_that_is_not_judged_makes_is_not_admitted() {
    let copies: Vec<Value> = (0..40)
        .map(|it| json!({"op": "copy", "from": "/spec", "path": format!("/spec/x{it}")}))
        .collect();
    let policy = json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "a"}, "spec": {
        "rules": [{"name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "mutate": {"patchesJson6902": json!(copies).to_string()}}]}});
    let (told, refused) = judge(&[policy], &subjects()[..1]);
    assert!(refused.is_empty(), "{refused:?}");
    assert_eq!(told[0].answers[0].verdict, Verdict::NotJudged, "{told:?}");
    assert_eq!(told[0].outcome(), Outcome::Unknown);
}
