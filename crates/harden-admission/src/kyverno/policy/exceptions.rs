//! PolicyExceptions: objects that rules of a policy do not judge.

use serde_json::Value;

use super::conditions::Conditions;
use super::context::Context;
use super::field::{filled, items, text, texts};
use super::matching::{Fit, Matching};
use crate::Object;
use crate::kyverno::jmespath::Failure;
use crate::kyverno::pattern::wildcard::matches_text;

/// An exception.
#[derive(Debug, Clone)]
pub(in crate::kyverno) struct Exception {
    /// As `namespace/name`, or the name alone.
    pub name: String,
    /// Policies, as `namespace/name` or the name alone, each with names of rules, with wildcards.
    rules: Vec<(String, Vec<String>)>,
    matching: Matching,
    conditions: Result<Conditions, String>,
    /// Controls of the Pod Security Standards that are left out; then the rule is judged without them.
    pub controls: Vec<Value>,
}

impl Exception {
    /// Reads a PolicyException.
    pub(in crate::kyverno) fn read(object: &Object) -> Self {
        let spec = object.json().get("spec").cloned().unwrap_or_default();
        let rules = items(&spec, "exceptions")
            .iter()
            .map(|it| (text(it, "policyName").to_owned(), texts(it, "ruleNames")));
        let name = match object.namespace() {
            "" => object.name().to_owned(),
            namespace => format!("{namespace}/{}", object.name()),
        };
        Self {
            name,
            rules: rules.collect(),
            matching: Matching::read(&spec),
            conditions: Conditions::read(filled(&spec, "conditions")),
            controls: items(&spec, "podSecurity").to_vec(),
        }
    }

    /// Whether it is about a rule of a policy.
    pub(in crate::kyverno) fn names(&self, policy: &str, rule: &str) -> bool {
        self.rules.iter().any(|(of, rules)| {
            of == policy && rules.iter().any(|wanted| matches_text(wanted, rule))
        })
    }

    /// Whether it is about the object of a request.
    ///
    /// # Errors
    ///
    /// That cannot be said.
    pub(in crate::kyverno) fn excepts(&self, context: &mut Context<'_>) -> Result<bool, Failure> {
        let situation = context.situation();
        let Some(object) = situation.request.subject() else { return Ok(false) };
        match self.matching.excepts(&situation.matched(object)) {
            Fit::Yes => {}
            Fit::No => return Ok(false),
            Fit::Unknown(why) => return Err(Failure::NotJudged(why)),
        }
        let Ok(conditions) = &self.conditions else { return Ok(false) };
        match conditions.evaluate(context) {
            Ok(outcome) => Ok(outcome.holds),
            Err(Failure::NotJudged(why)) => Err(Failure::NotJudged(why)),
            // Kyverno writes it into its log, and goes on.
            Err(_) => Ok(false),
        }
    }
}
