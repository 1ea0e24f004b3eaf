//! What all kinds of policies have.

use serde_json::Value as Json;

use super::asked::Asked;
use super::constraints::Constraints;
use super::environment::{Purpose, environment, with_variable};
use super::exception::{Exception, Exemption};
use super::expression::{Expression, Flaw};
use super::scope::Scope;
use crate::cel::{Environment, Failure, Type};
use crate::kubernetes::matching::Match;
use crate::{Action, Answer, Object, PolicyName, Reason, Verdict};

/// The compiled parts of a policy that are not what it does.
#[derive(Debug)]
pub(super) struct Policy {
    pub(super) name: PolicyName,
    pub(super) action: Action,
    /// Whether requests on which its conditions fail are let through.
    ignores_failures: bool,
    pub(super) constraints: Constraints,
    pub(super) mode: Mode,
    pub(super) conditions: Vec<Expression>,
    exceptions: Vec<Exception>,
    pub(super) variables: Vec<(String, Expression)>,
    annotations: Vec<(String, Expression)>,
}

/// What a policy is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Requests to the API server.
    Kubernetes,
    /// Values that somebody hands over, of which nothing else is known.
    Json,
    /// Requests to other servers.
    Other,
}

impl Mode {
    fn of(spec: &Json) -> Self {
        match spec.pointer("/evaluation/mode").and_then(Json::as_str) {
            None | Some("" | "Kubernetes") => Self::Kubernetes,
            Some("JSON") => Self::Json,
            Some(_) => Self::Other,
        }
    }
}

/// The kind, namespace and name of a policy; those of the cluster have no namespace, whatever they say.
pub(super) fn name(policy: &Object) -> PolicyName {
    let is_namespaced = policy.kind().starts_with("Namespaced");
    PolicyName {
        kind: policy.kind().to_owned(),
        namespace: if is_namespaced { policy.namespace().to_owned() } else { String::new() },
        name: policy.name().to_owned(),
    }
}

/// What follows of a failure: the strictest of its actions.
pub(super) fn action(spec: &Json) -> Action {
    let actions = spec.get("validationActions").and_then(Json::as_array);
    let has =
        |word: &str| actions.into_iter().flatten().filter_map(Json::as_str).any(|it| it == word);
    match actions {
        Some(actions) if !actions.is_empty() && !has("Deny") => {
            if has("Warn") {
                Action::Warn
            } else {
                Action::Audit
            }
        }
        _ => Action::Deny,
    }
}

/// The text of a field.
pub(super) fn text<'j>(json: &'j Json, key: &str) -> &'j str {
    json.get(key).and_then(Json::as_str).unwrap_or_default()
}

impl Policy {
    /// Compiles what all policies have, and gives the environment of what only this kind has.
    pub(super) fn compile(
        policy: &Object,
        spec: &Json,
        purpose: Purpose,
        exceptions: &[&Object],
    ) -> Result<(Self, Environment), Flaw> {
        let name = name(policy);
        let plain = environment(purpose, &name.namespace);
        let key = if purpose == Purpose::Deleting { "conditions" } else { "matchConditions" };
        let (variables, full) = variables(spec, plain.clone())?;
        // Only these kinds bind variables before they look at conditions.
        let sees_variables = matches!(purpose, Purpose::Mutating | Purpose::Deleting);
        let of_conditions = if sees_variables { &full } else { &plain };
        let conditions = conditions(spec, key, of_conditions)?;
        let annotations = annotations(spec, &full)?;
        let exceptions = Exception::of(&name, exceptions, of_conditions)?;
        let policy = Self {
            action: action(spec),
            ignores_failures: text(spec, "failurePolicy") == "Ignore",
            constraints: Constraints::read(spec.get("matchConstraints")),
            mode: Mode::of(spec),
            name,
            conditions,
            exceptions,
            variables,
            annotations,
        };
        Ok((policy, full))
    }

    /// Whether a request is one that it is about: nothing where it is not, or an answer where nobody can
    /// say.
    pub(super) fn is_about(&self, asked: &Asked<'_>) -> Option<Result<(), Answer>> {
        match self.mode {
            Mode::Kubernetes => {}
            // Nobody but a test hands over values.
            Mode::Json if asked.cluster().stated.is_some() => return Some(Ok(())),
            Mode::Json | Mode::Other => return None,
        }
        let namespace = &self.name.namespace;
        let is_in = |it: &Object| match it.namespace() {
            "" => namespace == "default",
            other => other == namespace,
        };
        if !namespace.is_empty() && !asked.request.subject().is_some_and(is_in) {
            return None;
        }
        match self.constraints.matches(asked) {
            Match::No => None,
            Match::As(_) => Some(Ok(())),
            Match::Unknown(why) => Some(Err(self.answer(Verdict::NotJudged, &why, Vec::new()))),
        }
    }

