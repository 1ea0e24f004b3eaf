//! Mutators: what Gatekeeper changes in objects before constraints judge them.

mod apply_to;
mod conflicts;
mod image;
mod location;
mod mutator;
mod setting;

use serde_json::Value;

use super::matching::{Matched, Namespace, Source};
use super::template::Refused;
use crate::{Action, Answer, Object, Operation, PolicyName, Reason, Verdict};

pub(super) use apply_to::ApplyTo;
use mutator::{Effect, Mutator};

/// The group of all mutators.
const GROUP: &str = "mutations.gatekeeper.sh";
const KINDS: [&str; 4] = ["Assign", "AssignImage", "AssignMetadata", "ModifySet"];

/// Mutators, in the order in which they are applied.
#[derive(Debug, Default)]
pub(super) struct Mutators {
    all: Vec<Mutator>,
    /// Those that are not applied: they take a place of objects for something else than others do.
    conflicting: Vec<usize>,
}

/// An object that mutators are asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'o> {
    pub(super) object: &'o Object,
    pub(super) namespace: Namespace<'o>,
    /// None for an object that is in no request.
    pub(super) operation: Option<Operation>,
    pub(super) source: Source,
}

/// What mutators make of an object.
#[derive(Debug)]
pub(super) struct Outcome {
    /// What it becomes; none where it stays as it is.
    pub(super) object: Option<Object>,
    pub(super) answers: Vec<Answer>,
    /// Why there is no object, in Gatekeeper's words or ours; the last answer says whose.
    pub(super) failure: Option<String>,
}

impl Mutators {
    pub(super) fn is(object: &Object) -> bool {
        object.group() == GROUP && KINDS.contains(&object.kind())
    }

    /// Reads mutators, and says which Gatekeeper refuses.
    pub(super) fn read(objects: &[Object]) -> (Self, Vec<(Object, Refused)>) {
        let (mut all, mut refused) = (Vec::new(), Vec::new());
        for object in objects.iter().filter(|it| Self::is(it)) {
            match Mutator::read(object) {
                Ok(mutator) => all.push((mutator, object)),
                Err(it) => refused.push((object.clone(), it)),
            }
        }
        all.sort_by(|a, b| a.0.policy.cmp(&b.0.policy));
        let (all, objects): (Vec<Mutator>, Vec<&Object>) = all.into_iter().unzip();
        let conflicting = conflicts::conflicting(&all);
        for &index in &conflicting {
            let Some(object) = objects.get(index) else { continue };
            let it = Refused {
                verdict: Verdict::Error,
                at: "/spec/location".to_owned(),
                message: "the mutator's schema conflicts with the schema of another mutator"
                    .to_owned(),
            };
            refused.push(((*object).clone(), it));
        }
        (Self { all, conflicting }, refused)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// What the mutators make of an object: they are applied one after another until nothing changes.
    pub(super) fn apply(&self, subject: &Subject<'_>) -> Outcome {
        let mut json = subject.object.json().clone();
        let mut seen: Vec<Option<Seen>> = self.all.iter().map(|_| None).collect();
        for _ in 0..=self.all.len() {
            let before = json.clone();
            match self.pass(subject, &mut json, &mut seen) {
                Ok(true) if json != before => {}
                Ok(_) => {
                    let object = (json != *subject.object.json()).then(|| Object::new(json));
                    return Outcome { object, answers: self.answers(&seen), failure: None };
                }
                Err((index, verdict, message)) => {
                    let mut answers = self.answers(&seen);
                    let policy = self.all.get(index).map(|it| &it.policy);
                    answers.extend(policy.map(|it| answer(it, verdict, &message)));
                    return Outcome { object: None, answers, failure: Some(message) };
                }
            }
        }
        let message = format!(
            "mutation not converging for {} {} {} {}",
            subject.object.group(),
            subject.object.kind(),
            subject.object.namespace(),
            subject.object.name()
        );
        let mut answers = self.answers(&seen);
        let mut changing =
            self.all.iter().zip(&seen).filter(|(_, it)| matches!(it, Some(Seen::Changed)));
        let last = changing.next_back().map(|(it, _)| answer(&it.policy, Verdict::Error, &message));
        answers.extend(last);
        Outcome { object: None, answers, failure: Some(message) }
    }

    /// Applies each mutator once; says whether one did something.
    fn pass(
        &self,
        subject: &Subject<'_>,
        json: &mut Value,
        seen: &mut [Option<Seen>],
    ) -> Result<bool, (usize, Verdict, String)> {
        let mut has_changed = false;
        for (index, (mutator, seen)) in self.all.iter().zip(seen.iter_mut()).enumerate() {
            if self.conflicting.contains(&index) {
                continue;
            }
            let object = Object::new(json.clone());
            match mutator.matches(&Subject { object: &object, ..*subject }) {
                Matched::Kind => continue,
                Matched::No(field) => {
                    seen.get_or_insert(Seen::LeftOut(field));
                    continue;
                }
                Matched::Error(message) => return Err((index, Verdict::Error, message)),
                Matched::NotJudged(why) => return Err((index, Verdict::NotJudged, why.to_owned())),
                Matched::Yes => {}
            }
            let effect = mutator.apply(json, &object).map_err(|message| {
                let what = format!(
                    "mutation for mutator {}.{GROUP} {} failed for {} {} {} {}: {message}",
                    mutator.policy.kind,
                    mutator.policy.name,
                    object.group(),
                    object.kind(),
                    object.namespace(),
                    object.name()
                );
                (index, Verdict::Error, what)
            })?;
            match effect {
                Effect::Unknown(why) => return Err((index, Verdict::NotJudged, why.to_owned())),
                Effect::None => {
                    seen.get_or_insert(Seen::LeftOut("parameters.pathTests"));
                }
                Effect::Set => {
                    has_changed = true;
                    *seen = Some(Seen::Changed);
                }
            }
        }
        Ok(has_changed)
    }

    fn answers(&self, seen: &[Option<Seen>]) -> Vec<Answer> {
        let all = self.all.iter().zip(seen);
        all.filter_map(|(mutator, seen)| {
            Some(match seen.as_ref()? {
                Seen::Changed => answer(&mutator.policy, Verdict::Pass, ""),
                Seen::LeftOut(field) => {
                    let field = match *field {
                        "parameters.pathTests" => (*field).to_owned(),
                        field => format!("match.{field}"),
                    };
                    let what = format!("spec.{field} leaves the object out");
                    answer(&mutator.policy, Verdict::Skip, &what)
                }
            })
        })
        .collect()
    }
}

/// What became of a mutator.
#[derive(Debug)]
enum Seen {
    Changed,
    LeftOut(&'static str),
}

fn answer(policy: &PolicyName, verdict: Verdict, message: &str) -> Answer {
    Answer {
        policy: policy.clone(),
        rule: String::new(),
        verdict,
        action: Action::Deny,
        message: message.to_owned(),
        reasons: vec![Reason {
            at: "/spec".to_owned(),
            expression: String::new(),
            values: Vec::new(),
        }],
    }
}

#[cfg(test)]
mod tests;
