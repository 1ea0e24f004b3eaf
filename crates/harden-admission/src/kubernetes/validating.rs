//! ValidatingAdmissionPolicies.

use super::activation::{Activation, BUDGET};
use super::binding::Binding;
use super::conditions::{Conditions, conditions};
use super::definition::Definition;
use super::environment::Environments;
use super::expression::{Expression, Wanted};
use super::facts::Facts;
use super::matching::Match;
use super::parameters::Parameters;
use super::place::{Flaws, Place};
use super::seen::{Hidden, seen};
use crate::cel::{Failure, Value};
use crate::{Action, Answer, Object, PolicyName, Reason, Verdict};

/// A policy, with its bindings.
#[derive(Debug, Clone)]
pub(super) struct ValidatingPolicy {
    pub(super) name: PolicyName,
    definition: Definition,
    validations: Vec<Validation>,
    annotations: Vec<Expression>,
    pub(super) bindings: Vec<Binding>,
}

#[derive(Debug, Clone)]
struct Validation {
    expression: Expression,
    /// Empty where there is none.
    message: String,
    message_expression: Option<Expression>,
}

/// Bytes of the longest message that an expression may make.
const MESSAGE: usize = 5 * 1024;
const REASONS: [&str; 3] = ["Forbidden", "Invalid", "RequestEntityTooLarge"];

impl ValidatingPolicy {
    /// Reads and compiles a policy.
    pub(super) fn read(object: &Object, environments: Environments, flaws: &mut Flaws) -> Self {
        let root = Place::root(object.json());
        let spec = root.at("spec");
        let without_authorizer = environments.clone();
        let (definition, environments) = Definition::read(&spec, environments, flaws);
        let mut for_messages = without_authorizer.with_variables();
        if definition.params.is_some() {
            for_messages = for_messages.with_params();
        }
        for variable in &definition.variables {
            for_messages = variable.declared(for_messages);
        }
        let (validations_at, annotations_at) =
            (spec.at("validations"), spec.at("auditAnnotations"));
        let validations = validations_at.items(flaws);
        let annotations = annotations_at.items(flaws);
        if validations.is_empty() && annotations.is_empty() {
            let detail = "validations or auditAnnotations must contain at least one item";
            flaws.required(&validations_at, detail);
            flaws.required(&annotations_at, detail);
        }
        let validations = validations
            .iter()
            .filter_map(|it| Validation::read(it, &environments, &for_messages, flaws))
            .collect();
        if annotations.len() > 20 {
            flaws.invalid(&annotations_at, "", "must not have more than 20 auditAnnotations");
        }
        let mut keys: Vec<&str> = Vec::new();
        let mut compiled = Vec::new();
        for place in annotations {
            let key_at = place.at("key");
            let key = key_at.text(flaws);
            compiled.extend(annotation(object.name(), &place, &environments, flaws));
            if keys.contains(&key) {
                flaws.duplicate(&key_at, key);
            }
            keys.push(key);
        }
        let name = PolicyName {
            kind: object.kind().to_owned(),
            namespace: String::new(),
            name: object.name().to_owned(),
        };
        Self { name, definition, validations, annotations: compiled, bindings: Vec::new() }
    }

    /// What it says of a request; nothing where it is not about it.
    pub(super) fn validate(&self, facts: &Facts<'_>) -> Vec<Answer> {
        let version = match self.definition.matching.matches(facts) {
            Match::No => return Vec::new(),
            Match::As(version) => Ok(version),
            Match::Unknown(why) => Err(why),
        };
        let mut answers = Vec::new();
        for binding in &self.bindings {
            let matched = binding.matching.as_ref().map(|it| it.matches(facts));
            match (matched, &version) {
                (Some(Match::No), _) => {}
                (Some(Match::Unknown(why)), _) => answers.push(self.unknown(binding, why)),
                (_, Err(why)) => answers.push(self.unknown(binding, why.clone())),
                (_, Ok(version)) => answers.extend(self.bound(binding, version, facts)),
            }
        }
        answers
    }

    fn bound(&self, binding: &Binding, version: &str, facts: &Facts<'_>) -> Vec<Answer> {
        let params = self.definition.params.as_ref();
        match Parameters::of(params, binding, facts) {
            Parameters::Null => self.judge(binding, version, None, facts),
            Parameters::Unknown(why) => vec![self.unknown(binding, why)],
            Parameters::Wrong(why) => {
                let message = format!("failed to configure binding: {why}");
                let action = if self.definition.fails { Action::Deny } else { Action::Ignore };
                let message = self.told(binding, action, &message);
                vec![self.answer(Verdict::Error, action, message, Vec::new())]
            }
            Parameters::Objects(objects, may_be_more) => {
                let judge = |it: &Object| self.judge(binding, version, Some(it), facts);
                let mut answers: Vec<Answer> = objects.iter().flat_map(judge).collect();
                if objects.is_empty() {
                    let message = "there are no params".to_owned();
                    answers.push(self.answer(Verdict::Skip, binding.action, message, Vec::new()));
                }
                if may_be_more {
                    answers.push(self.unknown(binding, "there may be more params".to_owned()));
                }
                answers
            }
        }
    }

