//! Expressions of a policy as those of a template.

use serde_json::{Map, Value, json};

use super::super::metadata::set;
use super::super::renaming::{renamed, replaced};
use crate::kyverno::policy::field::{items, text};

/// What Gatekeeper calls variables of its own.
const OWN: [&str; 2] = ["params", "anyObject"];

/// What is done, in a variable: what audits and tests look at has no operation, and is judged as if it were made.
const OPERATION: [&str; 2] = [
    "operationOfRequest",
    "request.?operation.orValue(\"\") == \"\" ? \"CREATE\" : request.operation",
];

/// The expressions of a policy, in lists as they are written.
#[derive(Debug)]
pub(super) struct Code {
    pub(super) conditions: Vec<Value>,
    pub(super) variables: Vec<Value>,
    pub(super) validations: Vec<Value>,
}

impl Code {
    /// Those of the `spec` of a policy, which may have parameters.
    pub(super) fn read(spec: &Value, has_parameters: bool) -> Self {
        let adapted = |of: &str| {
            let of = OWN.iter().fold(of.to_owned(), |of, it| replaced(&of, it, &other(it)));
            let of = with_operation(&of);
            if has_parameters { renamed(&of, "params", "variables.params") } else { of }
        };
        let each = |key: &str, parts: &[&str]| -> Vec<Value> {
            let kept = |it: &Value| {
                let mut kept = Map::new();
                for part in parts {
                    let written = text(it, part);
                    let is_expression = part.to_lowercase().ends_with("expression");
                    let value = if is_expression { adapted(written) } else { written.to_owned() };
                    if !value.is_empty() {
                        kept.insert((*part).to_owned(), value.into());
                    }
                }
                Value::Object(kept)
            };
            items(spec, key).iter().map(kept).collect()
        };
        let mut variables = each("variables", &["name", "expression"]);
        for it in &mut variables {
            let name = text(it, "name").to_owned();
            if OWN.contains(&name.as_str()) {
                set(it, "name", other(&name));
            }
        }
        let mut code = Self {
            conditions: each("matchConditions", &["name", "expression"]),
            variables,
            validations: each("validations", &["expression", "message", "messageExpression"]),
        };
        let [name, expression] = OPERATION;
        if code.expressions().iter().any(|it| it.contains(name)) {
            code.variables.insert(0, json!({"name": name, "expression": expression}));
        }
        code
    }

    /// All of them as text.
    pub(super) fn expressions(&self) -> Vec<&str> {
        let all = self.conditions.iter().chain(&self.variables).chain(&self.validations);
        all.flat_map(|it| ["expression", "messageExpression"].map(|part| text(it, part))).collect()
    }
}

/// What a variable is called whose name is one of Gatekeeper's.
fn other(name: &str) -> String {
    format!("{name}OfPolicy")
}

/// An expression that asks the variable for what is done.
fn with_operation(expression: &str) -> String {
    // No expression has this character.
    const MARK: &str = "\u{1}";
    let marked = renamed(expression, "request", MARK);
    let mut parts = marked.split(MARK);
    let mut adapted = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.strip_prefix(".operation");
        let rest = rest.filter(|it| !it.starts_with(|it: char| it == '_' || it.is_alphanumeric()));
        match rest {
            Some(rest) => adapted.extend(["variables.", OPERATION[0], rest]),
            None => adapted.extend(["request", part]),
        }
    }
    adapted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_is_asked_of_the_variable() {
        for (from, to) in [
            ("request.operation == 'UPDATE'", "variables.operationOfRequest == 'UPDATE'"),
            (
                "'request.operation' == request.operations",
                "'request.operation' == request.operations",
            ),
            (
                "object.request.operation == request.name",
                "object.request.operation == request.name",
            ),
        ] {
            assert_eq!(with_operation(from), to);
        }
    }
}
