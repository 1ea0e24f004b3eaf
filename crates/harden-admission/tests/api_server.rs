//! Random policies over random objects say what a real API server says, word for word, and those that it does
//! not store are refused.
//!
//! `HARDEN_RANDOM_POLICIES` (40) and `HARDEN_RANDOM_OBJECTS` (10) say how many, `HARDEN_RANDOM_SEED` which.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]
#![allow(dead_code, reason = "tests share what is random")]

#[path = "random/dice.rs"]
mod dice;
#[path = "random/expressions.rs"]
mod expressions;
#[path = "random/mutations.rs"]
mod mutations;
#[path = "random/objects.rs"]
mod objects;
#[path = "random/policies.rs"]
mod policies;
#[path = "random/server.rs"]
mod server;

use std::collections::BTreeMap;

use dice::{Dice, number, report, seed};
use harden_admission::kubernetes::Policies;
use harden_admission::{Action, Object, Verdict};
use serde_json::Value;
use server::{Server, request, seen};

/// What a server says of one object under one policy.
type Said = BTreeMap<(usize, usize), Option<String>>;

#[test]
fn random_policies_say_of_random_objects_what_the_server_says() {
    let Some(server) = Server::start() else { return };
    let count =
        |name: &str, otherwise: u64| usize::try_from(number(name).unwrap_or(otherwise)).unwrap();
    let (seed, policies) = (seed(), count("HARDEN_RANDOM_POLICIES", 40));
    let mut dice = Dice::new(seed);
    let objects = objects(count("HARDEN_RANDOM_OBJECTS", 10), &mut dice);
    let objects = server.defaulted(&objects);
    let written: Vec<[Value; 2]> =
        (0..policies).map(|index| policies::policy(&format!("p{index}"), &mut dice)).collect();
    let stored = server.store(&written);
    let cluster = server.cluster();

    let mut wrong = Vec::new();
    let mut ours: Vec<Option<Policies>> = Vec::new();
    for (index, (objects, refusal)) in written.iter().zip(&stored).enumerate() {
        let policies = Policies::read(&objects.clone().map(Object::new), &cluster);
        let refused: Vec<_> =
            policies.refused().iter().filter(|it| it.verdict == Verdict::Error).collect();
        match (refusal, refused.as_slice()) {
            (None, []) => ours.push(Some(policies)),
            (Some(_), [_, ..])
                if policies.refused().iter().any(|it| it.verdict == Verdict::NotJudged) =>
            {
                ours.push(None);
            }
            (Some(theirs), [first, ..]) if is_told(&first.message, theirs) => ours.push(None),
            (theirs, refused) => {
                let unknown = policies.refused().iter().any(|it| it.verdict == Verdict::NotJudged);
                if !(unknown && theirs.is_some()) {
                    wrong.push(format!(
                        "p{index}: {}\n  theirs {theirs:?}\n  ours   {refused:?}",
                        objects[0]
                    ));
                }
                ours.push(None);
            }
        }
    }
    let refused = stored.iter().flatten().count();

    let is_asked: Vec<usize> = (0..policies).filter(|it| ours[*it].is_some()).collect();
    let theirs = server.ask(&is_asked, &objects);
    let (mut denied, mut unknown, mut total) = (0, 0, 0);
    for ((policy, object), theirs) in &theirs {
        total += 1;
        denied += usize::from(theirs.is_some());
        let asked = server::labelled(&objects[*object], *policy);
        let request = request(asked, &cluster);
        let answers = ours[*policy].as_ref().unwrap().validate(&request);
        let first = answers.iter().find(|it| {
            it.verdict == Verdict::NotJudged
                || it.action == Action::Deny && matches!(it.verdict, Verdict::Fail | Verdict::Error)
        });
        // What kubectl prints has no end of its own.
        let message = first.map(|it| it.message.trim_end().to_owned());
        if first.is_some_and(|it| {
            it.verdict == Verdict::NotJudged || it.message.contains("is not known here")
        }) {
            unknown += 1;
        } else if message != *theirs {
            wrong.push(format!(
                "p{policy} of web-{object}: {}\n  binding {}\n  object {}\n  theirs {theirs:?}\n  ours   {message:?}",
                written[*policy][0], written[*policy][1], plain(&objects[*object])
            ));
        }
    }
    let shown: Vec<&String> = wrong.iter().take(10).collect();
    assert!(
        wrong.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} differ\n{}",
        wrong.len(),
        shown.iter().map(|it| it.as_str()).collect::<Vec<_>>().join("\n")
    );
    assert!(
        denied > 0 && unknown <= total / 20 + 3 * objects.len(),
        "HARDEN_RANDOM_SEED={seed}: {denied} of {total} denied, {unknown} not judged"
    );
    report(&format!(
        "{policies} random policies, {refused} not stored, {total} requests, {denied} denied, {unknown} not judged, \
         all others as the server, HARDEN_RANDOM_SEED={seed}"
    ));
}

