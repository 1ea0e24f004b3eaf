//! Expressions of rules (`validate.cel`, `celPreconditions`) and of webhooks (`matchConditions`): Kyverno hands
//! them to the code of the API server, and so does this module.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Map, Value, json};

use super::field::{filled, items, text};
use super::reply::Reply;
use crate::kubernetes::Policies;
use crate::{Answer, Cluster, Object, Request, Verdict};

/// The version of the API server that Kyverno 1.19 is built with.
const VERSION: MinorVersion = MinorVersion(36);
/// What stands for the end of a line in a message, which the API server does not take.
const LINE: &str = "\u{2028}";

/// Expressions, compiled once.
#[derive(Debug)]
pub(super) struct Expressions {
    policies: Policies,
}

impl Expressions {
    /// Those of a rule that validates by expressions.
    pub(super) fn of_rule(rule: &Value) -> Self {
        let validate = rule.get("validate").unwrap_or(&Value::Null);
        let cel = validate.get("cel").unwrap_or(&Value::Null);
        let default = text(validate, "message");
        let validations: Vec<Value> = items(cel, "expressions")
            .iter()
            .map(|it| {
                let mut all = Map::new();
                for key in ["expression", "messageExpression"] {
                    all.extend(it.get(key).map(|it| (key.to_owned(), it.clone())));
                }
                let message = match text(it, "message") {
                    "" => default,
                    own => own,
                };
                let message = message.trim().replace("\r\n", LINE).replace(['\n', '\r'], LINE);
                if !message.is_empty() {
                    all.insert("message".to_owned(), message.into());
                }
                Value::Object(all)
            })
            .collect();
        let mut spec = json!({
            "validations": validations,
            "matchConditions": named(items(rule, "celPreconditions")),
            "variables": items(cel, "variables"),
        });
        let mut binding = json!({});
        if let (Some(kind), Some(reference)) = (filled(cel, "paramKind"), filled(cel, "paramRef")) {
            let mut reference = reference.clone();
            if let Some(reference) = reference.as_object_mut() {
                reference.entry("parameterNotFoundAction").or_insert_with(|| json!("Allow"));
            }
            set(&mut spec, "paramKind", kind.clone());
            set(&mut binding, "paramRef", reference);
        }
        Self::read(spec, binding)
    }

    /// Conditions on requests.
    pub(super) fn of_conditions(conditions: &[Value]) -> Self {
        let spec = json!({
            "validations": [{"expression": "true"}],
            "matchConditions": named(conditions),
        });
        Self::read(spec, json!({}))
    }

    fn read(mut spec: Value, mut binding: Value) -> Self {
        let any = json!(["*"]);
        let rule = json!({
            "apiGroups": any, "apiVersions": any, "operations": any, "resources": ["*/*"],
        });
        set(&mut spec, "matchConstraints", json!({"resourceRules": [rule]}));
        set(&mut binding, "policyName", json!("rule"));
        set(&mut binding, "validationActions", json!(["Audit"]));
        let object = |kind: &str, spec: Value| {
            Object::new(json!({
                "apiVersion": "admissionregistration.k8s.io/v1",
                "kind": kind,
                // What is stored already may use all that the server has.
                "metadata": {"name": "rule", "resourceVersion": "1"},
                "spec": spec,
            }))
        };
        let objects = [
            object("ValidatingAdmissionPolicy", spec),
            object("ValidatingAdmissionPolicyBinding", binding),
        ];
        Self { policies: Policies::read_for_kyverno(&objects, &Cluster::new(VERSION)) }
    }

    /// What the server would refuse, or what cannot be judged here.
    pub(super) fn refused(&self) -> &[Answer] {
        self.policies.refused()
    }

    /// What the expressions of a rule say of a request. `at` is the rule in its policy.
    pub(super) fn judge(&self, rule: &str, at: &str, request: &Request<'_>) -> Reply {
        if let Some(it) = self.refused().iter().find(|it| it.verdict == Verdict::Error) {
            return reply(Verdict::Error, it, at);
        }
        let answers = self.policies.validate(request);
        for it in &answers {
            match it.verdict {
                Verdict::Pass => {}
                Verdict::Skip if it.message == "there are no params" => {}
                Verdict::Skip => {
                    return Reply {
                        message: "cel preconditions not met".to_owned(),
                        ..reply(Verdict::Skip, it, at)
                    };
                }
                Verdict::Error => {
                    let why = it.message.strip_prefix("failed to configure binding: ");
                    return match why {
                        Some(why) => Reply {
                            message: format!("error in parameterized resource: {why}"),
                            ..reply(Verdict::Error, it, at)
                        },
                        // What cannot be evaluated is refused, as nothing says otherwise.
                        None => reply(Verdict::Fail, it, at),
                    };
                }
                Verdict::Fail | Verdict::NotJudged => return reply(it.verdict, it, at),
            }
        }
        if let Some(it) = self.refused().first() {
            return reply(Verdict::NotJudged, it, at);
        }
        if answers.is_empty() {
            return Reply::new(
                Verdict::NotJudged,
                "the API server asks no policy about such objects",
            );
        }
        Reply::new(Verdict::Pass, format!("Validation rule '{rule}' passed."))
    }

    /// Whether conditions hold; none where that cannot be said.
    pub(super) fn hold(&self, request: &Request<'_>) -> Option<bool> {
        if self.refused().iter().any(|it| it.verdict == Verdict::Error) {
            return Some(false);
        }
        let answers = self.policies.validate(request);
        let verdict = answers.first().map(|it| it.verdict);
        match verdict {
            Some(Verdict::Pass) if self.refused().is_empty() => Some(true),
            Some(Verdict::Skip | Verdict::Error | Verdict::Fail) => Some(false),
            _ => None,
        }
    }
}

fn set(into: &mut Value, key: &str, value: Value) {
    if let Some(map) = into.as_object_mut() {
        map.insert(key.to_owned(), value);
    }
}

/// Conditions with names that the API server takes; Kyverno looks at no name.
fn named(conditions: &[Value]) -> Vec<Value> {
    let name = |(index, it): (usize, &Value)| json!({"name": format!("c{index}"), "expression": text(it, "expression")});
    conditions.iter().enumerate().map(name).collect()
}

fn reply(verdict: Verdict, answer: &Answer, at: &str) -> Reply {
    let mut reasons = answer.reasons.clone();
    for reason in &mut reasons {
        let rest = reason.at.strip_prefix("/spec/").unwrap_or(&reason.at);
        let rest = rest.replacen("validations/", "validate/cel/expressions/", 1).replacen(
            "matchConditions/",
            "celPreconditions/",
            1,
        );
        let rest = match rest.strip_prefix("variables/") {
            Some(rest) => format!("validate/cel/variables/{rest}"),
            None => rest,
        };
        reason.at = format!("{at}/{rest}");
    }
    Reply { verdict, message: answer.message.replace(LINE, "\n"), reasons }
}
