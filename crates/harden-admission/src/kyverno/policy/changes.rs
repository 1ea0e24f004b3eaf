//! What the rules of a policy make of an object, one after the other.

use super::exceptions::Exception;
use super::matching::Fit;
use super::mutation::{Change, Mutation, Mutator};
use super::reply::Reply;
use super::rule::Rule;
use super::situation::Situation;
use super::{Policy, seen};
use crate::kyverno::jmespath::World;
use crate::{Action, Answer, Changed, Mutated, Object, Reason, Request, Verdict};

impl Policy {
    /// Whether a rule changes something.
    pub(super) fn is_mutating(&self) -> bool {
        self.rules.iter().any(|it| it.mutation.is_some())
    }

    /// Changes an object by each rule in turn.
    pub(super) fn mutate(
        &self,
        request: &Request<'_>,
        exceptions: &[Exception],
        mutated: &mut Mutated,
    ) {
        let Some(subject) = request.subject() else { return };
        let namespace = self.namespace();
        let is_test = request.cluster.stated.is_some();
        if !self.is_for_admission && !is_test
            || !namespace.is_empty() && subject.namespace() != namespace
        {
            return;
        }
        match self.conditions.as_ref().map(|it| it.hold(request)) {
            None | Some(Some(true)) => {}
            Some(Some(false)) => return,
            Some(None) => {
                let why = "whether the match conditions of the policy are met cannot be said here";
                mutated.answers.push(self.unknown(why));
                return;
            }
        }
        let mut object = request.object.clone();
        let before = mutated.object.clone();
        let mut is_changed = false;
        let mut is_failed = false;
        let kind = Situation::new(request).kind(subject)[2].to_owned();
        for rule in self.rules_for(&kind) {
            let Some(mutation) = &rule.mutation else { continue };
            // What rules for other objects change is changed later, by another controller.
            if !mutation.targets.is_empty() && !is_test {
                continue;
            }
            let request = Request { object: object.clone(), ..request.clone() };
            let situation = Situation::new(&request);
            let Some(subject) = request.subject() else { continue };
            let changes = match rule.matching.fits(namespace, &situation.matched(subject)) {
                Fit::No => continue,
                Fit::Unknown(why) => vec![Change::none(Reply::new(Verdict::NotJudged, why))],
                Fit::Yes => {
                    let has_doubles = is_test && !is_changed;
                    self.changes(rule, mutation, has_doubles, &situation, exceptions)
                }
            };
            let is_applied = changes.iter().any(|it| it.reply.verdict == Verdict::Pass);
            let is_lost = changes.iter().any(|it| it.is_lost) && mutation.targets.is_empty();
            is_failed |= changes.iter().any(|it| it.reply.verdict == Verdict::Error);
            for change in changes {
                let after = change.object.map(Object::new);
                mutated.answers.push(self.mutation_answer(rule, change.reply, &situation));
                let Some(after) = after else { continue };
                if mutation.targets.is_empty() {
                    object = Some(after.clone());
                    is_changed = true;
                    mutated.object = Some(after);
                } else {
                    let (policy, rule) = (self.name.clone(), rule.name.clone());
                    mutated.others.push(Changed { policy, rule, object: after });
                }
            }
            if self.applies_one && is_applied || is_lost {
                break;
            }
        }
        // Of a policy with an error nothing is applied.
        if is_failed && !is_test {
            mutated.object = before;
        }
    }

    /// What a rule changes of the object, or of those that it is for in its place.
    fn changes(
        &self,
        rule: &Rule,
        mutation: &Mutation,
        has_doubles: bool,
        situation: &Situation<'_>,
        exceptions: &[Exception],
    ) -> Vec<Change> {
        let none = |reply| vec![Change::none(reply)];
        let world = World::new(situation.cluster().now);
        let mut context = match self.prepare(rule, situation, &world) {
            Ok(context) => context,
            Err(reply) => return none(reply),
        };
        let excepting = match self.exceptions(rule, exceptions, &mut context) {
            Ok(it) => it,
            Err(it) => return none(Reply::failure("failed to get exceptions", &it)),
        };
        if !excepting.is_empty() {
            let names: Vec<&str> = excepting.iter().map(|it| it.name.as_str()).collect();
            let names = names.join(", ");
            let message = format!("rule is skipped due to policy exceptions{names}");
            return none(Reply::new(Verdict::Skip, message));
        }
        let mutator = Mutator { policy: &self.name.name, rule, mutation, has_doubles };
        if !mutation.targets.is_empty() {
            return mutator.mutate_targets(&mut context);
        }
        match &situation.request.object {
            Some(object) => vec![mutator.mutate(object.json(), &mut context)],
            // Nothing becomes of what is deleted.
            None => Vec::new(),
        }
    }

    fn mutation_answer(&self, rule: &Rule, reply: Reply, situation: &Situation<'_>) -> Answer {
        let action = match reply.verdict {
            Verdict::Error if self.is_failing_closed => Action::Deny,
            _ => Action::Ignore,
        };
        let message = seen::hide(&reply.message, situation);
        let mut reasons = reply.reasons;
        if reasons.is_empty() {
            let at = format!("{}/mutate", rule.at);
            reasons.push(Reason { at, expression: String::new(), values: Vec::new() });
        }
        let (policy, rule) = (self.name.clone(), rule.name.clone());
        Answer { policy, rule, verdict: reply.verdict, action, message, reasons }
    }
}
