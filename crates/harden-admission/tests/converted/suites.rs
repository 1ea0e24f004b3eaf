//! The policies and the resources of Kyverno's own tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use harden_admission::conversion::Lost;
use harden_admission::kyverno::{expressions, policy};
use harden_admission::{
    Action, Answer, Cluster, Object, Operation, Question, Request, User, Verdict,
};
use harden_core::kubernetes::MinorVersion;
use harness::Need;
use serde_json::{Value, json};

use super::{Judge, is_refusal, objects, to_kyverno};

const VERSION: MinorVersion = MinorVersion(36);

#[test]
fn cluster_policies_as_validating_policies_say_the_same_of_every_resource() {
    let Some(root) = Need::Answers.at("kyverno-policies") else { return };
    let mut count = Count::default();
    for folder in folders(&root).iter().flat_map(|it| folders(it)) {
        let mut documents = Vec::new();
        read(&folder, &mut documents);
        let is_policy = |it: &&Object| it.group() == "kyverno.io" && policy::Policies::takes(it);
        let policies: Vec<Object> = documents
            .iter()
            .filter(is_policy)
            .filter(|it| it.kind() != "PolicyException")
            .cloned()
            .collect();
        let resources: Vec<Object> = documents
            .into_iter()
            .filter(|it| {
                !is_policy(&it) && !it.kind().is_empty() && !it.group().ends_with("kyverno.io")
            })
            .collect();
        for it in &policies {
            count.compare(it, &resources, true);
            count.compare(&enforced(it), &some(&resources, 12), false);
        }
    }
    let Count { rules, converted, lost, pairs, refused, not_judged, wrong } = &count;
    println!("{converted} of {rules} rules converted, not converted: {lost:#?}");
    println!(
        "{pairs} requests, {refused} refused, {not_judged} not judged, {} differ",
        wrong.len()
    );
    let shown = count.wrong.iter().take(10).map(String::as_str).collect::<Vec<_>>().join("\n");
    assert!(count.wrong.is_empty(), "{} differ:\n{shown}", count.wrong.len());
    assert!(count.converted * 10 > count.rules * 6, "{} of {}", count.converted, count.rules);
    assert!(count.refused > 300, "{}", count.refused);
}

#[derive(Default)]
struct Count {
    /// Rules that validate, and those of them that are converted.
    rules: usize,
    converted: usize,
    lost: BTreeMap<String, usize>,
    pairs: usize,
    refused: usize,
    not_judged: usize,
    wrong: Vec<String>,
}

impl Count {
    fn compare(&mut self, policy: &Object, resources: &[Object], is_counted: bool) {
        let converted = to_kyverno(policy.json().clone());
        let is_validating = |at: &str| policy.at(at).is_some_and(|it| it.get("validate").is_some());
        if is_counted {
            let rules = policy.at("/spec/rules").and_then(Value::as_array).map_or(0, Vec::len);
            let all =
                (0..rules).map(|it| format!("/spec/rules/{it}")).filter(|it| is_validating(it));
            for at in all {
                self.rules += 1;
                match converted.lost.iter().find(|it| covers(it, &at)) {
                    Some(it) => *self.lost.entry(it.why.clone()).or_default() += 1,
                    None => self.converted += 1,
                }
            }
        }
        let mut cluster = Cluster::new(VERSION);
        cluster.is_whole = true;
        let old = policy::Policies::read(std::slice::from_ref(policy), &cluster);
        let new = expressions::Policies::read(&objects(&converted), &cluster);
        for it in new.refused() {
            self.wrong.push(format!("{}: {} {:?}", policy.name(), it.message, it.reasons));
        }
        let old: Judge = Box::new(move |it| old.validate(it));
        let new: Judge = Box::new(move |it| new.validate(it));
        for request in requests(resources, &cluster, !is_counted) {
            let mut before = old(&request);
            before.retain(|it| !converted.lost.iter().any(|lost| is_of(it, lost)));
            let after = new(&request);
            self.pairs += 1;
            let is_open = |it: &Answer| it.verdict == Verdict::NotJudged;
            if before.iter().chain(&after).any(is_open) {
                self.not_judged += 1;
                continue;
            }
            let [before_by, after_by] = [&before, &after].map(|it| actions(it));
            self.refused += usize::from(!before_by.is_empty());
            if before_by != after_by {
                let subject = request.subject().unwrap();
                self.wrong.push(format!(
                    "{} {:?} {} {}:\n  {before_by:?} {:?}\n  {after_by:?} {:?}",
                    policy.name(),
                    request.operation,
                    subject.kind(),
                    subject.name(),
                    before
                        .iter()
                        .filter(|it| is_refusal(it))
                        .map(|it| (&it.rule, &it.message))
                        .collect::<Vec<_>>(),
                    after
                        .iter()
                        .filter(|it| is_refusal(it))
                        .map(|it| (&it.message, &it.reasons))
                        .collect::<Vec<_>>(),
                ));
            }
        }
    }
}

