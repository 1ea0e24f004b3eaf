//! A change in the expressions that the API server and Kyverno have alike.

use serde_json::{Value, json};

use crate::intents::cel::quoted;
use crate::intents::change::{Change, Place};
use crate::intents::exemption;
use crate::intents::policy::Policy;
use crate::intents::program::Named;

/// What has to be so for an object to be changed.
pub(super) fn conditions(policy: &Policy, change: &Change) -> Vec<Named> {
    let exemptions = policy.exemptions();
    let mut all: Vec<_> = exemption::conditions(&exemptions)
        .into_iter()
        .map(|(name, expression)| Named::new(name, expression))
        .collect();
    if let Some(name) = change.named {
        let expression = format!("object.metadata.?name.orValue('') == {}", quoted(name));
        all.push(Named::new(&format!("named-{name}"), expression));
    }
    for it in change.unless(false) {
        all.push(Named::new(&format!("not-{}", it.name), format!("!({})", it.expression)));
    }
    if let Place::Object(path) = change.place {
        let field: String = path.iter().map(|it| format!(".?{it}")).collect();
        all.push(Named::new("not-said", format!("!object{field}.hasValue()")));
        // What is set for a pod is set for its containers.
        if let Some(condition) = exemption::container_condition(&exemptions) {
            let containers = "object.spec.containers + object.spec.?initContainers.orValue([])";
            all.push(Named::new("no-exempt-image", format!("({containers}).all(c, {condition})")));
        }
    }
    all
}

/// The list of mutations.
pub(super) fn mutations(policy: &Policy, change: &Change) -> Value {
    let value = (change.value)();
    match change.place {
        Place::Object(path) => json!([{
            "patchType": "ApplyConfiguration",
            "applyConfiguration": {"expression": configuration("Object", path, &value)},
        }]),
        Place::Security(field) => {
            let mut conditions = vec![format!("!c.?securityContext.?{field}.hasValue()")];
            conditions.extend(change.unless(true).map(|it| format!("!({})", it.expression)));
            conditions.extend(exemption::container_condition(&policy.exemptions()));
            let condition = conditions.join(" && ");
            let patches = ["containers", "initContainers"]
                .map(|list| patches(list, &condition, field, &value));
            // Containers are named by their place: applied configurations may change their order.
            json!([{
                "patchType": "JSONPatch",
                "jsonPatch": {"expression": patches.join(" + ")},
            }])
        }
    }
}

/// A configuration that has a value at a path.
fn configuration(of: &str, path: &[&str], value: &Value) -> String {
    match path {
        [] => literal(value, Some(of)),
        [first, rest @ ..] => {
            let inner = configuration(&format!("{of}.{first}"), rest, value);
            format!("{of}{{{first}: {inner}}}")
        }
    }
}

/// Patches that set a field of the security of all containers of a list for which a condition holds.
fn patches(list: &str, condition: &str, field: &str, value: &Value) -> String {
    let path = format!("'/spec/{list}/' + string(i) + '/securityContext");
    let add =
        |path: &str, value: &str| format!("JSONPatch{{op: 'add', path: {path}', value: {value}}}");
    let within = add(&format!("{path}/{field}"), &literal(value, None));
    let whole = add(&path, &literal(&json!({field: value}), None));
    format!(
        "object.spec.?{list}.orValue([]).transformList(i, c, {condition}, c.?securityContext.hasValue() ? {within} : \
         {whole})"
    )
}

/// A value of JSON in CEL; maps of configurations are of a type.
fn literal(value: &Value, of: Option<&str>) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<_> = fields
                .iter()
                .map(|(key, value)| match of {
                    Some(of) => format!("{key}: {}", literal(value, Some(&format!("{of}.{key}")))),
                    None => format!("{}: {}", quoted(key), literal(value, None)),
                })
                .collect();
            format!("{}{{{}}}", of.unwrap_or_default(), fields.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|it| literal(it, of)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::String(text) => quoted(text),
        other => other.to_string(),
    }
}
