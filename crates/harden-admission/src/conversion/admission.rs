//! ValidatingAdmissionPolicy with its bindings as ValidatingPolicy.

use serde_json::{Map, Value, json};

use super::literal::literal;
use super::loss::Loss;
use super::metadata::metadata;
use super::renaming::renamed;
use super::selection::{self, merged};
use crate::Object;
use crate::kyverno::policy::field::{filled, items, text};

/// The policies that say what a policy with its bindings says: one for each binding.
pub(super) fn convert(policy: &Object, objects: &[Object]) -> (Vec<Value>, Vec<Loss>) {
    let bindings = bindings(policy, objects);
    if bindings.is_empty() {
        let why = "no binding among the objects puts the policy to work";
        return (Vec::new(), vec![Loss::new("", why)]);
    }
    let (mut made, mut lost) = (Vec::new(), Vec::new());
    for binding in &bindings {
        let suffix = match bindings.len() {
            1 => String::new(),
            _ => format!("-{}", binding.name()),
        };
        match bound(policy, binding, objects, &suffix) {
            Ok(it) => made.push(it),
            Err(it) => lost.push(it),
        }
    }
    lost.dedup();
    (made, lost)
}

/// The bindings of a policy.
pub(super) fn bindings<'o>(policy: &Object, objects: &'o [Object]) -> Vec<&'o Object> {
    let is_binding = |it: &&Object| {
        it.is("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding")
            && it.at("/spec/policyName").and_then(Value::as_str) == Some(policy.name())
    };
    objects.iter().filter(is_binding).collect()
}

/// That a binding leaves the resources of its policy as they are.
///
/// # Errors
///
/// It does not.
pub(super) fn is_not_narrowed(
    constraints: &Value,
    resources: &Value,
    binding: &Object,
) -> Result<(), Loss> {
    let narrowed = filled(resources, "resourceRules");
    if narrowed.is_some() && narrowed != constraints.get("resourceRules") {
        let why = format!("the binding {} narrows the resources", binding.name());
        return Err(Loss::new("/spec/matchConstraints/resourceRules", why));
    }
    Ok(())
}

fn bound(
    policy: &Object,
    binding: &Object,
    objects: &[Object],
    suffix: &str,
) -> Result<Value, Loss> {
    let empty = Value::Null;
    let spec = policy.at("/spec").unwrap_or(&empty);
    if text(spec, "failurePolicy") == "Ignore" {
        let why = "what cannot be evaluated is let through, which Kyverno refuses";
        return Err(Loss::new("/spec/failurePolicy", why));
    }
    let constraints = spec.get("matchConstraints").unwrap_or(&empty);
    let resources = binding.at("/spec/matchResources").unwrap_or(&empty);
    is_not_narrowed(constraints, resources, binding)?;
    if text(constraints, "matchPolicy") != "Exact" && text(resources, "matchPolicy") != "Exact" {
        selection::has_one_version(constraints)?;
    }
    let params = params(spec, binding, objects)?;
    let deletes = selection::may_lack_object(constraints);
    // Kyverno has an empty object where the API server has nothing; what `request` has is null in both.
    let adapted = |of: &str, params: Option<&str>| {
        let mut of = renamed(of, "oldObject", "request.oldObject");
        if deletes {
            of = renamed(&of, "object", "request.object");
        }
        params.map_or_else(|| of.clone(), |it| renamed(&of, "params", it))
    };
    let inline = params.as_ref().map(literal);
    let by_name = params.as_ref().map(|_| "variables.params");
    let each = |key: &str, params: Option<&str>| -> Vec<Value> {
        let adapt = |it: &Value| {
            let mut it = it.clone();
            for part in ["expression", "messageExpression", "valueExpression"] {
                if let Some(Value::String(text)) = it.get_mut(part) {
                    *text = adapted(text, params);
                }
            }
            it
        };
        items(spec, key).iter().map(adapt).collect()
    };
    let mut conditions = Vec::new();
    for of in [constraints, resources] {
        if let Some(it) = filled(of, "objectSelector") {
            let term = selection::of_objects(it, "request.object", "request.oldObject");
            let name = format!("object-selector-{}", conditions.len() + 1);
            conditions.push(json!({"name": name, "expression": term.to_string()}));
        }
    }
    for mut it in each("matchConditions", inline.as_deref()) {
        // Conditions of the API server see no namespace.
        if let Some(Value::String(text)) = it.get_mut("expression") {
            *text = renamed(text, "namespaceObject", "dyn(null)");
        }
        conditions.push(it);
    }
    let mut variables = Vec::new();
    if let Some(it) = &inline {
        if items(spec, "variables").iter().any(|it| text(it, "name") == "params") {
            return Err(Loss::new("/spec/paramKind", "a variable is called params, too"));
        }
        variables.push(json!({"name": "params", "expression": it}));
    }
    variables.extend(each("variables", by_name));
    let mut made = Map::new();
    let actions = binding.at("/spec/validationActions").cloned().unwrap_or_default();
    made.insert("validationActions".to_owned(), actions);
    made.insert("failurePolicy".to_owned(), "Fail".into());
    made.insert("autogen".to_owned(), json!({"podControllers": {"controllers": []}}));
    made.insert("matchConstraints".to_owned(), merged(constraints, resources));
    for (key, list) in [
        ("matchConditions", conditions),
        ("variables", variables),
        ("validations", each("validations", by_name)),
        ("auditAnnotations", each("auditAnnotations", by_name)),
    ] {
        if !list.is_empty() {
            made.insert(key.to_owned(), list.into());
        }
    }
    Ok(json!({
        "apiVersion": "policies.kyverno.io/v1",
        "kind": "ValidatingPolicy",
        "metadata": metadata(policy, suffix),
        "spec": made,
    }))
}

/// The object that the binding hands to the policy; nothing where it hands none.
pub(super) fn params(
    spec: &Value,
    binding: &Object,
    objects: &[Object],
) -> Result<Option<Value>, Loss> {
    let Some(kind) = filled(spec, "paramKind") else { return Ok(None) };
    let lost = |why: &str| Err(Loss::new("/spec/paramKind", why));
    let empty = Value::Null;
    let reference = binding.at("/spec/paramRef").unwrap_or(&empty);
    let name = text(reference, "name");
    if name.is_empty() {
        return lost(
            "parameters that a selector finds, or that are not bound, are not carried over",
        );
    }
    let namespace = text(reference, "namespace");
    let found = objects.iter().find(|it| {
        it.at("/apiVersion") == kind.get("apiVersion")
            && it.kind() == text(kind, "kind")
            && it.name() == name
            && it.namespace() == namespace
    });
    match found {
        Some(it) => Ok(Some(it.json().clone())),
        None => lost("the object with the parameters is not among the objects, in its namespace"),
    }
}
