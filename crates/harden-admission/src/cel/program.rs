//! Compiled expressions.

use std::sync::Arc;

use super::budget::Budget;
use super::checker::check;
use super::environment::Environment;
use super::evaluation::{Evaluation, of_literal};
use super::failure::Failure;
use super::library::{Patterns, call, is_key, regex};
use super::refusal::{Flaw, Refusal, Stop};
use super::seen::paths_of;
use super::syntax::{Kind, Literal, Node, parse};
use super::types::Type;
use super::value::{Key, Map, Value};
use super::variables::Variables;

/// An expression that the server would take.
#[derive(Debug, Clone)]
pub struct Program {
    root: Node,
    result: Type,
    patterns: Arc<Patterns>,
}

/// An expression whose types are right; what it converts may still be wrong.
#[derive(Debug)]
pub(crate) struct Checked(Program);

impl Checked {
    /// Reads an expression and finds its type.
    pub(crate) fn read(source: &str, environment: &Environment) -> Result<Self, Refusal> {
        let mut root = parse(source, environment.syntax).map_err(|stops| refusal(stops, source))?;
        let (result, patterns) =
            check(&mut root, environment).map_err(|stops| refusal(stops, source))?;
        Ok(Self(Program { root, result, patterns: Arc::new(patterns) }))
    }

    /// The type of its value.
    pub(crate) fn result(&self) -> &Type {
        &self.0.result
    }

    /// It, if the server can evaluate what it evaluates before it knows any variable.
    pub(crate) fn plan(self) -> Result<Program, Refusal> {
        fold(&self.0.root)?;
        Ok(self.0)
    }
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// The server refuses it, or nobody can say here.
    pub fn compile(source: &str, environment: &Environment) -> Result<Self, Refusal> {
        Checked::read(source, environment)?.plan()
    }

    /// The type of its value.
    pub fn result(&self) -> &Type {
        &self.result
    }

    /// The paths of variables that it names, each with its value; `None` where there is none.
    pub fn seen(&self, variables: &dyn Variables) -> Vec<(String, Option<Value>)> {
        let mut paths = Vec::new();
        paths_of(&self.root, &mut Vec::new(), &mut paths);
        let value = |node| Evaluation::new(variables, Arc::clone(&self.patterns)).value(node).ok();
        paths.into_iter().map(|(path, node)| (path, value(node))).collect()
    }

    /// Its value, and what the server counts for it: the least and the most.
    pub fn evaluate_with_cost(
        &self,
        variables: &dyn Variables,
    ) -> (Result<Value, Failure>, (u64, u64)) {
        let mut evaluation = Evaluation::new(variables, Arc::clone(&self.patterns));
        let value = evaluation.value(&self.root);
        (value, evaluation.cost())
    }

    /// Its value, with the values of variables.
    ///
    /// # Errors
    ///
    /// The evaluation fails, takes too much, or cannot be judged.
    pub fn evaluate(&self, variables: &dyn Variables) -> Result<Value, Failure> {
        Evaluation::new(variables, Arc::clone(&self.patterns)).value(&self.root)
    }
}

/// Functions that the server evaluates when it compiles, if what they convert is a literal.
const CONVERSIONS: [&str; 10] =
    ["bool", "bytes", "double", "duration", "dyn", "int", "string", "timestamp", "type", "uint"];

/// The value of a literal, converted or not; `None` for all else.
fn fold(node: &Node) -> Result<Option<Value>, Refusal> {
    let mut values = Vec::new();
    for child in node.kind.children() {
        values.push(fold(child)?);
    }
    match &node.kind {
        Kind::Literal(literal) => Ok(Some(of_literal(literal))),
        Kind::List(elements) if elements.iter().all(|(_, optional)| !optional) => {
            Ok(values.into_iter().collect::<Option<Vec<Value>>>().map(Value::list))
        }
        Kind::Map(entries) if entries.iter().all(|it| !it.optional) => {
            let Some(values) = values.into_iter().collect::<Option<Vec<Value>>>() else {
                return Ok(None);
            };
            let mut map = Map::default();
            for pair in values.chunks_exact(2) {
                if let [key, value] = pair
                    && let Some(key) = Key::of(key)
                {
                    map.set(key, value.clone());
                }
            }
            Ok(Some(Value::Map(Arc::new(map))))
        }
        Kind::Call { name, target: None, .. } if CONVERSIONS.contains(&name.as_str()) => {
            let [Some(value)] = values.as_slice() else { return Ok(None) };
            match call(name, std::slice::from_ref(value), &mut Budget::new(Arc::default())) {
                Ok(value) => Ok(Some(value)),
                Err(Failure::Error(message)) if message == "no such overload" => {
                    let signature = format!("{name}({})", value.type_name());
                    Err(Refusal::Unconvertible(format!("{message}: {signature}")))
                }
                Err(Failure::Error(message)) => Err(Refusal::Unconvertible(message)),
                Err(other) => Err(Refusal::NotJudged(other.to_string())),
            }
        }
        Kind::Call { name, target: Some(_), args, .. }
            if matches!(name.as_str(), "find" | "findAll") =>
        {
            if let Some(Node { kind: Kind::Literal(Literal::String(pattern)), .. }) = args.first() {
                match regex(pattern) {
                    Ok(_) => {}
                    Err(Failure::Error(message)) => return Err(Refusal::Unconvertible(message)),
                    Err(other) => return Err(Refusal::NotJudged(other.to_string())),
                }
            }
            Ok(None)
        }
        Kind::Call { name, .. } if matches!(name.as_str(), "_[_]" | "_[?_]") => {
            match values.pop() {
                Some(Some(at)) if !is_key(&at) => {
                    let of = match at {
                        Value::List(_) => "*types.baseList",
                        Value::Map(_) => "*types.baseMap",
                        other => other.native_name(),
                    };
                    Err(Refusal::Unconvertible(format!("invalid qualifier type: {of}")))
                }
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}

fn refusal(stops: Vec<Stop>, source: &str) -> Refusal {
    let mut flaws = Vec::new();
    for stop in stops {
        match stop {
            Stop::Flaw(found) => flaws.push(found.placed(source)),
            Stop::More(count) => flaws.push(Flaw {
                line: 0,
                column: 0,
                message: format!("{count} more errors were truncated"),
            }),
            Stop::NotJudged(why) => return Refusal::NotJudged(why),
        }
    }
    Refusal::Flawed(flaws)
}