    fn judge(
        &self,
        binding: &Binding,
        version: &str,
        params: Option<&Object>,
        facts: &Facts<'_>,
    ) -> Vec<Answer> {
        let activation = || Activation::new(facts, version, params, &self.definition.variables);
        let action = binding.action;
        match conditions(&self.definition.conditions, &activation().for_conditions()) {
            Conditions::Met => {}
            Conditions::Unmet(reason) => {
                return vec![self.answer(Verdict::Skip, action, String::new(), vec![reason])];
            }
            Conditions::Unknown(why) => return vec![self.unknown(binding, why)],
            Conditions::Failed(message, reasons) => {
                return vec![self.error(binding, &message, reasons)];
            }
        }
        let validating = activation();
        let mut values = Vec::new();
        for validation in &self.validations {
            let value = validation.expression.evaluate(&validating);
            if let Err(failure) = validating.check_budget(BUDGET) {
                return vec![self.exhausted(binding, failure, &validation.expression)];
            }
            values.push((validation, value));
        }
        if let (Err(failure), Some(last)) = (validating.check_all(BUDGET), self.validations.last())
        {
            return vec![self.exhausted(binding, failure, &last.expression)];
        }
        let (messages, exhausted) = self.messages(&activation().after(&validating));
        let hidden = Hidden::of(facts, params);
        let mut answers = Vec::new();
        for ((validation, value), message) in values.into_iter().zip(messages) {
            let expression = &validation.expression;
            let reason = || expression.reason(seen(expression, &validating, &hidden));
            match (value, &exhausted) {
                (Err(Failure::Error(message)), _) => {
                    let message = hidden.masked(&expression.error(&message));
                    answers.push(self.error(binding, &message, vec![reason()]));
                }
                (Err(other), _) => {
                    let mut answer = self.unknown(binding, other.to_string());
                    answer.reasons.push(reason());
                    answers.push(answer);
                }
                (Ok(_), Some(Failure::Error(message))) => {
                    let message = format!("failed messageExpression: {message}");
                    answers.push(self.error(binding, &message, vec![reason()]));
                }
                (Ok(_), Some(other)) => answers.push(self.unknown(binding, other.to_string())),
                (Ok(Value::Bool(true)), None) => {}
                (Ok(_), None) => {
                    let message = hidden.masked(&validation.text(message));
                    let message = self.told(binding, action, &message);
                    answers.push(self.answer(Verdict::Fail, action, message, vec![reason()]));
                }
            }
        }
        let annotating = activation();
        for annotation in &self.annotations {
            let value = annotation.evaluate(&annotating);
            if let Err(failure) = annotating.check_budget(BUDGET) {
                return vec![self.exhausted(binding, failure, annotation)];
            }
            answers.extend(self.annotate(binding, annotation, value));
        }
        if let (Err(failure), Some(last)) = (annotating.check_all(BUDGET), self.annotations.last())
        {
            return vec![self.exhausted(binding, failure, last)];
        }
        if answers.is_empty() {
            answers.push(self.answer(Verdict::Pass, action, String::new(), Vec::new()));
        }
        answers
    }

    /// What the messages of all validations are, which the server evaluates whether they are needed or not, and
    /// why they are none.
    fn messages(
        &self,
        activation: &Activation<'_>,
    ) -> (Vec<Option<Result<Value, Failure>>>, Option<Failure>) {
        let (mut messages, mut exhausted) = (Vec::new(), None);
        for validation in &self.validations {
            let expression = validation.message_expression.as_ref().filter(|_| exhausted.is_none());
            messages.push(expression.map(|it| it.evaluate(activation)));
            exhausted = exhausted.or_else(|| activation.check_budget(BUDGET).err());
        }
        let exhausted = exhausted.or_else(|| activation.check_all(BUDGET).err());
        (messages, exhausted)
    }

    /// The only answer where the expressions cost more together than they may.
    fn exhausted(&self, binding: &Binding, failure: Failure, last: &Expression) -> Answer {
        match failure {
            Failure::Error(message) => self.error(binding, &message, vec![last.reason(Vec::new())]),
            other => self.unknown(binding, other.to_string()),
        }
    }

