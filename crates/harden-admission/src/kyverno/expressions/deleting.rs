//! `DeletingPolicy` and `NamespacedDeletingPolicy`, which are about objects that are there already.

use serde_json::{Value as Json, json};

use super::asked::{Asked, ask};
use super::environment::Purpose;
use super::exception::Exemption;
use super::expression::Flaw;
use super::policy::Policy;
use super::scope::Scope;
use crate::{Action, Answer, Object, Operation, Request, Verdict};

/// A policy.
#[derive(Debug)]
pub(super) struct Deleting {
    policy: Policy,
}

impl Deleting {
    pub(super) fn compile(policy: &Object, exceptions: &[&Object]) -> Result<Option<Self>, Flaw> {
        let Some(spec) = policy.json().get("spec") else { return Ok(None) };
        // What is done to objects does not matter to it.
        let mut spec = spec.clone();
        let rules = spec.pointer_mut("/matchConstraints/resourceRules");
        for rule in rules.and_then(Json::as_array_mut).into_iter().flatten() {
            if let Some(rule) = rule.as_object_mut() {
                rule.insert("operations".to_owned(), json!(["*"]));
            }
        }
        let (mut policy, _) = Policy::compile(policy, &spec, Purpose::Deleting, exceptions)?;
        policy.action = Action::Ignore;
        Ok(Some(Self { policy }))
    }

    /// Whether it deletes an object: a pass where it does.
    pub(super) fn judge(&self, request: &Request<'_>) -> Option<Answer> {
        let object = request.subject().cloned();
        let request =
            Request { operation: Operation::Create, object, old: None, ..request.clone() };
        // What is no object of the API is always meant.
        let is_object = request.subject().is_some_and(|it| !it.kind().is_empty());
        ask(&request, |asked| self.answer(asked, is_object))
    }

    fn answer(&self, asked: &Asked<'_>, is_object: bool) -> Option<Answer> {
        let policy = &self.policy;
        if is_object && let Err(answer) = policy.is_about(asked)? {
            return Some(answer);
        }
        let scope = Scope::new(asked, &policy.name.namespace);
        let mut scope = scope.with_variables(&policy.variables);
        let answered = policy.exempt(&mut scope).and_then(|it| match it {
            Exemption::Full(..) => Ok(false),
            Exemption::None { .. } => scope.all_hold(&policy.conditions),
        });
        Some(match answered {
            Ok(true) => policy.answer(Verdict::Pass, "resource matched", Vec::new()),
            Ok(false) => {
                policy.answer(Verdict::Fail, "resource did not match", policy.left_out(&scope))
            }
            Err(failure) => policy.failed("failed to evaluate policy", &failure, Vec::new()),
        })
    }
}