    /// What its expressions see of a request.
    pub(super) fn scope<'a>(&'a self, asked: &'a Asked<'a>) -> Scope<'a> {
        let scope = Scope::new(asked, &self.name.namespace);
        if self.mode == Mode::Json { scope.with_object_alone() } else { scope }
    }

    /// What exceptions say.
    pub(super) fn exempt(&self, scope: &mut Scope<'_>) -> Result<Exemption, Failure> {
        if self.exceptions.is_empty() {
            return Ok(Exemption::None { images: Vec::new(), values: Vec::new() });
        }
        let exemption = Exception::exempt(&self.exceptions, scope)?;
        if let Exemption::None { images, values } = &exemption {
            Exemption::tell(images, values, scope);
        }
        Ok(exemption)
    }

    /// Whether its conditions hold.
    pub(super) fn holds(&self, scope: &Scope<'_>) -> Result<bool, Failure> {
        match scope.all_hold(&self.conditions) {
            Err(Failure::Error(_) | Failure::TooCostly) if self.ignores_failures => Ok(false),
            other => other,
        }
    }

    /// Whether what it writes down of a request can be evaluated.
    pub(super) fn annotate(&self, scope: &Scope<'_>) -> Result<(), Failure> {
        for (key, expression) in &self.annotations {
            match scope.evaluate(expression) {
                Ok(crate::cel::Value::String(_) | crate::cel::Value::Null) => {}
                Ok(other) => {
                    return Err(Failure::Error(format!(
                        "failed to convert auditAnnotation '{key}' expression: type conversion \
                         error from '{}' to 'string'",
                        other.type_name()
                    )));
                }
                Err(Failure::NotJudged(why)) => return Err(Failure::NotJudged(why)),
                Err(failure) => {
                    return Err(Failure::Error(format!(
                        "failed to evaluate auditAnnotation '{key}': {failure}"
                    )));
                }
            }
        }
        Ok(())
    }

    /// An answer of the policy.
    pub(super) fn answer(&self, verdict: Verdict, message: &str, reasons: Vec<Reason>) -> Answer {
        Answer {
            policy: self.name.clone(),
            rule: String::new(),
            verdict,
            action: self.action,
            message: message.to_owned(),
            reasons,
        }
    }

    /// An answer where an evaluation failed.
    pub(super) fn failed(&self, prefix: &str, failure: &Failure, reasons: Vec<Reason>) -> Answer {
        match failure {
            Failure::NotJudged(why) => self.answer(Verdict::NotJudged, why, reasons),
            other => self.answer(Verdict::Error, &format!("{prefix}: {other}"), reasons),
        }
    }

    /// An answer where its conditions leave a request out, or fail.
    pub(super) fn left_out(&self, scope: &Scope<'_>) -> Vec<Reason> {
        scope.decisive(&self.conditions)
    }
}

fn list<'j>(spec: &'j Json, key: &str) -> impl Iterator<Item = (usize, &'j Json)> {
    spec.get(key).and_then(Json::as_array).into_iter().flatten().enumerate()
}

pub(super) fn conditions(
    spec: &Json,
    key: &str,
    environment: &Environment,
) -> Result<Vec<Expression>, Flaw> {
    let compile = |(index, condition): (usize, &Json)| {
        let at = format!("/spec/{key}/{index}/expression");
        Expression::compile(&at, text(condition, "expression"), environment, &[Type::BOOL])
    };
    list(spec, key).map(compile).collect()
}

/// Variables by name, and the environment that has them.
fn variables(
    spec: &Json,
    mut environment: Environment,
) -> Result<(Vec<(String, Expression)>, Environment), Flaw> {
    let mut variables: Vec<(String, Expression)> = Vec::new();
    for (index, variable) in list(spec, "variables") {
        let at = format!("/spec/variables/{index}/expression");
        let source = text(variable, "expression");
        let expression = Expression::compile(&at, source, &environment, &[])?;
        let name = text(variable, "name");
        environment = with_variable(environment, name, expression.program.result());
        // Of two of one name the last one is evaluated.
        variables.retain(|(it, _)| it != name);
        variables.push((name.to_owned(), expression));
    }
    Ok((variables, environment))
}

fn annotations(spec: &Json, environment: &Environment) -> Result<Vec<(String, Expression)>, Flaw> {
    let compile = |(index, annotation): (usize, &Json)| {
        let at = format!("/spec/auditAnnotations/{index}/valueExpression");
        let source = text(annotation, "valueExpression");
        let wanted = [Type::STRING, Type::Null];
        let expression = Expression::compile(&at, source, environment, &wanted)?;
        Ok((text(annotation, "key").to_owned(), expression))
    };
    list(spec, "auditAnnotations").map(compile).collect()
}