    /// The error of an annotation, which refuses whatever the binding says.
    fn annotate(
        &self,
        binding: &Binding,
        expression: &Expression,
        value: Result<Value, Failure>,
    ) -> Option<Answer> {
        let message = match value {
            Ok(_) => return None,
            Err(Failure::Error(message)) => expression.error(&message),
            Err(other) => return Some(self.unknown(binding, other.to_string())),
        };
        let action = if self.definition.fails { Action::Deny } else { Action::Ignore };
        let message = self.told(binding, action, &message);
        let reasons = vec![expression.reason(Vec::new())];
        Some(self.answer(Verdict::Error, action, message, reasons))
    }

    fn error(&self, binding: &Binding, message: &str, reasons: Vec<Reason>) -> Answer {
        let action = if self.definition.fails { binding.action } else { Action::Ignore };
        self.answer(Verdict::Error, action, self.told(binding, action, message), reasons)
    }

    /// A message as whoever asks gets it.
    fn told(&self, binding: &Binding, action: Action, message: &str) -> String {
        let (policy, binding) = (&self.name.name, &binding.name);
        match action {
            Action::Deny => format!(
                "ValidatingAdmissionPolicy '{policy}' with binding '{binding}' denied request: {message}"
            ),
            Action::Warn => format!(
                "Validation failed for ValidatingAdmissionPolicy '{policy}' with binding '{binding}': \
                 {message}"
            ),
            Action::Audit | Action::Ignore => message.to_owned(),
        }
    }

    fn unknown(&self, binding: &Binding, why: String) -> Answer {
        self.answer(Verdict::NotJudged, binding.action, why, Vec::new())
    }

    fn answer(
        &self,
        verdict: Verdict,
        action: Action,
        message: String,
        reasons: Vec<Reason>,
    ) -> Answer {
        let (policy, rule) = (self.name.clone(), String::new());
        Answer { policy, rule, verdict, action, message, reasons }
    }
}

impl Validation {
    fn read(
        place: &Place<'_>,
        environments: &Environments,
        for_messages: &Environments,
        flaws: &mut Flaws,
    ) -> Option<Self> {
        let at = place.at("expression");
        let source = at.text(flaws);
        let expression = if source.trim().is_empty() {
            flaws.required(&at, "expression is not specified");
            None
        } else {
            Expression::compile(&at, source, Wanted::Bool, environments, flaws)
        };
        let at = place.at("messageExpression");
        let source = at.text(flaws);
        let message_expression = if source.trim().is_empty() {
            if !source.is_empty() {
                flaws.invalid(&at, source, "must be non-empty if specified");
            }
            None
        } else {
            Expression::compile(&at, source, Wanted::Text, for_messages, flaws)
        };
        let at = place.at("message");
        let message = at.text(flaws);
        if !message.is_empty() && message.trim().is_empty() {
            flaws.invalid(&at, message, "must be non-empty if specified");
        } else if message.trim().contains(['\n', '\r']) {
            flaws.invalid(&at, message, "must not contain line breaks");
        }
        let at = place.at("reason");
        let reason = at.text(flaws);
        if at.exists() && !REASONS.contains(&reason) {
            flaws.unsupported(&at, reason, &REASONS);
        }
        let message = message.to_owned();
        Some(Self { expression: expression?, message, message_expression })
    }

    /// The message for a failure, with what its expression says.
    fn text(&self, message: Option<Result<Value, Failure>>) -> String {
        match message {
            Some(Ok(Value::String(text))) => {
                let text = text.trim();
                if !text.is_empty() && text.len() <= MESSAGE && !text.contains('\n') {
                    return text.to_owned();
                }
            }
            Some(Err(other @ (Failure::NotJudged(_) | Failure::TooCostly))) => {
                return format!("its message is not known here ({other})");
            }
            _ => {}
        }
        match self.message.trim() {
            "" => format!("failed expression: {}", self.expression.source.trim()),
            message => message.to_owned(),
        }
    }
}

fn annotation(
    policy: &str,
    place: &Place<'_>,
    environments: &Environments,
    flaws: &mut Flaws,
) -> Option<Expression> {
    let (key_at, at) = (place.at("key"), place.at("valueExpression"));
    let key = key_at.text(flaws);
    let name = format!("{policy}/{key}");
    if !harden_core::kubernetes::is_qualified_name(&name) {
        flaws.invalid(&key_at, &name, "must be a qualified name");
    }
    let source = at.text(flaws).trim();
    if source.is_empty() {
        flaws.required(&at, "valueExpression is not specified");
        return None;
    }
    if source.len() > 5 * 1024 {
        flaws.required(&at, "must not exceed 5120 bytes in length");
        return None;
    }
    Expression::compile(&at, source, Wanted::TextOrNull, environments, flaws)
}
