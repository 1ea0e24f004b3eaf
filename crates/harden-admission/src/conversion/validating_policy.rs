//! ValidatingPolicy as ValidatingAdmissionPolicy with a binding.

use harden_core::kubernetes::MinorVersion;
use serde_json::{Map, Value, json};

use super::loss::Loss;
use super::metadata::{metadata, set};
use super::renaming::renamed;
use super::selection;
use crate::kubernetes::Policies;
use crate::kyverno::expressions::for_controllers;
use crate::kyverno::policy::field::{filled, items, text, texts};
use crate::{Cluster, Object};

/// The policies with their bindings that say what a policy says: one, and one for each place of pods that
/// Kyverno looks at by itself.
pub(super) fn convert(policy: &Object, objects: &[Object]) -> (Vec<Value>, Vec<Loss>) {
    let all = || -> Result<Vec<Value>, Loss> {
        let empty = Value::Null;
        let spec = policy.at("/spec").unwrap_or(&empty);
        let lost = |at: &str, why: &str| Err(Loss::new(at, why));
        if policy.kind() != "ValidatingPolicy" {
            return lost("", "policies of a namespace are not carried over");
        }
        if !selection::mode(spec).is_empty() {
            return lost("/spec/evaluation/mode", "the API server asks about no other values");
        }
        if spec.pointer("/evaluation/admission/enabled") == Some(&Value::Bool(false)) {
            return lost("/spec/evaluation/admission", "the API server looks at nothing later");
        }
        if text(spec, "failurePolicy") == "Ignore" && filled(spec, "matchConditions").is_some() {
            let why =
                "conditions that cannot be evaluated leave a request out, and validations do not";
            return lost("/spec/failurePolicy", why);
        }
        let is_excepted = |it: &&Object| {
            it.is("policies.kyverno.io", "PolicyException")
                && it
                    .at("/spec/policyRefs")
                    .and_then(Value::as_array)
                    .is_some_and(|it| it.iter().any(|it| text(it, "name") == policy.name()))
        };
        if let Some(it) = objects.iter().find(is_excepted) {
            let why = format!("the exception {} is not carried over", it.name());
            return Err(Loss::new("", why));
        }
        let mut made = write(policy, spec, "")?;
        for (place, spec, is_extracting) in for_controllers(spec) {
            if is_extracting {
                return lost("/spec/autogen", "pods at no fixed place are not looked for");
            }
            let suffix = if place.contains("jobTemplate") { "-cronjobs" } else { "-controllers" };
            made.extend(write(policy, &spec, suffix)?);
        }
        Ok(made)
    };
    match all() {
        Ok(made) => (made, Vec::new()),
        Err(loss) => (Vec::new(), vec![loss]),
    }
}

