//! Agreement with Kyverno 1.19 and gator 3.23 on objects that are made around intents.
//!
//! What they said is recorded by the hash of what they were asked; `tests/peers/{kyverno,gator}` say how they are
//! asked. `HARDEN_AROUND` (200) says how many objects of each intent are compared, up to those that were asked.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may panic, read files and start programs"
)]
#![allow(dead_code, reason = "tests share what is told and random")]

#[path = "../told/around.rs"]
mod around;
#[path = "../random/dice.rs"]
mod dice;
#[path = "../standards/fixtures.rs"]
mod fixtures;
mod peers;
mod records;
mod standards;
#[path = "../told/mod.rs"]
mod told;

use harden_core::intents as intent;
use harden_core::kubernetes::MinorVersion;
use peers::{GATOR, KYVERNO, Peer};
use records::{Question, Records};
use told::{Standing, WAYS, Way, policy};

/// Objects of any seed would do; those of this one are recorded.
const SEED: u64 = 17;

#[test]
fn kyverno_refuses_what_we_refuse_around_every_intent() {
    compare(&KYVERNO);
}

#[test]
fn gatekeeper_refuses_what_we_refuse_around_every_intent() {
    compare(&GATOR);
}

#[test]
fn kyverno_refuses_what_we_refuse_of_upstreams_fixtures() {
    let Some(questions) = standards::questions(KYVERNO.engine) else { return };
    agree(&KYVERNO, &questions);
}

#[test]
fn gatekeeper_refuses_what_we_refuse_of_upstreams_fixtures() {
    let Some(questions) = standards::questions(GATOR.engine) else { return };
    agree(&GATOR, &questions);
}

/// Compares what we say with what is recorded of an engine.
fn compare(peer: &'static Peer) {
    let asked =
        dice::number("HARDEN_AROUND").map_or(records::BLOCK, |it| usize::try_from(it).unwrap());
    // Requests that never are good are not asked: neither command can be told of a connection or a subresource.
    let questions: Vec<Question> = intent::all()
        .filter(|it| matches!(it.demand, intent::Demand::Hold(_)))
        .flat_map(|intent| {
            WAYS.into_iter().filter(|it| it.0 == peer.engine).map(move |it| (intent, it))
        })
        .filter_map(|(intent, way)| question(intent, way, asked))
        .collect();
    agree(peer, &questions);
}

/// Whether we say of every object of each question what an engine says.
fn agree(peer: &'static Peer, questions: &[Question]) {
    let records = Records::of(peer, questions);
    let (mut total, mut refused, mut wrong) = (0, 0, Vec::new());
    for question in questions {
        let theirs = records.answer(question);
        let ours = question.standing.letters(&question.objects);
        total += ours.len();
        for (index, (ours, theirs)) in ours.chars().zip(theirs.chars()).enumerate() {
            refused += usize::from(told::refuses(ours));
            if !peer.says_alike(ours, theirs) {
                let (name, object) = (&question.name, &question.objects[index]);
                wrong.push(format!("{name}: ours {ours}, theirs {theirs}\n  {object}"));
            }
        }
    }
    let shown: Vec<&str> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {total} differ\n{}", wrong.len(), shown.join("\n"));
    assert!(refused > 0 && refused < total, "{refused} of {total} are refused");
    let questions = questions.len();
    let name = peer.name;
    dice::report(&format!(
        "{questions} questions, {total} objects, {refused} refused, all as {name}"
    ));
}

/// What an engine is asked of an intent; none where it has no words for it.
fn question(intent: &'static intent::Intent, way: Way, count: usize) -> Option<Question> {
    let manifests = policy(intent, MinorVersion::NEWEST_KNOWN).manifests(way.0, way.1).ok()?;
    let standing = Standing::new(&manifests);
    let objects = around::around(intent, count, SEED);
    let objects = objects.iter().map(|it| standing.sent(it)).collect();
    let policies = manifests.into_iter().map(|it| it.object).collect();
    let name = format!("{} {way:?}", intent.id);
    Some(Question { name, engine: way.0, policies, standing, objects })
}
