//! `ValidatingPolicy` and `NamespacedValidatingPolicy`.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::asked::{Asked, ask};
use super::autogen::{Rewriting, compile_all};
use super::environment::Purpose;
use super::exception::Exemption;
use super::expression::{Expression, Flaw};
use super::extraction::pods;
use super::policy::{Policy, text};
use super::scope::Scope;
use crate::cel::{Failure, Type};
use crate::{Answer, Object, Request, Verdict};

/// A policy, or what it becomes for controllers.
#[derive(Debug)]
pub(super) struct Validating {
    policy: Policy,
    validations: Vec<Validation>,
    /// Whether it is about pods that are within the object.
    is_extracting: bool,
}

#[derive(Debug)]
pub(super) struct Validation {
    pub(super) expression: Expression,
    message: String,
    message_expression: Option<Expression>,
}

/// What the validations say.
pub(super) enum Outcome<'v> {
    Pass,
    /// The validation, and the message.
    Fail(&'v Validation, String),
    Error(&'v Validation, Failure),
}

/// The policy, and what it becomes for controllers.
pub(super) fn compile(policy: &Object, exceptions: &[&Object]) -> Result<Vec<Validating>, Flaw> {
    compile_all(policy, Rewriting::Whole, |spec, is_extracting| {
        Validating::compile(policy, spec, is_extracting, exceptions)
    })
}

impl Validating {
    fn compile(
        policy: &Object,
        spec: &Json,
        is_extracting: bool,
        exceptions: &[&Object],
    ) -> Result<Self, Flaw> {
        let (policy, environment) = Policy::compile(policy, spec, Purpose::Validating, exceptions)?;
        let validations = Validation::compile_all(spec, &environment)?;
        Ok(Self { policy, validations, is_extracting })
    }

    /// What it says of a request; nothing where it is not about it.
    pub(super) fn judge(&self, asked: &Asked<'_>) -> Option<Answer> {
        if let Err(answer) = self.policy.is_about(asked)? {
            return Some(answer);
        }
        Some(if self.is_extracting {
            self.judge_pods(asked.request)
        } else {
            self.evaluate(self.policy.scope(asked))
        })
    }

    fn evaluate<'a>(&'a self, mut scope: Scope<'a>) -> Answer {
        let policy = &self.policy;
        match policy.exempt(&mut scope) {
            Ok(Exemption::None { .. }) => {}
            Ok(Exemption::Full(verdict, message)) => {
                return policy.answer(verdict, &message, Vec::new());
            }
            Err(failure) => return policy.failed("failed to load context", &failure, Vec::new()),
        }
        match policy.holds(&scope) {
            Ok(true) => {}
            Ok(false) => return policy.answer(Verdict::Skip, "skip", policy.left_out(&scope)),
            Err(failure) => {
                let reasons = policy.left_out(&scope);
                return policy.failed("failed to load context", &failure, reasons);
            }
        }
        let scope = scope.with_variables(&policy.variables);
        let outcome = judge(&self.validations, &scope);
        let annotated = match outcome {
            Outcome::Error(..) => Ok(()),
            _ => policy.annotate(&scope),
        };
        match (outcome, annotated) {
            (Outcome::Pass, Ok(())) => policy.answer(Verdict::Pass, "success", Vec::new()),
            (Outcome::Pass, Err(failure)) => {
                policy.failed("failed to load context", &failure, Vec::new())
            }
            (Outcome::Fail(validation, message), Ok(())) => policy.answer(
                Verdict::Fail,
                &scope.masked(&message),
                vec![scope.reason(&validation.expression)],
            ),
            (Outcome::Fail(validation, _), Err(failure))
            | (Outcome::Error(validation, failure), _) => {
                policy.failed("error", &failure, vec![scope.reason(&validation.expression)])
            }
        }
    }

    /// What it says of pods within the object: one that fails decides.
    fn judge_pods(&self, request: &Request<'_>) -> Answer {
        let policy = &self.policy;
        let of = |it: &Option<Object>| it.as_ref().map(pods).unwrap_or_default();
        let (new, old) = (of(&request.object), of(&request.old));
        let decisive = if request.object.is_some() { &new } else { &old };
        if decisive.is_empty() {
            let subject = request.subject().map(Object::json);
            let text = |key| subject.map(|it| text(it, key)).unwrap_or_default();
            let message = format!(
                "error: extraction mode: no pod template found in {}/{}",
                text("apiVersion"),
                text("kind")
            );
            return policy.answer(Verdict::Error, &message, Vec::new());
        }
        let mut others: BTreeMap<&str, &Object> =
            old.iter().map(|(path, pod)| (path.as_str(), pod)).collect();
        let (mut last, mut exempt) = (None, None);
        for (path, pod) in decisive {
            let (object, old) = match request.object {
                Some(_) => (Some(pod.clone()), others.remove(path.as_str()).cloned()),
                None => (None, Some(pod.clone())),
            };
            let request = Request { object, old, ..request.clone() };
            let mut answer = ask(&request, |asked| {
                self.evaluate(Scope::new(asked, &policy.name.namespace).with_nulls())
            });
            match answer.verdict {
                Verdict::Pass if answer.message == "success" => last = Some(answer),
                Verdict::Skip if answer.message == "skip" => {}
                Verdict::Pass | Verdict::Skip => exempt = Some(answer),
                Verdict::Fail | Verdict::Error | Verdict::NotJudged => {
                    answer.message.extend([" (pod template at ", path, ")"]);
                    return answer;
                }
            }
        }
        last.or(exempt).unwrap_or_else(|| policy.answer(Verdict::Skip, "skip", Vec::new()))
    }
}

impl Validation {
    pub(super) fn compile_all(
        spec: &Json,
        environment: &crate::cel::Environment,
    ) -> Result<Vec<Self>, Flaw> {
        let list = spec.get("validations").and_then(Json::as_array);
        let compile = |(index, validation): (usize, &Json)| {
            let at = format!("/spec/validations/{index}");
            let compile = |key: &str, wanted: Type| {
                let at = format!("{at}/{key}");
                Expression::compile(&at, text(validation, key), environment, &[wanted])
            };
            let expression = compile("expression", Type::BOOL)?;
            let message_expression = match text(validation, "messageExpression") {
                "" => None,
                _ => Some(compile("messageExpression", Type::STRING)?),
            };
            let message = match text(validation, "message") {
                "" => format!("CEL expression validation failed at index {index}"),
                message => message.to_owned(),
            };
            Ok(Self { expression, message, message_expression })
        };
        list.into_iter().flatten().enumerate().map(compile).collect()
    }

    fn message(&self, scope: &Scope<'_>) -> String {
        let Some(expression) = &self.message_expression else { return self.message.clone() };
        match scope.text(expression) {
            Ok(message) if message.is_empty() => self.message.clone(),
            Ok(message) => message.to_string(),
            Err(failure) => format!("failed to evaluate message expression: {failure}"),
        }
    }
}

/// What validations say: the first that is not passed decides.
pub(super) fn judge<'v>(validations: &'v [Validation], scope: &Scope<'_>) -> Outcome<'v> {
    for validation in validations {
        match scope.holds(&validation.expression) {
            Ok(true) => {}
            Ok(false) => return Outcome::Fail(validation, validation.message(scope)),
            Err(failure) => return Outcome::Error(validation, failure),
        }
    }
    Outcome::Pass
}
