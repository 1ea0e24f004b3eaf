//! What an expression may name.

use std::collections::BTreeMap;

use harden_core::kubernetes::MinorVersion;

use super::functions::{Functions, functions};
use super::syntax::Syntax;
use super::types::Type;

/// The functions of a version of the API server, and the variables of a place in a policy.
#[derive(Debug, Clone)]
pub struct Environment {
    pub(super) functions: Functions,
    pub(super) syntax: Syntax,
    variables: BTreeMap<String, Type>,
    unjudged: Vec<String>,
}

/// Types that expressions can name, with those that the optional syntax brings.
const TYPES: [(&str, Type); 11] = [
    ("bool", Type::BOOL),
    ("int", Type::INT),
    ("uint", Type::UINT),
    ("double", Type::DOUBLE),
    ("string", Type::STRING),
    ("bytes", Type::BYTES),
    ("null_type", Type::Null),
    ("google.protobuf.Duration", Type::Plain("duration")),
    ("google.protobuf.Timestamp", Type::Plain("timestamp")),
    ("net.IP", Type::Plain("net.IP")),
    ("net.CIDR", Type::Plain("net.CIDR")),
];

impl Environment {
    /// That of a version, without variables.
    pub fn new(version: MinorVersion) -> Self {
        let since = |minor: u16| version >= MinorVersion(minor);
        let syntax = Syntax { optionals: since(28), two_variables: since(32), sorting: since(34) };
        let (variables, unjudged) = (BTreeMap::new(), Vec::new());
        Self { functions: functions(version), syntax, variables, unjudged }
    }

    /// With a variable whose type is known when it is evaluated only, as objects are.
    #[must_use]
    pub fn with(mut self, variable: &str) -> Self {
        self.variables.insert(variable.to_owned(), Type::Dyn);
        self
    }

    /// With a variable of a type, as `variables` of a policy have the types of their expressions.
    #[must_use]
    pub fn with_type(mut self, variable: &str, it: Type) -> Self {
        self.variables.insert(variable.to_owned(), it);
        self
    }

    /// With a variable that the server has and nobody can answer for here, such as `authorizer`: what uses
    /// it is not judged.
    #[must_use]
    pub fn with_unjudged(mut self, variable: &str) -> Self {
        self.unjudged.push(variable.to_owned());
        self
    }

    pub(super) fn variable(&self, name: &str) -> Option<Type> {
        self.variables
            .get(name)
            .cloned()
            .or_else(|| named_type(name).map(|it| Type::Type(Box::new(it))))
    }

    pub(super) fn is_unjudged(&self, name: &str) -> bool {
        self.unjudged.iter().any(|it| it == name)
    }
}

/// The type that a name stands for.
pub(super) fn named_type(name: &str) -> Option<Type> {
    match name {
        "list" => Some(Type::list(Type::Dyn)),
        "map" => Some(Type::map(Type::Dyn, Type::Dyn)),
        "optional_type" => Some(Type::optional(Type::Dyn)),
        "type" => Some(Type::Type(Box::new(Type::Dyn))),
        _ => TYPES.iter().find(|(it, _)| *it == name).map(|(_, it)| it.clone()),
    }
}
