//! A real API server decodes, in objects that are made from its OpenAPI, what the table of built-in kinds says
//! that it does, and refuses what is called refused here.
//!
//! `HARDEN_RANDOM_SCHEMA` sets how many objects there are, `HARDEN_RANDOM_SEED` which.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[allow(dead_code, reason = "samples are not changed here")]
#[path = "schema_server/mutation.rs"]
mod mutation;
#[path = "schema_fields/openapi.rs"]
mod openapi;
#[allow(dead_code, reason = "warnings are of no interest here")]
#[path = "random_pods/proxy.rs"]
mod proxy;
#[allow(dead_code, reason = "nobody counts pods here")]
#[path = "random_pods/settings.rs"]
mod settings;
#[allow(dead_code, reason = "other tests ask by way of kubectl")]
#[path = "schema_server/verdict.rs"]
mod verdict;

use std::collections::BTreeSet;

use harden_core::schema::{Crds, FlawKind};
use harden_yaml::{Document, ProblemKind};
use harness::{ControlPlane, Options};
use mutation::Random;
use openapi::{Field, OpenApi};
use proxy::{Proxy, Reply};
use serde_json::{Map, Value, json};
use settings::{number, report};
use verdict::{Flaw, Said, Verdict, ours};

/// Sound objects, in which one field is less likely to be lost among other mistakes.
const SAMPLES: [&str; 2] =
    [include_str!("schema_server/samples.yaml"), include_str!("object_validation/bases.yaml")];
const OBJECTS: u64 = 4_000;
const SEED: u64 = 1;

/// What the server says and is not said here, and why.
const NOT_SAID_HERE: &[(&str, &str)] =
    &[("Go struct field JSONSchemaProps.", "schemas in lists of schemas are not looked at")];

/// Fields that are called missing here and not there, and why.
const TAKEN_ALL_THE_SAME: &[(&str, &str)] =
    &[(".dataSource.", "the server drops a source that is of no kind that it knows")];

/// What is written into a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mistake {
    Right,
    Null,
    Empty,
    WrongType,
    OtherValue,
    UnknownField,
    Duplicate,
    Missing,
}

const MISTAKES: [Mistake; 8] = [
    Mistake::Right,
    Mistake::Null,
    Mistake::Empty,
    Mistake::WrongType,
    Mistake::OtherValue,
    Mistake::UnknownField,
    Mistake::Duplicate,
    Mistake::Missing,
];

/// The key that becomes a second one of another name in the text.
const AGAIN: &str = "written again";

/// A text to be created, and what it is.
struct Case {
    kind: usize,
    mistake: Mistake,
    object: Value,
    text: String,
}

#[test]
fn the_server_decodes_every_field_as_the_table_says() {
    let options = Options {
        no_controllers: true,
        apiserver_args: vec![
            ("runtime-config".to_owned(), "api/all=true".to_owned()),
            ("feature-gates".to_owned(), "AllAlpha=true,AllBeta=true".to_owned()),
        ],
        ..Options::default()
    };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    let proxy = Proxy::start(&plane);
    let api = OpenApi::read(&proxy);
    assert!(api.kinds.len() > 70, "only {} kinds", api.kinds.len());
    assert!(api.fields.len() > 1_900, "only {} fields", api.fields.len());
    let seed = number("HARDEN_RANDOM_SEED").unwrap_or(SEED);
    let count = number("HARDEN_RANDOM_SCHEMA").unwrap_or(OBJECTS);
    let mut random = Random::new(seed);
    let samples: Vec<Value> = SAMPLES.iter().flat_map(|it| objects_of(it)).collect();
    let (mut kinds, mut tally, mut wrong) = (BTreeSet::new(), Tally::default(), Vec::new());
    for index in 0..count {
        let Some(case) = case(&api, &samples, usize::try_from(index).unwrap(), &mut random) else {
            continue;
        };
        let kind = &api.kinds[case.kind];
        kinds.insert(case.kind);
        let reply = proxy.create_strictly(&kind.path, &case.text);
        if NOT_SAID_HERE.iter().any(|(words, _)| reply.message.contains(words)) {
            continue;
        }
        if let Some(difference) = difference(&case, &reply, &mut tally) {
            let text = &case.text;
            wrong.push(format!("{:?}: {difference}\n{}\n{text}\n", case.mistake, reply.message));
        }
    }
    let first: Vec<_> = wrong.iter().take(25).cloned().collect();
    assert!(
        wrong.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} of {count}\n{}",
        wrong.len(),
        first.join("\n")
    );
    report(&format!(
        "{count} objects of {} kinds with {} fields, {tally:?}, all as the server decodes them, \
         HARDEN_RANDOM_SEED={seed}",
        kinds.len(),
        api.fields.len(),
    ));
    assert!(kinds.len() == api.kinds.len() || count < OBJECTS, "only {} kinds", kinds.len());
    assert!(tally.undecoded * 8 > count, "{tally:?}");
    assert!(tally.refused * 50 > count, "{tally:?}");
}

/// How often what was said.
#[derive(Debug, Default)]
struct Tally {
    taken: u64,
    /// What is not decoded, or not strictly.
    undecoded: u64,
    /// What is decoded, and refused here as there.
    refused: u64,
}

