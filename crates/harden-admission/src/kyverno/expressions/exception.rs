//! Exceptions from policies.

use serde_json::Value as Json;

use super::expression::{Expression, Flaw};
use super::scope::Scope;
use crate::cel::{Environment, Failure, Type, Value};
use crate::{Object, PolicyName, Verdict};

/// A `PolicyException`, compiled for one policy.
#[derive(Debug)]
pub(super) struct Exception {
    /// As Kyverno tells it: `namespace/name`.
    key: String,
    conditions: Vec<Expression>,
    images: Vec<String>,
    values: Vec<String>,
    passes: bool,
    priority: i64,
}

/// What exceptions say of a request.
pub(super) enum Exemption {
    /// It is judged, and the policy may look at these images and values.
    None { images: Vec<String>, values: Vec<String> },
    /// It is left out, and what is told of it.
    Full(Verdict, String),
}

/// The label by which one of several exceptions goes first.
const PRIORITY: &str = "polex.kyverno.io/priority";

impl Exception {
    /// Those of a policy.
    pub(super) fn of(
        policy: &PolicyName,
        exceptions: &[&Object],
        environment: &Environment,
    ) -> Result<Vec<Self>, Flaw> {
        let refers = |it: &&&Object| {
            let refs = it.at("/spec/policyRefs").and_then(Json::as_array);
            let text = |it: &Json, key: &str| it.get(key).and_then(Json::as_str).map(str::to_owned);
            refs.into_iter().flatten().any(|it| {
                text(it, "name").as_deref() == Some(&policy.name)
                    && text(it, "kind").as_deref() == Some(&policy.kind)
            })
        };
        exceptions.iter().filter(refers).map(|it| Self::compile(it, environment)).collect()
    }

    fn compile(object: &Object, environment: &Environment) -> Result<Self, Flaw> {
        let conditions = object.at("/spec/matchConditions").and_then(Json::as_array);
        let mut compiled = Vec::new();
        for (index, condition) in conditions.into_iter().flatten().enumerate() {
            let source = condition.get("expression").and_then(Json::as_str).unwrap_or_default();
            let at = format!("/spec/matchConditions/{index}/expression");
            compiled.push(Expression::compile(&at, source, environment, &[Type::BOOL])?);
        }
        let texts = |pointer: &str| -> Vec<String> {
            let list = object.at(pointer).and_then(Json::as_array);
            list.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
        };
        Ok(Self {
            key: match object.namespace() {
                "" => object.name().to_owned(),
                namespace => format!("{namespace}/{}", object.name()),
            },
            conditions: compiled,
            images: texts("/spec/images"),
            values: texts("/spec/allowedValues"),
            passes: object.at("/spec/reportResult").and_then(Json::as_str) == Some("pass"),
            priority: object.label(PRIORITY).and_then(|it| it.parse().ok()).unwrap_or_default(),
        })
    }

    /// What exceptions of a policy say together.
    pub(super) fn exempt(all: &[Self], scope: &Scope<'_>) -> Result<Exemption, Failure> {
        let (mut images, mut values) = (Vec::new(), Vec::new());
        let mut matched: Vec<&Self> = Vec::new();
        let mut is_full = false;
        for exception in all {
            match scope.all_hold(&exception.conditions) {
                Ok(false) => continue,
                Err(_) if is_full => continue,
                Err(failure) => return Err(failure),
                Ok(true) => {}
            }
            matched.push(exception);
            if exception.images.is_empty() && exception.values.is_empty() {
                is_full = true;
            } else if !is_full {
                images.extend(exception.images.iter().cloned());
                values.extend(exception.values.iter().cloned());
            }
        }
        if !is_full {
            return Ok(Exemption::None { images, values });
        }
        let first = matched.iter().fold(None, |best: Option<&&Self>, it| match best {
            Some(best) if it.priority <= best.priority.max(0) => Some(best),
            _ => Some(it),
        });
        let (verdict, word) = match first {
            Some(it) if it.passes => (Verdict::Pass, "passed"),
            _ => (Verdict::Skip, "skipped"),
        };
        let keys: Vec<&str> = matched.iter().map(|it| it.key.as_str()).collect();
        let message = format!("rule is {word} due to policy exception: {}", keys.join(", "));
        Ok(Exemption::Full(verdict, message))
    }
}

impl Exemption {
    /// Makes known to expressions what is exempt, where it is judged.
    pub(super) fn tell(images: &[String], values: &[String], scope: &mut Scope<'_>) {
        let texts = |it: &[String]| {
            let texts: Vec<Value> = it.iter().map(|it| Value::String(it.as_str().into())).collect();
            Value::List(texts.into())
        };
        scope.give("exceptions.allowedImages", texts(images));
        scope.give("exceptions.allowedValues", texts(values));
    }
}
