//! Kyverno's ClusterPolicies, Policies and PolicyExceptions.

mod action;
pub(crate) mod autogen;
mod calls;
mod changes;
pub(crate) mod conditions;
mod configuration;
mod context;
mod entries;
mod exceptions;
mod expressions;
pub(crate) mod field;
mod flaws;
mod images;
mod judgment;
pub(crate) mod kinds;
mod matching;
mod mutation;
pub(crate) mod operators;
mod pod_security;
mod references;
mod reply;
mod rule;
mod seen;
mod selector;
mod situation;
mod template;
mod validation;
pub(crate) mod variables;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::kyverno::jmespath::Failure;
use crate::{Action, Answer, Cluster, Mutated, Object, PolicyName, Reason, Request, Verdict};

use configuration::Configuration;
use context::Context;
use exceptions::Exception;
use expressions::Expressions;
use field::{items, text};
use rule::{Override, Rule, Rules};
use situation::Situation;

/// Policies of the group `kyverno.io`, read once and used for many objects.
#[derive(Debug, Default)]
pub struct Policies {
    policies: Vec<Policy>,
    exceptions: Vec<Exception>,
    refused: Vec<Answer>,
}

/// A ClusterPolicy or a Policy.
#[derive(Debug)]
struct Policy {
    name: PolicyName,
    object: Object,
    /// The rules for objects of all kinds but those below.
    rules: Vec<Arc<Rule>>,
    /// The rules for kinds that autogen makes rules for.
    rules_by_kind: Rules,
    /// `Enforce` or `Audit`.
    action: String,
    overrides: Vec<Override>,
    /// Conditions on requests; those that do not meet them are nothing to the policy.
    conditions: Option<Expressions>,
    /// Whether only the first rule that says something counts.
    applies_one: bool,
    /// Whether failures that refuse nothing are told to whoever sent the request.
    warns: bool,
    /// Whether requests are refused where a rule has an error.
    is_failing_closed: bool,
    is_for_admission: bool,
}

impl Policies {
    /// Whether an object is a policy, or goes with one.
    pub fn takes(object: &Object) -> bool {
        object.group() == "kyverno.io"
            && matches!(object.kind(), "ClusterPolicy" | "Policy" | "PolicyException")
    }

    /// Reads policies and exceptions.
    pub fn read(objects: &[Object], _: &Cluster) -> Self {
        let mut this = Self::default();
        for object in objects.iter().filter(|it| it.group() == "kyverno.io") {
            match object.kind() {
                "ClusterPolicy" | "Policy" => {
                    let policy = Policy::read(object);
                    match policy.flaw() {
                        Some(refused) => this.refused.push(refused),
                        None => this.policies.push(policy),
                    }
                }
                "PolicyException" => this.exceptions.push(Exception::read(object)),
                _ => {}
            }
        }
        this
    }

    /// Whether there is no policy.
    pub fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    /// Policies that Kyverno would refuse, or that cannot be read here.
    pub fn refused(&self) -> &[Answer] {
        &self.refused
    }

    /// What the policies make of an object.
    pub fn mutate(&self, request: &Request<'_>) -> Mutated {
        let mut mutated = Mutated::default();
        for policy in self.policies.iter().filter(|it| it.is_mutating()) {
            let object = mutated.object.clone().or_else(|| request.object.clone());
            let request = Request { object, ..request.clone() };
            policy.mutate(&request, &self.exceptions, &mut mutated);
        }
        mutated
    }

    /// What the policies say of an object.
    pub fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        let situation = Situation::new(request);
        let mut answers = Vec::new();
        let Some(subject) = request.subject() else { return answers };
        if Configuration::read(&situation).leaves_out(subject, &situation) {
            return answers;
        }
        for policy in &self.policies {
            policy.validate(&situation, &self.exceptions, &mut answers);
        }
        answers
    }
}

impl Policy {
    fn read(object: &Object) -> Self {
        let json = object.json();
        let spec = json.get("spec").unwrap_or(&Value::Null);
        let (rules, rules_by_kind) = read_rules(json, spec);
        let webhook = spec.get("webhookConfiguration").unwrap_or(&Value::Null);
        let failure_policy = match text(webhook, "failurePolicy") {
            "" => text(spec, "failurePolicy"),
            it => it,
        };
        let is_true =
            |key: &str, default: bool| spec.get(key).and_then(Value::as_bool).unwrap_or(default);
        Self {
            name: PolicyName {
                kind: object.kind().to_owned(),
                namespace: object.namespace().to_owned(),
                name: object.name().to_owned(),
            },
            object: object.clone(),
            rules,
            rules_by_kind,
            action: text(spec, "validationFailureAction").to_owned(),
            overrides: Override::read_all(spec, "validationFailureActionOverrides"),
            conditions: Some(items(webhook, "matchConditions"))
                .filter(|it| !it.is_empty())
                .map(Expressions::of_conditions),
            applies_one: text(spec, "applyRules") == "One",
            warns: is_true("emitWarning", false),
            is_failing_closed: failure_policy != "Ignore",
            is_for_admission: is_true("admission", true),
        }
    }

