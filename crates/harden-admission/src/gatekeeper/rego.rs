//! Rego of constraint templates, evaluated by `regorus` as OPA evaluates it.
//!
//! What `regorus` has not, or has otherwise, is found before anything is evaluated: see [`Refusal`].

mod functions;
mod guards;
mod limits;
mod module;
mod rules;
mod sprintf;
mod term;
mod token;
mod value;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use regorus::{Engine, Value};

pub(crate) use value::{bounded_json, from_json, to_json};

use module::Module;

/// The entry of every template.
const ENTRY: &str = "data.template.violation";

/// Why there is no program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Gatekeeper refuses the template.
    Flawed(String),
    /// Gatekeeper may take it; it cannot be evaluated here.
    NotJudged(String),
}

/// Why an evaluation has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Failure {
    /// It has none in Gatekeeper either.
    Error(String),
    /// It takes more than one evaluation may.
    TooCostly,
    /// It has one in Gatekeeper, and it is not known here.
    NotJudged(String),
}

/// What a template says of an object that it is against.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Violation {
    pub(super) message: String,
    /// Empty where the template says no more.
    pub(super) details: Value,
}

/// Which Rego a template is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    V0,
    V1,
}

/// A template's Rego, ready to be evaluated.
///
/// Evaluations need an engine each; those that are done are kept for the next ones.
#[derive(Debug)]
pub(super) struct Program {
    prepared: Engine,
    idle: Mutex<Vec<Engine>>,
    /// Whether it looks at objects of the cluster.
    pub(super) reads_inventory: bool,
}

impl Program {
    /// Compiles a template's Rego.
    ///
    /// # Errors
    ///
    /// Gatekeeper refuses it, or it cannot be evaluated here.
    pub(super) fn compile(rego: &str, libs: &[&str], dialect: Dialect) -> Result<Self, Refusal> {
        let entry = Module::read(rego, None)?;
        let libs = libs
            .iter()
            .enumerate()
            .map(|(at, text)| Module::read(text, Some(at)))
            .collect::<Result<Vec<_>, _>>()?;
        let modules: Vec<&Module<'_>> = std::iter::once(&entry).chain(&libs).collect();
        rules::check(&modules, dialect)?;

        let guards = modules.iter().map(|it| guards::guards(it)).collect::<Result<Vec<_>, _>>()?;
        let texts = modules.iter().zip(&guards).map(|(it, guards)| (*it, it.text(guards)));
        let engine = prepare(texts, dialect).map_err(|guarded| {
            // What is refused as it is is refused; the rest cannot be measured.
            let plain = modules.iter().map(|it| (*it, it.text(&[])));
            prepare(plain, dialect).err().unwrap_or_else(|| match guarded {
                Refusal::Flawed(why) | Refusal::NotJudged(why) => Refusal::NotJudged(format!(
                    "Rego of which it is not known here how much it takes: {why}"
                )),
            })
        })?;
        let reads_inventory = modules.iter().any(|it| it.reads_inventory());
        Ok(Self { prepared: engine, idle: Mutex::default(), reads_inventory })
    }

    /// With the objects of the cluster, as `data.inventory` has them.
    ///
    /// # Errors
    ///
    /// `regorus` does not take them.
    pub(super) fn add_inventory(&mut self, inventory: Value) -> Result<(), Failure> {
        let data = value::object([("inventory", inventory)]);
        self.prepared.add_data(data).map_err(|error| Failure::NotJudged(error.to_string()))
    }

    /// What it says of a review with parameters; `now` in nanoseconds of the epoch.
    ///
    /// # Errors
    ///
    /// See [`Failure`].
    pub(super) fn evaluate(
        &self,
        review: &Value,
        parameters: &Value,
        now: Option<i64>,
    ) -> Result<BTreeSet<Violation>, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut engine = idle.unwrap_or_else(|| self.prepared.clone());
        let input = [("review", review.clone()), ("parameters", parameters.clone())];
        engine.set_input(value::object(input));
        let found =
            limits::during(now, [review, parameters], || engine.eval_rule(ENTRY.to_owned()))?;
        engine.set_input(Value::Null);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        violations(&found)
    }
}

/// An engine that has compiled modules.
fn prepare<'m>(
    modules: impl Iterator<Item = (&'m Module<'m>, String)>,
    dialect: Dialect,
) -> Result<Engine, Refusal> {
    limits::count_steps();
    let mut engine = Engine::new();
    engine.set_rego_v0(dialect == Dialect::V0);
    engine.set_strict_builtin_errors(false);
    functions::register(&mut engine).map_err(Refusal::NotJudged)?;
    for (module, text) in modules {
        engine.add_policy(module.name(), text).map_err(|error| refusal(&error.to_string()))?;
    }
    limits::apply(&mut engine);
    engine.compile_with_entrypoint(&ENTRY.into()).map_err(|error| refusal(&error.to_string()))?;
    Ok(engine)
}

/// What there is in the set of violations: what has no message is none.
fn violations(found: &Value) -> Result<BTreeSet<Violation>, Failure> {
    // What is no set of objects with messages OPA refuses, if it can tell; else it is no violation.
    let unlike = || Failure::NotJudged("violations that are no objects with a message".to_owned());
    let all: Vec<&Value> = match found {
        Value::Set(all) => all.iter().collect(),
        Value::Object(all) => all.iter_sorted().map(|(key, _)| key).collect(),
        Value::Undefined => Vec::new(),
        _ => return Err(unlike()),
    };
    let mut violations = BTreeSet::new();
    for it in all {
        let message = it.as_object().ok().and_then(|it| it.get(&Value::from("msg")));
        let (Ok(fields), Some(message)) = (it.as_object(), message) else { return Err(unlike()) };
        let Value::String(message) = message else {
            return Err(Failure::Error(format!(
                "extracting message binding: .msg accessor error: {} is of the type {}, expected string",
                term::term(message),
                go_type(message)
            )));
        };
        let details = fields.get(&Value::from("details")).cloned();
        let details = details.unwrap_or_else(Value::new_object);
        violations.insert(Violation { message: message.to_string(), details });
    }
    Ok(violations)
}

/// Go's name of the type of a value.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Null | Value::Undefined => "<nil>",
        Value::Bool(_) => "bool",
        Value::Number(_) => "json.Number",
        Value::String(_) => "string",
        Value::Array(_) | Value::Set(_) => "[]interface {}",
        Value::Object(_) => "map[string]interface {}",
    }
}

impl Eq for Violation {}

impl PartialOrd for Violation {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Violation {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.message.cmp(&other.message).then_with(|| self.details.cmp(&other.details))
    }
}

/// What `regorus` refuses OPA may take: it has not all constructs, and says so in no way of its own.
fn refusal(error: &str) -> Refusal {
    let said = limits::last_line(error);
    if let Some(variable) = said
        .strip_prefix("use of undefined variable `")
        .and_then(|it| it.strip_suffix("` is unsafe"))
    {
        return Refusal::Flawed(format!("rego_unsafe_var_error: var {variable} is unsafe"));
    }
    Refusal::NotJudged(format!("Rego that is not understood here: {said}"))
}
