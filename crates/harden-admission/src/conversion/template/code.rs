//! Expressions of a policy as those of a template.

use serde_json::{Map, Value};

use super::super::metadata::set;
use super::super::renaming::{renamed, replaced};
use crate::kyverno::policy::field::{items, text};

/// What Gatekeeper calls variables of its own.
const OWN: [&str; 2] = ["params", "anyObject"];

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
        Self {
            conditions: each("matchConditions", &["name", "expression"]),
            variables,
            validations: each("validations", &["expression", "message", "messageExpression"]),
        }
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
