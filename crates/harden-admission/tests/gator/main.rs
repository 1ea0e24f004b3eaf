//! Agreement with gator 3.23: on Rego, on random objects for the library's templates, on random mutators, on policies of
//! others that are converted, and on what intents see beside an object and change.
//!
//! What gator said is recorded by the hash of what it was asked; `tests/peers/gator` says how it is asked.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may panic, read files and start programs"
)]
#![allow(dead_code, reason = "tests share what is random")]

mod converted;
#[path = "../random/dice.rs"]
mod dice;
mod intents;
mod library;
mod mutators;
#[path = "../changed/pods.rs"]
mod pods;
mod random;
mod records;
mod rego;
#[path = "../told/mod.rs"]
mod told;

use harden_admission::gatekeeper::suite;
use harden_admission::{Action, Object, Verdict};
use harden_core::kubernetes::MinorVersion;
use records::{Answer, Question, Records, Task, Violation};
use serde_json::Value;

/// The version of Kubernetes that gator is built with.
const VERSION: MinorVersion = MinorVersion(36);

#[test]
fn rego_is_evaluated_as_gator_evaluates_it() {
    let judged = compare(&rego::questions());
    assert!(judged >= 330, "{judged} are judged");
}

#[test]
fn random_objects_are_judged_as_gator_judges_them() {
    let Some(questions) = library::questions() else { return };
    let judged = compare(&questions);
    assert!(judged * 100 >= questions.len() * 95, "{judged} of {} are judged", questions.len());
}

#[test]
fn random_mutators_change_what_they_change_in_gator() {
    let questions = mutators::questions();
    assert_eq!(compare(&questions), questions.len());
}

#[test]
fn policies_of_others_are_templates_to_gator() {
    let Some(questions) = converted::questions() else { return };
    let judged = compare(&questions);
    assert!(judged * 100 >= questions.len() * 95, "{judged} of {} are judged", questions.len());
    let violated = violated(&questions);
    assert!(violated > 60, "{violated} of {}", questions.len());
}

#[test]
fn templates_of_intents_see_the_objects_that_gator_sees() {
    let questions = intents::across();
    assert_eq!(compare(&questions), questions.len());
    let violated = violated(&questions);
    assert!(violated > 60 && violated < questions.len(), "{violated}");
}

#[test]
fn mutators_of_intents_change_what_they_change_in_gator() {
    let questions = intents::changes();
    assert_eq!(compare(&questions), questions.len());
    let made = |it: &Question| -> Vec<Value> {
        let objects: Vec<Object> = it.objects.iter().cloned().map(Object::new).collect();
        let made = suite::expand(&objects, VERSION).unwrap_or_default();
        made.iter().map(|it| it.json()["spec"].clone()).collect()
    };
    let written = |it: &Question| it.objects.last().unwrap()["spec"]["template"]["spec"].clone();
    let changed = questions.iter().filter(|it| made(it) != [written(it)]).count();
    assert!(changed > 60 && changed < questions.len(), "{changed}");
}

/// In how many questions gator finds violations; it refuses none of them.
fn violated(questions: &[Question]) -> usize {
    let records = Records::of(questions);
    let is_violated = |it: &&Question| match records.answer(it) {
        Answer::Violations(all) => !all.is_empty(),
        other => panic!("{}: {other:?}", it.name),
    };
    questions.iter().filter(is_violated).count()
}

/// Compares our answers with those that are recorded; says how many of ours there are.
fn compare(questions: &[Question]) -> usize {
    let records = Records::of(questions);
    let mut judged = 0;
    let mut differences = Vec::new();
    for question in questions {
        let theirs = records.answer(question);
        let Some(ours) = answer(question) else { continue };
        judged += 1;
        if !is_alike(&ours, &theirs) {
            let question = &question.name;
            differences.push(format!("{question}\n  gator: {theirs:?}\n  ours:  {ours:?}"));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    judged
}

/// What we say; none where something is not judged.
fn answer(question: &Question) -> Option<Answer> {
    let objects: Vec<Object> = question.objects.iter().cloned().map(Object::new).collect();
    match question.task {
        Task::Test => match suite::test(&objects, VERSION) {
            Err(_) => Some(Answer::Refused),
            Ok(answers) if answers.iter().any(|(_, it)| it.verdict == Verdict::NotJudged) => None,
            Ok(answers) => {
                let mut violations: Vec<Violation> = answers
                    .into_iter()
                    .filter(|(_, it)| matches!(it.verdict, Verdict::Fail | Verdict::Error))
                    .filter(|(_, it)| it.action != Action::Ignore)
                    .map(|(object, it)| {
                        let own = format!("[{}] ", it.policy.name);
                        let message = it.message.strip_prefix(&own).unwrap_or(&it.message);
                        let constraint = format!("{}/{}", it.policy.kind, it.policy.name);
                        Violation { object, constraint, message: message.to_owned() }
                    })
                    .collect();
                violations.sort();
                Some(Answer::Violations(violations))
            }
        },
        Task::Expand => Some(match suite::expand(&objects, VERSION) {
            Err(_) => Answer::Refused,
            Ok(made) => {
                let mut made: Vec<_> = made.iter().map(|it| records::sorted(it.json())).collect();
                made.sort_by_key(ToString::to_string);
                Answer::Objects(made)
            }
        }),
    }
}

/// Whether two answers are alike. The words of errors are not compared.
fn is_alike(ours: &Answer, theirs: &Answer) -> bool {
    match (ours, theirs) {
        (Answer::Violations(ours), Answer::Violations(theirs)) => {
            let plain = |all: &[Violation]| -> Vec<Violation> {
                let mut all: Vec<_> = all.iter().map(Violation::without_error).collect();
                all.sort();
                all.dedup();
                all
            };
            plain(ours) == plain(theirs)
        }
        (ours, theirs) => ours == theirs,
    }
}