/// What follows of all that is not as it should be: once each.
pub(super) fn actions(answers: &[Answer]) -> Vec<Action> {
    let mut all: Vec<Action> =
        answers.iter().filter(|it| is_refusal(it)).map(|it| it.action).collect();
    all.sort();
    all.dedup();
    all
}

fn covers(lost: &Lost, rule: &str) -> bool {
    let rest = lost.at.strip_prefix(rule);
    rest.is_some_and(|it| it.is_empty() || it.starts_with('/'))
        || !lost.at.starts_with("/spec/rules/")
}

fn is_of(answer: &Answer, lost: &Lost) -> bool {
    let at = answer.reasons.first().map_or("", |it| it.at.as_str());
    let rule = at.split('/').take(4).collect::<Vec<_>>().join("/");
    covers(lost, &rule)
}

/// So many of some objects, from all of them.
pub(super) fn some(objects: &[Object], most: usize) -> Vec<Object> {
    objects.iter().step_by(1 + objects.len() / most).cloned().collect()
}

/// To create each; or else to delete it, and to update it from itself and from another of its kind.
pub(super) fn requests<'c>(
    resources: &[Object],
    cluster: &'c Cluster,
    is_there: bool,
) -> Vec<Request<'c>> {
    let question = |operation| Question {
        operation: Some(operation),
        user: User::named("alice", &[]),
        namespace: "team-a".to_owned(),
    };
    let create = question(Operation::Create);
    let placed: Vec<Object> =
        resources.iter().map(|it| create.place(it.clone(), cluster)).collect();
    if !is_there {
        return placed.iter().flat_map(|it| create.request(it.clone(), None, cluster)).collect();
    }
    let (update, delete) = (question(Operation::Update), question(Operation::Delete));
    let mut requests = Vec::new();
    for (index, it) in placed.iter().enumerate() {
        let is_other = |other: &&Object| {
            other.at("/apiVersion") == it.at("/apiVersion") && other.kind() == it.kind()
        };
        // Another one each time, so that good ones follow bad ones and the other way round.
        let others: Vec<&Object> = placed.iter().filter(is_other).collect();
        let old = others[(index * 7 + 3) % others.len()];
        requests.extend(update.request(it.clone(), Some(old.clone()), cluster));
        if index % 4 == 0 {
            requests.extend(delete.request(it.clone(), None, cluster));
            requests.extend(update.request(it.clone(), Some(it.clone()), cluster));
        }
    }
    requests
}

/// A policy that refuses all that it only told of.
fn enforced(policy: &Object) -> Object {
    let mut json = policy.json().clone();
    json["spec"]["validationFailureAction"] = json!("Enforce");
    for rule in json["spec"]["rules"].as_array_mut().unwrap() {
        if let Some(validate) = rule.get_mut("validate").and_then(Value::as_object_mut) {
            validate.remove("failureAction");
        }
    }
    Object::new(json)
}

pub(super) fn folders(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let mut folders: Vec<_> = entries.filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}

pub(super) fn read(folder: &Path, documents: &mut Vec<Object>) {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, documents);
        } else if let Ok(text) = fs::read_to_string(&path) {
            documents.extend(harden_yaml::documents(&text).filter_map(|it| {
                let json: Value = serde_json::from_str(&it.to_json()?).ok()?;
                json.is_object().then(|| Object::new(json))
            }));
        }
    }
}
