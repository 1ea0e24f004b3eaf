//! Agreement with Kyverno 1.19 on random policies of the group `kyverno.io`, on those that change objects for intents,
//! and random requests.
//!
//! What its engine said is recorded by the hash of what it was asked; `tests/peers/kyverno` says how it is asked.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test may panic, read files and start programs"
)]
#![allow(dead_code, reason = "tests share what is told and random")]

mod changes;
mod conditions;
#[path = "../random/dice.rs"]
mod dice;
mod matching;
mod mutations;
#[path = "../changed/pods.rs"]
mod pods;
#[path = "../gator/random.rs"]
mod random;
mod records;
mod standards;
#[path = "../told/mod.rs"]
mod told;

use harden_admission::kyverno::policy::Policies;
use harden_admission::{Answer, Cluster, Object, Operation, Request, User, Verdict};
use harden_core::kubernetes::MinorVersion;
use records::{Question, Records};
use serde_json::{Value, json};

/// The version of Kubernetes that Kyverno is built with.
const VERSION: MinorVersion = MinorVersion(36);

#[test]
fn conditions_and_patterns_are_judged_as_kyverno_judges_them() {
    assert_alike(&conditions::questions(2000), 90);
}

#[test]
fn rules_are_about_what_they_are_about_in_kyverno() {
    assert_alike(&matching::questions(1200), 90);
}

#[test]
fn pods_are_held_to_the_standards_as_kyverno_holds_them() {
    assert_alike(&standards::questions(600), 90);
}

#[test]
fn objects_are_mutated_as_kyverno_mutates_them() {
    assert_alike(&mutations::questions(800), 80);
}

#[test]
fn objects_are_changed_for_intents_as_kyverno_changes_them() {
    assert_alike(&changes::questions(100), 100);
}

/// What the rules say, as name, status and message, and what they make of the object.
#[derive(Debug, PartialEq)]
struct Said {
    rules: Vec<[String; 3]>,
    object: Value,
}

impl Said {
    fn read(record: &Value) -> Self {
        let text = |it: &Value| it.as_str().unwrap().to_owned();
        let rules = record["rules"].as_array().into_iter().flatten();
        Self {
            rules: rules.map(|it| [&it[0], &it[1], &it[2]].map(text)).collect(),
            object: record["object"].clone(),
        }
    }

    /// Whether this is what Kyverno says. After a patch that has failed it goes on with nothing, and what it
    /// then says counts for nothing.
    fn is_like(&self, theirs: &Self) -> bool {
        let is_failed = self.rules.iter().any(|it| it[1] == "error");
        let count = if is_failed { self.rules.len() } else { usize::MAX };
        let plain = |it: &[String; 3]| [it[0].clone(), it[1].clone(), plain(&it[2])];
        let theirs_rules = theirs.rules.iter().take(count).map(plain);
        self.rules.iter().map(plain).eq(theirs_rules) && (is_failed || self.object == theirs.object)
    }
}

/// A message without the words of Go's library, and with what is forbidden in one order.
fn plain(message: &str) -> String {
    let message = message.split("JMESPath query failed").next().unwrap_or_default();
    let mut parts: Vec<&str> = message.split("(Forbidden reason").collect();
    parts.sort_unstable();
    parts.join("")
}

/// Compares our answers with those that are recorded, and asks that so many of a hundred are judged.
fn assert_alike(questions: &[Question], percent: usize) {
    let records = Records::of(questions);
    let mut judged = 0;
    let mut differences = Vec::new();
    for question in questions {
        let theirs = records.answer(question);
        let Some(ours) = ours(&question.json) else { continue };
        judged += 1;
        let theirs = Said::read(theirs);
        if !ours.is_like(&theirs) {
            let Question { name, json } = question;
            differences
                .push(format!("{name}\n  {json}\n  kyverno: {theirs:?}\n  ours:    {ours:?}"));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
    assert!(judged * 100 >= questions.len() * percent, "{judged} of {} judged", questions.len());
}

/// What we say; none where the policy is refused or something is not judged.
fn ours(question: &Value) -> Option<Said> {
    let mut cluster = Cluster::new(VERSION);
    let object = |key: &str| question.get(key).cloned().map(Object::new);
    let (new, old) = (object("object"), object("old"));
    let namespace = new.as_ref().or(old.as_ref())?.namespace();
    if !namespace.is_empty() {
        let metadata = json!({"name": namespace, "labels": question["labels"]});
        let json = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata});
        cluster.add(Object::new(json));
    }
    cluster.is_whole = true;
    let policies = Policies::read(&[object("policy")?], &cluster);
    if !policies.refused().is_empty() {
        return None;
    }
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let user = &question["user"];
    let request = Request {
        operation: Operation::find(question["operation"].as_str()?)?,
        object: new.clone(),
        old,
        subresource: String::new(),
        user: User {
            name: text(&user["username"]),
            groups: user["groups"].as_array()?.iter().map(text).collect(),
            ..User::default()
        },
        is_dry_run: false,
        cluster: &cluster,
    };
    let (answers, object) = if question.get("mutates").is_some() {
        let mutated = policies.mutate(&request);
        (mutated.answers, mutated.object.or(new).map(|it| it.json().clone()))
    } else {
        (policies.validate(&request), None)
    };
    if answers.iter().any(|it| it.verdict == Verdict::NotJudged) {
        return None;
    }
    let said = |it: Answer| [it.rule, it.verdict.word().to_owned(), it.message];
    let object = object.unwrap_or_default();
    Some(Said { rules: answers.into_iter().map(said).collect(), object })
}
