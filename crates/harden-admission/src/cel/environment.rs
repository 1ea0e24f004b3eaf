//! What an expression may name.

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_core::kubernetes::MinorVersion;

use super::functions::{Functions, functions};
use super::syntax::Syntax;
use super::types::Type;

/// The functions of a version of the API server, and the variables of a place in a policy.
#[derive(Debug, Clone)]
pub struct Environment {
    pub(super) functions: Arc<Functions>,
    pub(super) syntax: Syntax,
    variables: BTreeMap<String, Type>,
    /// Fields of types that have names, by these.
    objects: BTreeMap<&'static str, BTreeMap<String, Type>>,
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
        let objects = BTreeMap::new();
        Self { functions: Arc::new(functions(version)), syntax, variables, objects, unjudged }
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

    /// With a type that has a name, and no fields yet.
    #[must_use]
    pub fn with_object(mut self, object: &'static str) -> Self {
        self.objects.entry(object).or_default();
        self
    }

    /// With a field of a type that has a name: expressions can name no other fields of it.
    #[must_use]
    pub fn with_field(mut self, object: &'static str, field: &str, it: Type) -> Self {
        self.objects.entry(object).or_default().insert(field.to_owned(), it);
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

    /// The fields of a type, if it is one whose fields are declared.
    pub(super) fn fields(&self, of: &Type) -> Option<&BTreeMap<String, Type>> {
        let Type::Plain(name) = of else { return None };
        self.objects.get(name)
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
