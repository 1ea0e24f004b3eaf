//! What constraints say of a review.

use std::collections::BTreeSet;

use regorus::Value as Rego;

use super::constraint::{Constraint, Point};
use super::matching::Matched;
use super::native::{Finding, Outcome};
use super::review::Review;
use super::template::{Engine, Template};
use super::{Policies, cut, rego};
use crate::{Action, Answer, Object, Reason, Verdict};

/// Why Gatekeeper is not asked about a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exemption {
    /// Its Config excludes the namespace.
    Config,
    /// Its webhook is not for such namespaces.
    Namespace,
    /// Its webhook is not for such operations, or such parts of objects.
    Operation,
    /// Nobody knows whether its webhook is for such operations.
    Unknown,
}

impl Policies {
    /// What the constraints that are enforced at a point say, by their kinds and names.
    pub(super) fn review(
        &self,
        review: &Review<'_>,
        point: Point,
        exemption: Option<Exemption>,
    ) -> Vec<Answer> {
        let operation = review.operation.map_or("", crate::Operation::word);
        let mut rego: Option<Rego> = None;
        let mut answers = Vec::new();
        for (name, constraint) in &self.constraints {
            let Some(template) = self.templates.get(name) else { continue };
            if point == Point::Admission && !template.takes(operation) {
                continue;
            }
            let Some(action) = constraint.action(point) else { continue };
            let of = Judge { policies: self, template, constraint, action };
            match matched(constraint, review) {
                Matched::Kind => continue,
                Matched::No(field) => {
                    let what = format!("spec.match.{field} leaves the object out");
                    let at = format!("/spec/match/{field}");
                    answers.push(of.answer(Verdict::Skip, what, vec![reason(&at)]));
                    continue;
                }
                Matched::Error(message) => {
                    answers.push(of.violation(
                        Verdict::Error,
                        &message,
                        vec![reason("/spec/match")],
                    ));
                    continue;
                }
                Matched::NotJudged(why) => {
                    let at = vec![reason("/spec/match/namespaceSelector")];
                    answers.push(of.answer(Verdict::NotJudged, why.to_owned(), at));
                    continue;
                }
                Matched::Yes => {}
            }
            if let Some(exemption) = exemption {
                let (verdict, what) = match exemption {
                    Exemption::Config => {
                        (Verdict::Skip, "Namespace is set to be ignored by Gatekeeper config")
                    }
                    Exemption::Namespace => (
                        Verdict::Skip,
                        "Gatekeeper's webhook is not called for objects of this namespace",
                    ),
                    Exemption::Operation => {
                        (Verdict::Skip, "Gatekeeper's webhook is not called for this operation")
                    }
                    Exemption::Unknown => (
                        Verdict::NotJudged,
                        "whether Gatekeeper's webhook is called for this operation is not known",
                    ),
                };
                answers.push(of.answer(verdict, what.to_owned(), Vec::new()));
                continue;
            }
            let before = answers.len();
            match &template.engine {
                Engine::None(why) => {
                    answers.push(of.answer(
                        Verdict::NotJudged,
                        why.clone(),
                        vec![reason(&template.at)],
                    ));
                }
                Engine::Native(program) => {
                    let found = program.evaluate(review, &constraint.object);
                    answers.extend(found.into_iter().map(|it| of.finding(it)));
                }
                Engine::Rego(program) => {
                    let review_value = rego.get_or_insert_with(|| review.rego());
                    let found = program.evaluate(review_value, &constraint.parameters, review.now);
                    of.violations(found, program, &mut answers);
                }
            }
            if answers.len() == before {
                answers.push(of.answer(Verdict::Pass, String::new(), Vec::new()));
            }
        }
        let mut veil = self.inventory.veil().clone();
        review.objects().filter(|it| it.is("", "Secret")).for_each(|it| veil.add(it));
        answers.iter_mut().for_each(|it| veil.cover(it));
        answers
    }

    /// What the constraints say of what would be made of an object.
    pub(super) fn implied(
        &self,
        review: &Review<'_>,
        object: &Object,
        point: Point,
    ) -> Vec<Answer> {
        if self.expansions.is_empty() {
            return Vec::new();
        }
        let made = match self.expansions.expand(object, review.namespace, &self.mutators) {
            Ok(made) => made,
            Err(message) => return self.unexpanded(&message),
        };
        let mut answers = Vec::new();
        for it in &made {
            let of = review.implied(&it.object);
            for mut answer in self.review(&of, point, None) {
                if let Some(action) = &it.action {
                    answer.action = Action::of_constraint(action);
                }
                let own = format!("[{}] ", answer.policy.name);
                let implied = format!("[Implied by {}]", it.template);
                answer.message = match answer.message.strip_prefix(&own) {
                    Some(message) => format!("{own}{implied} {message}"),
                    None => format!("{implied} {}", answer.message).trim_end().to_owned(),
                };
                answers.push(answer);
            }
        }
        answers
    }

