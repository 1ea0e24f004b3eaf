//! What an expression may name.

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_core::kubernetes::MinorVersion;

use super::functions::{Functions, functions};
use super::syntax::Syntax;
use super::types::{Type, overload};

/// The functions of a version of the API server, and the variables of a place in a policy.
#[derive(Debug, Clone)]
pub struct Environment {
    pub(super) functions: Arc<Functions>,
    pub(super) syntax: Syntax,
    variables: BTreeMap<String, Type>,
    /// Fields of types that have names, by these.
    objects: BTreeMap<&'static str, BTreeMap<String, Type>>,
    unjudged: Vec<String>,
    pub(super) has_mixed_literals: bool,
    pub(super) has_messages: bool,
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
        let syntax = Syntax {
            optionals: since(28),
            two_variables: since(32),
            sorting: since(34),
            bindings: false,
            lenient: false,
        };
        let (variables, unjudged) = (BTreeMap::new(), Vec::new());
        let objects = BTreeMap::new();
        let functions = Arc::new(functions(version));
        Self {
            functions,
            syntax,
            variables,
            objects,
            unjudged,
            has_mixed_literals: false,
            has_messages: false,
        }
    }

    /// With functions that the server does not have, a signature a line, such as
    /// `.Get(Resources, string) -> dyn`: [`Variables::call`](super::Variables::call) answers for them.
    #[must_use]
    pub fn with_functions(mut self, table: &str) -> Self {
        let functions = Arc::make_mut(&mut self.functions);
        for (name, overload) in table.lines().filter_map(overload) {
            functions.entry(name.to_owned()).or_default().push(overload);
        }
        self
    }

    /// With `cel.bind`.
    #[must_use]
    pub fn with_bindings(mut self) -> Self {
        self.syntax.bindings = true;
        self
    }

    /// With an `orValue` that takes what is no optional, and is that.
    #[must_use]
    pub fn with_lenient_optionals(mut self) -> Self {
        self.syntax.lenient = true;
        self.with_functions("@orValue(dyn, dyn) -> dyn")
    }

    /// With messages that say what becomes of an object: `Object{…}`, `Object.spec{…}` and so on, and
    /// `JSONPatch{…}`.
    #[must_use]
    pub fn with_messages(mut self) -> Self {
        self.has_messages = true;
        self
    }

    /// With lists and maps that are written with elements of several types.
    #[must_use]
    pub fn with_mixed_literals(mut self) -> Self {
        self.has_mixed_literals = true;
        self
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