/// One field of a kind with a mistake, in an object that is made for it.
fn case(api: &OpenApi, samples: &[Value], index: usize, random: &mut Random) -> Option<Case> {
    let mistake = MISTAKES[index % MISTAKES.len()];
    let field = {
        let ways = random.pick(&api.fields);
        random.pick(ways).clone()
    };
    // Every kind has its turn.
    let turn = index / MISTAKES.len();
    let field = match api.kinds.get(turn) {
        Some(_) => of_kind(api, turn, random).unwrap_or(field),
        None => field,
    };
    let kind = &api.kinds[field.kind];
    let of_kind = |it: &&Value| it["apiVersion"] == kind.api_version && it["kind"] == kind.name;
    let samples: Vec<_> = samples.iter().filter(of_kind).collect();
    let mut object = match samples.as_slice() {
        [_, ..] if random.below(4) > 0 => (*random.pick(&samples)).clone(),
        _ => api.object(kind, random),
    };
    let (map, schema) = api.reach(&mut object, &field, random)?;
    let name = field.name.as_str();
    let right = api.value(schema, random, 2);
    spoil(map, name, right, mistake, random);
    let text = object
        .to_string()
        .replace(&format!("{}:", json!(format!("{AGAIN} {name}"))), &format!("{}:", json!(name)));
    Some(Case { kind: field.kind, mistake, object, text })
}

fn objects_of(text: &str) -> Vec<Value> {
    let documents = harden_yaml::parse(text);
    let texts = documents.iter().filter(|it| !it.is_empty()).filter_map(Document::to_json);
    texts.map(|it| serde_json::from_str(&it).unwrap()).collect()
}

fn of_kind(api: &OpenApi, kind: usize, random: &mut Random) -> Option<Field> {
    let all: Vec<_> = api.fields.iter().flatten().filter(|it| it.kind == kind).collect();
    (!all.is_empty()).then(|| (*random.pick(&all)).clone())
}

fn spoil(
    map: &mut Map<String, Value>,
    name: &str,
    right: Value,
    mistake: Mistake,
    random: &mut Random,
) {
    let others = [
        json!("text"),
        json!("12"),
        json!(12),
        json!(-1),
        json!(3_000_000_000_u64),
        json!(1.5),
        json!(true),
        json!([]),
        json!(["a"]),
        json!([1]),
        json!([null]),
        json!({}),
        json!({"a": "b"}),
        json!({"a": 1}),
        json!([{"a": 1}]),
    ];
    let value = match (mistake, &right) {
        (Mistake::Null, _) => json!(null),
        (Mistake::Empty, Value::String(_)) => json!(""),
        (Mistake::Empty, Value::Array(_)) => json!([]),
        (Mistake::Empty, Value::Object(_)) => json!({}),
        (Mistake::Empty, Value::Bool(_)) => json!(false),
        (Mistake::Empty, _) => json!(0),
        (Mistake::WrongType, _) => random.pick(&others).clone(),
        (Mistake::OtherValue, Value::String(_)) => {
            random.pick(&[json!("Nonsense"), json!("zz Not_valid!"), json!("-1")]).clone()
        }
        (Mistake::OtherValue, Value::Number(_)) => {
            random.pick(&[json!(-1), json!(0), json!(65_536), json!(2_147_483_647)]).clone()
        }
        _ => right.clone(),
    };
    map.insert(name.to_owned(), value);
    match mistake {
        Mistake::UnknownField => {
            map.insert("nonsense".to_owned(), right);
        }
        Mistake::Duplicate => {
            map.insert(format!("{AGAIN} {name}"), right);
        }
        Mistake::Missing => {
            map.shift_remove(name);
        }
        _ => {}
    }
}

/// What differs between what is said here and there of a text.
fn difference(case: &Case, reply: &Reply, tally: &mut Tally) -> Option<String> {
    let said = Said { text: reply.message.clone() };
    let flaws = flaws(case);
    let (mut theirs, here) = (Verdict::of_server(&said), Verdict::of_flaws(&flaws));
    // Of a status it is known here only that it is a map.
    theirs.unknown.retain(|it| here.unknown.contains(it) || it.split('.').all(|it| it != "status"));
    if said.text.contains(".status.") && theirs.is_wrong_type {
        return None;
    }
    if theirs != here {
        return Some(format!("server: {theirs:?}\nhere: {here:?}"));
    }
    // What cannot be decoded at all is not searched for the rest.
    let is_twice = said.text.contains("duplicate field");
    if !theirs.is_wrong_type && is_twice != has_duplicate(&case.text) {
        return Some(format!("server: duplicate {is_twice}"));
    }
    if theirs != Verdict::default() || is_twice {
        tally.undecoded += 1;
        return None;
    }
    let is_taken_there =
        |it: &Flaw| TAKEN_ALL_THE_SAME.iter().any(|(path, _)| it.path.contains(path));
    let refused = flaws.iter().filter(|it| is_refusal(it.kind) && !is_taken_there(it));
    let refused: Vec<_> = refused.collect();
    let is_taken = (200..300).contains(&reply.code);
    tally.taken += u64::from(is_taken);
    tally.refused += u64::from(!is_taken && !refused.is_empty());
    (is_taken && !refused.is_empty()).then(|| format!("the server takes it\nhere: {refused:?}"))
}

fn is_refusal(kind: FlawKind) -> bool {
    matches!(
        kind,
        FlawKind::UnknownField
            | FlawKind::FieldNotInVersion
            | FlawKind::WrongType
            | FlawKind::MissingField
            | FlawKind::InvalidValue
            | FlawKind::UnservedVersion
            | FlawKind::UnknownKind
            | FlawKind::Untyped
    )
}

fn flaws(case: &Case) -> Vec<Flaw> {
    if case.mistake != Mistake::Duplicate {
        return ours(&case.object, &Crds::default());
    }
    // A value cannot hold a key twice.
    verdict::ours_in(&case.text, &Crds::default())
}

fn has_duplicate(text: &str) -> bool {
    let document = Document::parse_json(text);
    document.problems().iter().any(|it| matches!(it.kind, ProblemKind::DuplicateKey { .. }))
}
