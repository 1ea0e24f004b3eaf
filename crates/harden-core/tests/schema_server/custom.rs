//! Custom objects that are held to a definition by a real API server and by this crate.

use harden_core::schema::Crds;
use harden_yaml::Document;
use harness::ControlPlane;
use serde_json::{Value, json};

use super::mutation::Random;
use super::verdict::{ours, server};
use super::{SEED, folder, setting};

/// How many objects are tried.
const OBJECTS: u64 = 600;

const DEFINITION: &str = include_str!("definition.yaml");

#[test]
fn custom_objects_are_refused_as_the_server_refuses_them() {
    let Some(plane) = super::plane() else { return };
    plane.apply(DEFINITION);
    let document = Document::parse_yaml(DEFINITION);
    let crds = Crds::read([&document]);
    assert_eq!(crds.len(), 1);
    wait_until_served(&plane);
    let seed = setting("HARDEN_RANDOM_SEED", SEED);
    let mut random = Random::new(seed);
    let mut cases = vec![sound()];
    cases.extend((1..setting("HARDEN_RANDOM_CUSTOM", OBJECTS)).map(|_| broken(&mut random)));
    let answers = server(&plane, &folder("custom"), &cases);
    let mut differences = Vec::new();
    let mut refused = 0;
    for (case, said) in cases.iter().zip(answers) {
        // The form of the names of embedded kinds is not judged.
        if said.text.contains("spec.embedded.kind")
            || said.text.contains("spec.embedded.apiVersion")
        {
            continue;
        }
        let here = ours(case, &crds);
        refused += usize::from(!said.text.is_empty());
        if said.text.is_empty() != here.is_empty() {
            differences.push(format!("server: {}\nhere: {here:?}\n{case}\n", said.text));
        }
    }
    assert!(
        differences.is_empty(),
        "seed {seed}: {}\n{}",
        differences.len(),
        differences.join("\n")
    );
    assert!(refused * 4 > cases.len(), "only {refused} were refused");
}

fn wait_until_served(plane: &ControlPlane) {
    harness::eventually("the kind to be served", || {
        let output = plane.kubectl(["get", "gadgets.example.com"]).output().unwrap();
        output.status.success().then_some(())
    });
}

fn sound() -> Value {
    json!({
        "apiVersion": "example.com/v1",
        "kind": "Gadget",
        "metadata": {"name": "a"},
        "spec": {
            "size": 3, "mode": "fast", "level": 2, "name": "abc", "ratio": 0.5, "even": 4, "short": 7,
            "port": "http", "maybe": "x", "when": "2024-01-01T00:00:00Z", "set": ["a", "b"],
            "map": [{"k": "a", "v": 1}, {"k": "b"}], "pairs": [{"a": "x", "b": "y"}], "few": {"x": 1},
            "either": {"a": "x"}, "only": {"b": "x"}, "open": {"known": "x", "other": [1]},
            "kept": [{"id": "a", "more": 1}], "embedded": {"apiVersion": "v1", "kind": "Pod", "x": 1},
            "all": {"a": 2}, "filled": {}, "address": "10.0.0.1", "network": "10.0.0.0/8",
            "wait": "1h", "bytes": "YQ==", "day": "2024-01-31", "free": {"x": [1]}
        }
    })
}

/// The sound object with one or two values that are something else.
fn broken(random: &mut Random) -> Value {
    let mut object = sound();
    for _ in 0..=random.below(2) {
        let fields = super::fields(&object);
        let inside: Vec<_> = fields.iter().filter(|it| it.starts_with("/spec/")).collect();
        let field = (*random.pick(&inside)).clone();
        let Some(place) = object.pointer_mut(&field) else { continue };
        *place = value(random);
    }
    object
}

fn value(random: &mut Random) -> Value {
    let values = [
        json!(null),
        json!(0),
        json!(1),
        json!(2),
        json!(5),
        json!(6),
        json!(7),
        json!(-1),
        json!(1.5),
        json!(0.25),
        json!(3_000_000_000_u64),
        json!(true),
        json!(""),
        json!("a"),
        json!("abc"),
        json!("ABC"),
        json!("abcdef"),
        json!("fast"),
        json!("Fast"),
        json!("10.0.0.1"),
        json!("fd00::1"),
        json!("10.0.0.0/33"),
        json!("fd00::/8"),
        json!("2024-02-30"),
        json!("2024-01-01t00:00:00z"),
        json!("5 minutes"),
        json!("-3s"),
        json!("YQ"),
        json!([]),
        json!(["a", "a"]),
        json!([null]),
        json!([1, 1]),
        json!(["a", "b", "c"]),
        json!([{"k": "a"}, {"k": "a"}]),
        json!([{"k": "a", "v": 9}]),
        json!([{"a": "x", "b": "y"}, {"b": "y", "a": "x"}]),
        json!([{"a": "x"}, {"a": "x", "b": "z"}]),
        json!({}),
        json!({"a": "x", "b": "y"}),
        json!({"a": 1}),
        json!({"a": 3}),
        json!({"a": null}),
        json!({"c": "x"}),
        json!({"x": 1, "y": 2}),
        json!({"x": 1, "y": 2, "z": 3}),
        json!({"known": 1}),
        json!({"kind": "Pod"}),
    ];
    random.pick(&values).clone()
}
