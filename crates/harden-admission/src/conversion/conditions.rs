//! Conditions of Kyverno's rules as expressions: those on the operation of a request.

use serde_json::Value;

use super::logic::Term;
use super::loss::Loss;
use super::text::quoted;
use crate::kyverno::jmespath::floats;
use crate::kyverno::policy::field::text;
use crate::kyverno::policy::operators::{OPERATORS, holds};
use crate::kyverno::policy::variables::{has_variables, variables};

const OPERATIONS: [&str; 3] = ["CREATE", "UPDATE", "DELETE"];

/// That conditions hold; nothing is what always holds. For the object before an update, Kyverno takes the request
/// for one that creates.
///
/// # Errors
///
/// Which of them cannot be said.
pub(super) fn all(
    conditions: Option<&Value>,
    at: &str,
    operation: Option<&str>,
) -> Result<Term, Loss> {
    let each = |list: &[Value], at: &str| {
        let of = |(index, it): (usize, &Value)| condition(it, &format!("{at}/{index}"), operation);
        list.iter().enumerate().map(of).collect::<Result<Vec<_>, _>>()
    };
    match conditions {
        None | Some(Value::Null) => Ok(Term::TRUE),
        Some(Value::Array(list)) => Ok(Term::all(each(list, at)?)),
        Some(Value::Object(map)) if map.keys().all(|it| it == "any" || it == "all") => {
            let of = |key: &str| match map.get(key) {
                None | Some(Value::Null) => Ok(None),
                Some(Value::Array(list)) => each(list, &format!("{at}/{key}")).map(Some),
                Some(_) => Err(unreadable(&format!("{at}/{key}"))),
            };
            let any = of("any")?.map_or(Term::TRUE, Term::any);
            Ok(Term::all([any, Term::all(of("all")?.unwrap_or_default())]))
        }
        Some(_) => Err(unreadable(at)),
    }
}

fn unreadable(at: &str) -> Loss {
    Loss::new(at, "Kyverno cannot read these conditions")
}

fn condition(condition: &Value, at: &str, operation: Option<&str>) -> Result<Term, Loss> {
    let operator = text(condition, "operator");
    if !OPERATORS.contains(&operator) {
        return Err(unreadable(at));
    }
    let mut held = Vec::new();
    for it in OPERATIONS {
        let of = |key: &str| match condition.get(key) {
            Some(number @ Value::Number(_)) => Some(floats(number.clone())),
            other => with_operation(other.unwrap_or(&Value::Null), it),
        };
        let (Some(key), Some(value)) = (of("key"), of("value")) else {
            let why = "conditions on more than the operation are not carried over";
            return Err(Loss::new(at, why));
        };
        let holds = holds(operator, &key, &value).ok_or_else(|| unreadable(at))?;
        held.extend(holds.then_some(it));
    }
    Ok(match operation {
        Some(it) => Term::Constant(held.contains(&it)),
        None if held.len() == OPERATIONS.len() => Term::TRUE,
        None if held.is_empty() => Term::FALSE,
        None => {
            let held: Vec<String> = held.into_iter().map(quoted).collect();
            Term::atom(format!("request.operation in [{}]", held.join(", ")))
        }
    })
}

/// A value with the operation in the place of the variables that stand for it; none where there are others.
fn with_operation(value: &Value, operation: &str) -> Option<Value> {
    Some(match value {
        Value::String(text) => {
            let mut text = text.clone();
            for variable in variables(&text.clone()) {
                let inner = variable.trim_start_matches('{').trim_end_matches('}').trim();
                let path = match inner.split_once("||") {
                    Some((path, default)) if is_literal(default.trim()) => path.trim(),
                    Some(_) => return None,
                    None => inner,
                };
                if path != "request.operation" {
                    return None;
                }
                text = text.replacen(variable, operation, 1);
            }
            (!text.contains("{{") && !text.contains("$(")).then_some(text.into())?
        }
        Value::Array(items) => {
            let each = items.iter().map(|it| with_operation(it, operation));
            Value::Array(each.collect::<Option<_>>()?)
        }
        other => (!has_variables(other)).then(|| other.clone())?,
    })
}

fn is_literal(text: &str) -> bool {
    let inner = text.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
    inner.is_some_and(|it| !it.contains(['\'', '|', '&']))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn conditions_on_the_operation_are_those_operations() {
        let of = |conditions: Value| all(Some(&conditions), "/c", None).map(|it| it.to_string());
        let condition = |operator: &str, value: Value| json!({"key": "{{ request.operation || 'BACKGROUND' }}", "operator": operator, "value": value});
        assert_eq!(
            of(json!({"all": [condition("NotEquals", json!("DELETE"))]})).unwrap(),
            r#"request.operation in ["CREATE", "UPDATE"]"#
        );
        assert_eq!(
            of(json!([condition("AnyIn", json!(["UPDATE", "CONNECT"]))])).unwrap(),
            r#"request.operation in ["UPDATE"]"#
        );
        assert_eq!(of(json!({"any": []})).unwrap(), "false");
        assert!(
            of(json!([{"key": "{{ request.object.a }}", "operator": "Equals", "value": 1}]))
                .is_err()
        );
        assert!(of(json!([condition("Like", json!("x"))])).is_err());
        assert!(of(json!("x")).is_err());
    }
}