    /// The namespace that the policy is for; empty for all.
    fn namespace(&self) -> &str {
        match (self.name.kind.as_str(), self.name.namespace.as_str()) {
            ("Policy", "") => "default",
            ("Policy", namespace) => namespace,
            _ => "",
        }
    }

    /// The name as exceptions have it.
    fn key(&self) -> String {
        match self.name.namespace.as_str() {
            "" => self.name.name.clone(),
            namespace => format!("{namespace}/{}", self.name.name),
        }
    }

    /// The rules for a kind.
    fn rules_for(&self, kind: &str) -> &[Arc<Rule>] {
        self.rules_by_kind.get(kind).unwrap_or(&self.rules)
    }

    /// What is wrong with the policy, so that Kyverno would refuse it.
    fn flaw(&self) -> Option<Answer> {
        let flaw = flaws::first(&self.object)?;
        let expression = match self.object.at(&flaw.at) {
            Some(Value::String(text)) => text.clone(),
            _ => String::new(),
        };
        Some(Answer {
            policy: self.name.clone(),
            rule: String::new(),
            verdict: Verdict::Error,
            action: Action::Deny,
            message: flaw.message,
            reasons: vec![Reason { at: flaw.at, expression, values: Vec::new() }],
        })
    }

    /// An answer of the policy as a whole that cannot be given.
    fn unknown(&self, why: &str) -> Answer {
        let at = "/spec/webhookConfiguration/matchConditions".to_owned();
        Answer {
            policy: self.name.clone(),
            rule: String::new(),
            verdict: Verdict::NotJudged,
            action: Action::Deny,
            message: why.to_owned(),
            reasons: vec![Reason { at, expression: String::new(), values: Vec::new() }],
        }
    }

    /// Sets the values that a test gives to the policy.
    fn give(&self, context: &mut Context<'_>, situation: &Situation<'_>) {
        let Some(stated) = &situation.cluster().stated else { return };
        let name = situation.request.subject().map(Object::name).unwrap_or_default();
        for (key, value) in &stated.values.of(&self.name.name, name) {
            context.set_at(&crate::cluster::stated::steps(key), value);
        }
    }

    /// The exceptions from a rule that are about the object.
    fn exceptions<'e>(
        &self,
        rule: &Rule,
        exceptions: &'e [Exception],
        context: &mut Context<'_>,
    ) -> Result<Vec<&'e Exception>, Failure> {
        let key = self.key();
        let mut excepting = Vec::new();
        for it in exceptions.iter().filter(|it| it.names(&key, &rule.name)) {
            if it.excepts(context)? {
                excepting.push(it);
            }
        }
        Ok(excepting)
    }
}

/// The rules of a policy, and those for kinds that autogen makes rules for.
fn read_rules(policy: &Value, spec: &Value) -> (Vec<Arc<Rule>>, Rules) {
    let written = items(spec, "rules");
    let at = |index: usize| format!("/spec/rules/{index}");
    let rules: Vec<Arc<Rule>> = written
        .iter()
        .enumerate()
        .map(|(index, it)| Arc::new(Rule::read(it, &at(index))))
        .collect();
    let mut by_kind = BTreeMap::new();
    for kind in autogen::kinds(policy) {
        let made: Vec<Arc<Rule>> = written
            .iter()
            .enumerate()
            .filter_map(|(index, it)| {
                let made = autogen::for_kind(it, &kind)?;
                Some(Arc::new(Rule::read(&made, &at(index))))
            })
            .collect();
        if made.is_empty() {
            continue;
        }
        let own = rules.iter().filter(|it| !it.name.starts_with("autogen-")).cloned();
        by_kind.insert(kind, own.chain(made).collect());
    }
    (rules, by_kind)
}

impl crate::kyverno::suite::Policies for Policies {
    fn refused(&self) -> &[Answer] {
        self.refused()
    }

    fn mutate(&self, request: &Request<'_>) -> Mutated {
        self.mutate(request)
    }

    fn validate(&self, request: &Request<'_>) -> Vec<Answer> {
        self.validate(request)
    }
}