fn write(policy: &Object, spec: &Value, suffix: &str) -> Result<Vec<Value>, Loss> {
    let empty = Value::Null;
    let constraints = spec.get("matchConstraints").unwrap_or(&empty);
    let deletes = selection::may_lack_object(constraints);
    let adapted = |of: &str| {
        // What `request` has is null where nothing is; Kyverno's own names have an empty object there.
        let mut of = of.replace("request.oldObject", "\u{1}").replace("request.object", "\u{2}");
        of = renamed(&of, "oldObject", "(oldObject == null ? {} : oldObject)");
        if deletes {
            of = renamed(&of, "object", "(object == null ? {} : object)");
        }
        of.replace('\u{1}', "oldObject").replace('\u{2}', "object")
    };
    let each = |key: &str| -> Vec<Value> {
        let adapt = |it: &Value| {
            let mut it = it.clone();
            for part in ["expression", "messageExpression", "valueExpression"] {
                if let Some(Value::String(text)) = it.get_mut(part) {
                    *text = adapted(text);
                }
            }
            it
        };
        items(spec, key).iter().map(adapt).collect()
    };
    for (key, part) in [
        ("matchConditions", "expression"),
        ("variables", "expression"),
        ("validations", "expression"),
        ("validations", "messageExpression"),
    ] {
        for (index, it) in items(spec, key).iter().enumerate() {
            if has_lenient_optional(text(it, part)) {
                let at = format!("/spec/{key}/{index}/{part}");
                let why = "orValue() of what is no optional, which only Kyverno takes";
                return Err(Loss::new(&at, why));
            }
        }
    }
    let mut conditions = Vec::new();
    if let Some(it) = filled(constraints, "objectSelector") {
        let [new, old] =
            ["object", "oldObject"].map(|it| format!("(dyn({it}) == null ? dyn({{}}) : {it})"));
        let term = selection::of_objects(it, &new, &old);
        let term = term.to_string().replace(".metadata.?labels", ".?metadata.?labels");
        conditions.push(json!({"name": "object-selector", "expression": term}));
    }
    conditions.extend(each("matchConditions"));
    let validations = each("validations");
    let (conditions, validations) =
        selection::seen(conditions, validations, selection::asks_for_namespace);
    let mut matched = selection::merged(constraints, &Value::Null);
    set(&mut matched, "matchPolicy", "Exact");
    let mut made = Map::new();
    made.insert("failurePolicy".to_owned(), "Fail".into());
    made.insert("matchConstraints".to_owned(), matched);
    for (key, list) in [
        ("matchConditions", conditions),
        ("variables", each("variables")),
        ("validations", validations),
        ("auditAnnotations", each("auditAnnotations")),
    ] {
        if !list.is_empty() {
            made.insert(key.to_owned(), list.into());
        }
    }
    let mut actions = texts(spec, "validationActions");
    if actions.is_empty() {
        actions.push("Deny".to_owned());
    }
    if actions.iter().any(|it| it == "Deny") {
        actions.retain(|it| it != "Warn");
    }
    let metadata = metadata(policy, suffix);
    let name = format!("{}{suffix}", policy.name());
    let objects = vec![
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": metadata,
            "spec": made,
        }),
        json!({
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": metadata,
            "spec": {"policyName": name, "validationActions": actions},
        }),
    ];
    let read: Vec<Object> = objects.iter().cloned().map(Object::new).collect();
    let cluster = Cluster::new(MinorVersion::NEWEST_KNOWN);
    match Policies::read(&read, &cluster).refused().first() {
        Some(refused) => {
            let at = refused.reasons.first().map_or("", |it| it.at.as_str());
            let message = refused.message.lines().next().unwrap_or_default();
            Err(Loss::new(at, format!("the API server would refuse it: {message}")))
        }
        None => Ok(objects),
    }
}

/// Whether `orValue` is called on what is no optional. What a variable is, is not looked at: the API server
/// says at once where it is something else.
fn has_lenient_optional(expression: &str) -> bool {
    const CALL: &str = ".orValue(";
    let mut from = 0;
    while let Some(found) = expression.get(from..).and_then(|it| it.find(CALL)) {
        let end = from + found;
        let before = expression.get(..end).unwrap_or_default();
        let chain = before.get(chain_start(before)..).unwrap_or_default();
        let tail = chain.rsplit_once(CALL).map_or(chain, |(_, tail)| tail);
        let makes = [".?", "[?", "optional.", "optMap(", "optFlatMap(", ".first()", ".last()"];
        if !makes.iter().any(|it| tail.contains(it)) {
            return true;
        }
        from = end + CALL.len();
    }
    false
}

/// Where the chain of selections and calls begins that a text ends with.
fn chain_start(text: &str) -> usize {
    let mut depth = 0_usize;
    for (at, it) in text.char_indices().rev() {
        match it {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth == 0 => return at + 1,
            '(' | '[' | '{' => depth -= 1,
            _ if depth > 0 => {}
            '.' | '?' | '_' => {}
            it if it.is_ascii_alphanumeric() => {}
            it => return at + it.len_utf8(),
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn or_value_is_of_optionals() {
        for text in [
            "a.?b.orValue(1)",
            "a.?b.c.orValue([]).all(c, c.?d.orValue(1) == 1)",
            "x && (a[?0]).orValue({}).b == optional.of(1).orValue(2)",
        ] {
            assert!(!has_lenient_optional(text), "{text}");
        }
        for text in [
            "a.b.orValue(1)",
            "a.?b.orValue({}).c.orValue(1)",
            "a.all(c, c.d.orValue(1))",
            "f(a.?b, c.orValue(1))",
        ] {
            assert!(has_lenient_optional(text), "{text}");
        }
    }
}