    /// Gatekeeper refuses what it cannot expand, whatever the constraints say.
    fn unexpanded(&self, message: &str) -> Vec<Answer> {
        let answer = |(_, constraint): &(String, Constraint)| Answer {
            policy: constraint.name.clone(),
            rule: String::new(),
            verdict: Verdict::Error,
            action: Action::Deny,
            message: format!("unable to expand object: {message}"),
            reasons: Vec::new(),
        };
        self.constraints.first().map(answer).into_iter().collect()
    }
}

/// Whether a constraint is about one of the objects of a review.
fn matched(constraint: &Constraint, review: &Review<'_>) -> Matched {
    let mut last = Matched::Kind;
    for object in review.objects() {
        match constraint.matches.matches(object, review.namespace, review.source) {
            Matched::Kind | Matched::No(_) if last != Matched::Kind => {}
            found @ (Matched::Kind | Matched::No(_)) => last = found,
            found => return found,
        }
    }
    last
}

fn reason(at: &str) -> Reason {
    Reason { at: at.to_owned(), expression: String::new(), values: Vec::new() }
}

/// One constraint that judges.
struct Judge<'p> {
    policies: &'p Policies,
    template: &'p Template,
    constraint: &'p Constraint,
    action: Action,
}

impl Judge<'_> {
    fn answer(&self, verdict: Verdict, message: String, reasons: Vec<Reason>) -> Answer {
        Answer {
            policy: self.constraint.name.clone(),
            rule: String::new(),
            verdict,
            action: self.action,
            message,
            reasons,
        }
    }

    /// An answer with a message as whoever asks is told it.
    fn violation(&self, verdict: Verdict, message: &str, reasons: Vec<Reason>) -> Answer {
        let message = format!("[{}] {message}", self.constraint.name.name);
        self.answer(verdict, message, reasons)
    }

    fn finding(&self, it: Finding) -> Answer {
        let reasons = vec![Reason { at: it.at, expression: it.expression, values: it.values }];
        match it.outcome {
            Outcome::Violation(message) => self.violation(Verdict::Fail, &message, reasons),
            Outcome::Error(message) => self.violation(Verdict::Error, &message, reasons),
            Outcome::Ignored(message) => {
                let answer = self.answer(Verdict::Error, message, reasons);
                Answer { action: Action::Ignore, ..answer }
            }
            Outcome::NotJudged(why) => self.answer(Verdict::NotJudged, why, reasons),
            Outcome::Skipped => {
                let what = "a match condition of the template leaves the object out".to_owned();
                self.answer(Verdict::Skip, what, reasons)
            }
        }
    }

    fn violations(
        &self,
        found: Result<BTreeSet<rego::Violation>, rego::Failure>,
        program: &rego::Program,
        answers: &mut Vec<Answer>,
    ) {
        let at = || vec![reason(&self.template.at)];
        if program.reads_inventory && !self.policies.inventory.is_known() {
            let why = "the template looks at objects of the cluster, which are not all at hand";
            answers.push(self.answer(Verdict::NotJudged, why.to_owned(), at()));
            return;
        }
        match found {
            Ok(found) => answers.extend(found.into_iter().map(|it| {
                let mut reason = reason(&self.template.at);
                if it.details.as_object().is_ok_and(|it| !it.is_empty()) {
                    let details = match rego::bounded_json(&it.details) {
                        Some(details) => cut(&details.to_string()),
                        None => "too much to be told".to_owned(),
                    };
                    reason.values.push(("details".to_owned(), details));
                }
                self.violation(Verdict::Fail, &it.message, vec![reason])
            })),
            Err(rego::Failure::Error(message)) => {
                answers.push(self.violation(Verdict::Error, &message, at()));
            }
            Err(rego::Failure::TooCostly) => {
                let what = "the evaluation takes too many steps or too much memory".to_owned();
                answers.push(self.answer(Verdict::Error, what, at()));
            }
            Err(rego::Failure::NotJudged(why)) => {
                answers.push(self.answer(Verdict::NotJudged, why, at()));
            }
        }
    }
}
