//! CEL of constraint templates, evaluated as the library of the API server evaluates it for Gatekeeper.

mod evaluation;

use harden_core::kubernetes::MinorVersion;
use serde_json::Value as Json;

use super::review::Review;
use crate::Object;
use crate::cel::{Environment, Failure, Program as Expression, Refusal, Type, Value};
use evaluation::Evaluation;

/// The Kubernetes whose library Gatekeeper 3.23 is built with.
const VERSION: MinorVersion = MinorVersion(36);

/// Variables that Gatekeeper declares before those of the template.
const OWN: [(&str, &str); 2] = [
    (
        "anyObject",
        "has(request.operation) && request.operation == \"DELETE\" && object == null ? oldObject : object",
    ),
    (
        "params",
        "!has(params.spec) ? null : !has(params.spec.parameters) ? null: params.spec.parameters",
    ),
];

/// How the words about an expression that does not compile begin.
const COMPILATION: &str = "compilation error:";

/// A message that an expression may make at most.
const MESSAGE: usize = 5 * 1024;

/// A template's CEL, ready to be evaluated.
#[derive(Debug)]
pub(super) struct Program {
    variables: Vec<Variable>,
    conditions: Vec<Part>,
    validations: Vec<Validation>,
    /// Whether an error is a violation.
    is_closed: bool,
}

#[derive(Debug)]
struct Variable {
    /// `variables.containers`
    name: String,
    source: String,
    expression: Compiled,
    needs: Vec<usize>,
}

/// An expression, or why there is none: Gatekeeper tells when it is evaluated.
type Compiled = Result<Expression, Failure>;

#[derive(Debug)]
struct Part {
    at: String,
    source: String,
    expression: Compiled,
    needs: Vec<usize>,
}

#[derive(Debug)]
struct Validation {
    part: Part,
    message: String,
    message_expression: Option<Part>,
}

/// What a template says of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    /// Where the expression is in the template.
    pub(super) at: String,
    pub(super) expression: String,
    pub(super) outcome: Outcome,
    /// Variables that it saw.
    pub(super) values: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Violation(String),
    /// An error that counts as a violation.
    Error(String),
    /// An error that counts as nothing.
    Ignored(String),
    NotJudged(String),
    /// A condition of the template leaves the object out.
    Skipped,
}

impl Program {
    /// Compiles the source of a template.
    ///
    /// # Errors
    ///
    /// Gatekeeper refuses it, in its words.
    pub(super) fn compile(source: &Json, at: &str) -> Result<Self, String> {
        let text = |of: &Json, key: &str| {
            of.get(key).and_then(Json::as_str).unwrap_or_default().to_owned()
        };
        let all = |key: &str| {
            source.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
        };
        if !source.is_object() {
            return Err("could not recognize the type".to_owned());
        }
        let is_closed = match source.get("failurePolicy").and_then(Json::as_str) {
            None | Some("Fail") => true,
            Some("Ignore") => false,
            Some(other) => {
                return Err(format!(
                    "invalid failure policy: unrecognized failure policy: {other}"
                ));
            }
        };
        let environment = Environment::new(VERSION)
            .with("object")
            .with("oldObject")
            .with("request")
            .with("namespaceObject")
            .with("variables");
        let mut compiler = Compiler { environment, variables: Vec::new() };
        for (name, expression) in OWN {
            compiler.declare(name, expression);
        }
        for it in all("variables") {
            let name = text(it, "name");
            check_name(&name, "variable")?;
            compiler.declare(&name, &text(it, "expression"));
        }
        let mut conditions = Vec::new();
        for (index, it) in all("matchCondition").iter().enumerate() {
            check_name(&text(it, "name"), "match condition")?;
            let at = format!("{at}/matchCondition/{index}/expression");
            conditions.push(compiler.part(at, text(it, "expression"), &Type::Plain("bool")));
        }
        let mut validations = Vec::new();
        for (index, it) in all("validations").iter().enumerate() {
            let at = format!("{at}/validations/{index}");
            let part = compiler.part(
                format!("{at}/expression"),
                text(it, "expression"),
                &Type::Plain("bool"),
            );
            let message_expression =
                Some(text(it, "messageExpression")).filter(|it| !it.is_empty());
            let message_expression = message_expression.map(|it| {
                compiler.part(format!("{at}/messageExpression"), it, &Type::Plain("string"))
            });
            validations.push(Validation { part, message: text(it, "message"), message_expression });
        }
        Ok(Self { variables: compiler.variables, conditions, validations, is_closed })
    }

    /// What it says of a review with a constraint: one finding for whatever is wrong.
    pub(super) fn evaluate(&self, review: &Review<'_>, constraint: &Object) -> Vec<Finding> {
        let mut evaluation = Evaluation::of(self, review, constraint);
        let mut error = None;
        for it in &self.conditions {
            match evaluation.value(it) {
                Ok(Value::Bool(true)) => {}
                Ok(_) => return vec![it.finding(Outcome::Skipped, &evaluation)],
                Err(failure) => {
                    error.get_or_insert_with(|| {
                        it.finding(self.outcome(&it.source, failure), &evaluation)
                    });
                }
            }
        }
        if let Some(error) = error {
            return vec![error];
        }
        let mut findings = Vec::new();
        for it in &self.validations {
            let outcome = match evaluation.value(&it.part) {
                Ok(Value::Bool(true)) => continue,
                Ok(_) => it.message(&mut evaluation),
                Err(failure) => self.outcome(&it.part.source, failure),
            };
            findings.push(it.part.finding(outcome, &evaluation));
        }
        findings
    }

