//! The rounds in which policies change an object.

use std::collections::BTreeSet;

use super::facts::Facts;
use super::matching::Match;
use super::mutating::MutatingPolicy;
use super::parameters::Parameters;
use crate::{Action, Answer, Mutated, Object, Request, Verdict};

/// A policy, a binding and a param, by their places and the param's name.
type Key = (usize, usize, String);

/// What policies make of the object of a request: all are asked in turn, and then again those that want to
/// know of changes after theirs, once.
pub(super) fn mutate(policies: &[MutatingPolicy], request: &Request<'_>) -> Mutated {
    let mut rounds = Rounds {
        request: request.clone(),
        mutated: Mutated::default(),
        asked: BTreeSet::new(),
        again: BTreeSet::new(),
        has_changed: false,
    };
    rounds.ask(policies, true);
    let asked = std::mem::take(&mut rounds.asked);
    if rounds.has_changed {
        rounds.again.extend(asked);
    }
    let is_refused = |it: &Answer| it.verdict == Verdict::Error && it.action == Action::Deny;
    if !rounds.mutated.answers.iter().any(is_refused) {
        rounds.ask(policies, false);
    }
    if rounds.has_changed {
        rounds.mutated.object = rounds.request.object.clone();
    }
    rounds.mutated
}

struct Rounds<'c> {
    request: Request<'c>,
    mutated: Mutated,
    /// Those that want to be asked again, and were asked.
    asked: BTreeSet<Key>,
    /// Those after whom the object was changed.
    again: BTreeSet<Key>,
    has_changed: bool,
}

impl Rounds<'_> {
    fn ask(&mut self, policies: &[MutatingPolicy], is_first: bool) {
        // Whom a policy is about is decided before any of a round changes the object.
        let before = self.request.clone();
        let Some(facts) = Facts::of(&before) else { return };
        for (place, policy) in policies.iter().enumerate() {
            let version = match policy.definition.matching.matches(&facts) {
                Match::No => continue,
                Match::As(version) => version,
                Match::Unknown(why) => {
                    if is_first && !policy.bindings.is_empty() {
                        self.mutated.answers.push(policy.unknown(why));
                    }
                    continue;
                }
            };
            for (number, binding) in policy.bindings.iter().enumerate() {
                match binding.matching.as_ref().map(|it| it.matches(&facts)) {
                    Some(Match::No) => continue,
                    Some(Match::Unknown(why)) => {
                        if is_first {
                            self.mutated.answers.push(policy.unknown(why));
                        }
                        continue;
                    }
                    _ => {}
                }
                let params = Parameters::of(policy.definition.params.as_ref(), binding, &facts);
                let answer = match params {
                    Parameters::Null => {
                        self.invoke(policy, (place, number), &version, None, is_first);
                        None
                    }
                    Parameters::Objects(objects, may_be_more) => {
                        for object in &objects {
                            self.invoke(policy, (place, number), &version, Some(object), is_first);
                        }
                        match (objects.is_empty(), may_be_more) {
                            (_, true) => {
                                Some(policy.unknown("there may be more params".to_owned()))
                            }
                            (true, false) => Some(policy.skipped("there are no params")),
                            (false, false) => None,
                        }
                    }
                    Parameters::Wrong(why) => Some(policy.misbound(binding, &why)),
                    Parameters::Unknown(why) => Some(policy.unknown(why)),
                };
                self.mutated.answers.extend(answer.filter(|_| is_first));
            }
        }
    }

    fn invoke(
        &mut self,
        policy: &MutatingPolicy,
        (place, number): (usize, usize),
        version: &str,
        params: Option<&Object>,
        is_first: bool,
    ) {
        let key = (place, number, params.map_or_else(String::new, |it| it.name().to_owned()));
        if !is_first && !self.again.contains(&key) {
            return;
        }
        let Some(binding) = policy.bindings.get(number) else { return };
        let request = self.request.clone();
        let Some(facts) = Facts::of(&request) else { return };
        let outcome = policy.mutate(binding, version, params, &facts);
        // What was said of the first round is not said again.
        let is_new =
            |it: &Answer| is_first || matches!(it.verdict, Verdict::Error | Verdict::NotJudged);
        self.mutated.answers.extend(outcome.answers.into_iter().filter(is_new));
        let Some(object) = outcome.object else { return };
        let is_changed = request.object.as_ref().is_none_or(|it| it.json() != object.json());
        if is_changed {
            self.has_changed = true;
            self.request.object = Some(object);
            self.again.append(&mut self.asked);
        }
        if policy.is_repeated {
            self.asked.insert(key);
        }
    }
}