#[test]
fn random_policies_make_of_random_objects_what_the_server_makes() {
    let Some(server) = Server::start() else { return };
    let count =
        |name: &str, otherwise: u64| usize::try_from(number(name).unwrap_or(otherwise)).unwrap();
    let (seed, policies) = (seed(), count("HARDEN_RANDOM_POLICIES", 40));
    let mut dice = Dice::new(seed);
    let objects = objects(count("HARDEN_RANDOM_OBJECTS", 10), &mut dice);
    let objects: Vec<Value> = server.defaulted(&objects).iter().map(server::sent).collect();
    let written: Vec<[Value; 2]> =
        (0..policies).map(|index| mutations::policy(&format!("p{index}"), &mut dice)).collect();
    let stored = server.store(&written);
    let cluster = server.cluster();
    let mut wrong = Vec::new();
    let mut ours: Vec<Option<Policies>> = Vec::new();
    for (index, (objects, refusal)) in written.iter().zip(&stored).enumerate() {
        let policies = Policies::read(&objects.clone().map(Object::new), &cluster);
        let first = policies.refused().first();
        match (refusal, first) {
            (None, None) => ours.push(Some(policies)),
            (_, Some(it)) if it.verdict == Verdict::NotJudged => ours.push(None),
            (Some(theirs), Some(first)) if is_told(&first.message, theirs) => ours.push(None),
            (theirs, ours_) => {
                wrong.push(format!(
                    "p{index}: {}\n  theirs {theirs:?}\n  ours   {ours_:?}",
                    objects[0]
                ));
                ours.push(None);
            }
        }
    }
    let (mut total, mut unknown, mut denied, mut changed) = (0, 0, 0, 0);
    let (mut asked, mut made, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (policy, read) in ours.iter().enumerate() {
        let Some(read) = read else { continue };
        for (place, object) in objects.iter().enumerate() {
            let object = server::labelled(object, policy);
            let mutated = read.mutate(&request(seen(object.clone()), &cluster));
            let first = mutated.answers.iter().find(|it| {
                it.verdict == Verdict::NotJudged
                    || it.verdict == Verdict::Error && it.action == Action::Deny
            });
            total += 1;
            if first.is_some_and(|it| it.verdict == Verdict::NotJudged) {
                unknown += 1;
                continue;
            }
            changed += usize::from(mutated.object.is_some());
            let becomes = mutated.object.map_or_else(|| object.clone(), |it| it.json().clone());
            asked.push(object);
            made.push(server::unlabelled(&becomes));
            places.push((policy, place, first.map(|it| it.message.clone())));
        }
    }
    let theirs = server.created(&asked);
    let defaulted = server.created(&made);
    for (((policy, place, refusal), theirs), ours) in places.iter().zip(&theirs).zip(&defaulted) {
        let is_same = match (theirs, refusal) {
            (Err(theirs), Some(ours)) => {
                denied += 1;
                // Of several fields that are not known the server tells any.
                let field = "field not declared in schema";
                theirs.contains(ours.as_str())
                    || theirs.contains(field) && ours.contains(field)
                    // Such an error tells no name, and so cannot be found.
                    || ours.contains("Internal error")
            }
            (Err(theirs), None) => {
                ours.is_err()
                    && (theirs.starts_with("any of") || !theirs.contains("denied request"))
            }
            (Ok(theirs), None) => ours
                .as_ref()
                .is_ok_and(|ours| server::unlabelled(ours) == server::unlabelled(theirs)),
            (Ok(_), Some(_)) => false,
        };
        if !is_same {
            wrong.push(format!(
                "p{policy} of web-{place}: {}\n  object {}\n  theirs {}\n  ours   {}\n  refusal {refusal:?}",
                written[*policy][0]["spec"],
                objects[*place]["metadata"],
                told(theirs, ours),
                told(ours, theirs)
            ));
        }
    }
    let shown: Vec<&str> = wrong.iter().take(10).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "HARDEN_RANDOM_SEED={seed}: {} differ\n{}",
        wrong.len(),
        shown.join("\n")
    );
    assert!(
        changed > 0 && unknown <= total / 20 + 3 * objects.len(),
        "HARDEN_RANDOM_SEED={seed}: {changed} of {total} changed, {unknown} not judged"
    );
    report(&format!(
        "{policies} random policies, {total} requests, {changed} changed, {denied} denied, {unknown} not judged, \
         all others as the server, HARDEN_RANDOM_SEED={seed}"
    ));
}

/// What was made, where it is not as the other.
fn told(it: &Result<Value, String>, other: &Result<Value, String>) -> String {
    let (Ok(it), Ok(other)) = (it, other) else {
        return it.as_ref().map_or_else(Clone::clone, |_| "is made".to_owned());
    };
    let (it, other) = (server::unlabelled(it), server::unlabelled(other));
    let parts = ["/metadata", "/spec"].into_iter().filter(|at| it.pointer(at) != other.pointer(at));
    parts.map(|at| it.pointer(at).unwrap_or(&Value::Null).to_string()).collect()
}

fn objects(count: usize, dice: &mut Dice) -> Vec<Value> {
    (0..count)
        .map(|index| {
            let mut object =
                if dice.chance(50) { objects::pod_object(dice) } else { objects::deployment(dice) };
            object["metadata"]["name"] = format!("web-{index}").into();
            object["metadata"]["namespace"] = (*dice.pick(&["a", "b"])).into();
            object
        })
        .collect()
}

/// An object without what no policy looks at.
fn plain(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(metadata) = object["metadata"].as_object_mut() {
        metadata.remove("managedFields");
    }
    object
}

/// Whether a message of ours is in what the server tells.
fn is_told(ours: &str, theirs: &str) -> bool {
    if theirs == server::PANICKED {
        return true;
    }
    let plain = |text: &str| text.replace(['\n', '*', ' '], "");
    let ours = ours.split_once(" is invalid: ").map_or(ours, |(_, it)| it);
    let ours = ours.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(ours);
    let (ours, theirs) = (plain(ours), plain(theirs));
    theirs.contains(&ours)
        || ours.split(",spec.").all(|it| theirs.contains(it.trim_start_matches("spec.")))
        || ours.contains("Syntaxerror")
}
