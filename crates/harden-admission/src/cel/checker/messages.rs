//! Types of messages that expressions build.

use super::super::syntax::Field;
use super::super::types::Type;
use super::super::value::JSON_PATCH;
use super::Checker;

impl Checker<'_> {
    pub(super) fn message(&mut self, at: usize, name: &str, fields: &mut [Field]) -> Type {
        if !self.environment.has_messages || !is_message(name) {
            if self.environment.variable(name).is_some() {
                self.unjudged = Some(format!("messages such as `{name}` are not understood"));
                return Type::Error;
            }
            return self.undeclared(at, name);
        }
        for Field { name: field, value, optional } in fields {
            let found = self.check(value);
            let found = self.element(value.at, found, *optional);
            match self::field(name, field) {
                None => {
                    self.flaw(at, format!("undefined field '{field}'"));
                }
                Some(wanted) => {
                    if !self.fit(&[wanted.clone()], std::slice::from_ref(&found)) {
                        self.flaw(
                            at,
                            format!(
                                "expected type of field '{field}' is '{wanted}' but provided type is \
                                 '{found}'"
                            ),
                        );
                    }
                }
            }
        }
        Type::Message(name.into())
    }
}

fn is_message(name: &str) -> bool {
    name == JSON_PATCH || name == "Object" || name.starts_with("Object.")
}

/// The type of a field of a message.
pub(super) fn field(message: &str, field: &str) -> Option<Type> {
    match (message, field) {
        (JSON_PATCH, "op" | "path" | "from") => Some(Type::STRING),
        (JSON_PATCH, "value") => Some(Type::Dyn),
        (JSON_PATCH, _) => None,
        _ => Some(Type::Dyn),
    }
}