    /// Why an expression can never be evaluated.
    pub(super) fn flaw(&self) -> Option<String> {
        let of_validations = self.validations.iter();
        let parts = of_validations.flat_map(|it| [Some(&it.part), it.message_expression.as_ref()]);
        let parts = self.conditions.iter().chain(parts.flatten());
        let parts = parts.map(|it| (&it.source, &it.expression));
        let variables = self.variables.iter().map(|it| (&it.source, &it.expression));
        variables.chain(parts).find_map(|(source, expression)| match expression {
            Err(Failure::Error(why)) => Some(format!("{source}: {why}")),
            _ => None,
        })
    }

    fn outcome(&self, source: &str, failure: Failure) -> Outcome {
        let message = match failure {
            Failure::NotJudged(why) => return Outcome::NotJudged(why),
            Failure::Error(it) if it.starts_with(COMPILATION) => it,
            other => format!("expression '{source}' resulted in error: {other}"),
        };
        if self.is_closed { Outcome::Error(message) } else { Outcome::Ignored(message) }
    }
}

fn check_name(name: &str, what: &str) -> Result<(), String> {
    if name.starts_with("gatekeeper_internal_") {
        return Err(format!(
            "{name} is not a valid {what}; cannot have \"gatekeeper_internal_\" as a prefix"
        ));
    }
    if what == "variable" && matches!(name, "params" | "anyObject") {
        return Err(format!("{name} an invalid variable name, {name:?} is a reserved keyword"));
    }
    Ok(())
}

struct Compiler {
    environment: Environment,
    variables: Vec<Variable>,
}

impl Compiler {
    /// Declares a variable; what comes after may name it.
    fn declare(&mut self, name: &str, source: &str) {
        let environment = self.environment.clone().with("params");
        let expression = compile(source, &environment, None);
        let of = expression.as_ref().map_or(Type::Dyn, |it| it.result().clone());
        let needs = self.needs(source);
        let name = format!("variables.{name}");
        self.environment = self.environment.clone().with_type(&name, of);
        self.variables.push(Variable { name, source: source.to_owned(), expression, needs });
    }

    fn part(&self, at: String, source: String, wanted: &Type) -> Part {
        let expression = compile(&source, &self.environment, Some(wanted));
        let needs = self.needs(&source);
        Part { at, source, expression, needs }
    }

    /// The variables that an expression may name, and those that they may name, in their order.
    fn needs(&self, source: &str) -> Vec<usize> {
        let mut needs = Vec::new();
        for (index, it) in self.variables.iter().enumerate() {
            let is_named = source.match_indices(&it.name).any(|(at, name)| {
                let after = source.get(at + name.len()..).and_then(|it| it.chars().next());
                after.is_none_or(|it| it != '_' && !it.is_alphanumeric())
            });
            if is_named {
                needs.extend(it.needs.iter().copied());
                needs.push(index);
            }
        }
        needs.sort_unstable();
        needs.dedup();
        needs
    }
}

fn compile(source: &str, environment: &Environment, wanted: Option<&Type>) -> Compiled {
    let program = Expression::compile(source, environment).map_err(|refusal| match refusal {
        Refusal::NotJudged(why) => Failure::NotJudged(why),
        other => Failure::Error(format!("{COMPILATION} compilation failed: {other}")),
    })?;
    match wanted {
        Some(wanted) if program.result() != wanted => Err(Failure::Error(format!(
            "{COMPILATION} must evaluate to {wanted} but got {}",
            program.result()
        ))),
        _ => Ok(program),
    }
}

impl Part {
    fn finding(&self, outcome: Outcome, evaluation: &Evaluation<'_>) -> Finding {
        let values = evaluation.seen(&self.needs);
        Finding { at: self.at.clone(), expression: self.source.clone(), outcome, values }
    }
}

impl Validation {
    /// The message of a violation: what the expression for it makes, or else what is written.
    fn message(&self, evaluation: &mut Evaluation<'_>) -> Outcome {
        let made = match self.message_expression.as_ref().map(|it| evaluation.value(it)) {
            Some(Ok(Value::String(it))) => it.trim().to_owned(),
            Some(Err(Failure::NotJudged(why))) => return Outcome::NotJudged(why),
            _ => String::new(),
        };
        if !made.is_empty() && !made.contains('\n') && made.len() <= MESSAGE {
            return Outcome::Violation(made);
        }
        Outcome::Violation(match self.message.trim() {
            "" => format!("failed expression: {}", self.part.source.trim()),
            message => message.to_owned(),
        })
    }
}
