//! What intents change, told as a ClusterPolicy.

use harden_core::intents::{self as intent, Demand, Intent};
use harden_core::kubernetes::MinorVersion;
use serde_json::{Value, json};

use super::dice::Dice;
use super::pods::random;
use super::records::Question;
use super::told::{WAYS, Way, policy};

/// So many objects for each change.
pub(crate) fn questions(count: u64) -> Vec<Question> {
    let changes = intent::all().filter(|it| matches!(it.demand, Demand::Change(_)));
    changes.flat_map(|it| (0..count).map(move |seed| question(it, seed))).collect()
}

fn question(intent: &'static Intent, seed: u64) -> Question {
    let Way(engine, kyverno) = WAYS[2];
    let made = policy(intent, MinorVersion::NEWEST_KNOWN).manifests(engine, kyverno).unwrap();
    let mut dice = Dice::new(seed);
    let object = if intent.id == "default-token" { account(&mut dice) } else { pod(&mut dice) };
    let mut question = Question::new(format!("{} {seed}", intent.id), &made[0].object, &object);
    question.mutates();
    question
}

fn pod(dice: &mut Dice) -> Value {
    let mut pod = random(dice);
    if dice.chance(10) {
        pod["spec"]["os"] = json!({"name": "windows"});
    }
    pod
}

fn account(dice: &mut Dice) -> Value {
    let name = if dice.chance(70) { "default" } else { "builder" };
    let mut account = json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": "ns"}});
    if dice.chance(50) {
        account["automountServiceAccountToken"] = dice.chance(50).into();
    }
    account
}
