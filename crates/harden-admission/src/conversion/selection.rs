//! `matchConstraints` of policies of expressions, and what narrows them.

use serde_json::{Map, Value, json};

use super::logic::Term;
use super::loss::Loss;
use super::matching::selector;
use crate::kyverno::policy::field::{filled, items, text, texts};

/// Resources that the API server converts from versions of which several are served.
const CONVERTED: [&str; 3] = ["events", "horizontalpodautoscalers", "*"];

/// That the API server has no other version of what rules name, which it would convert before it asks.
///
/// # Errors
///
/// Which one it may have.
pub(super) fn has_one_version(constraints: &Value) -> Result<(), Loss> {
    for (index, rule) in items(constraints, "resourceRules").iter().enumerate() {
        let any = |key: &str| texts(rule, key).iter().any(|it| it == "*");
        if any("apiVersions") && any("apiGroups") {
            continue;
        }
        let is_own = |it: &String| !it.contains('.') || it.ends_with(".k8s.io");
        let is_many = !texts(rule, "apiGroups").iter().all(is_own) && !any("apiVersions")
            || texts(rule, "resources").iter().any(|it| CONVERTED.contains(&it.as_str()))
                && !any("apiVersions");
        if is_many {
            let at = format!("/spec/matchConstraints/resourceRules/{index}/apiVersions");
            let why = "the API server converts requests by other versions, which Kyverno does not ask about";
            return Err(Loss::new(&at, why));
        }
    }
    Ok(())
}

/// Whether requests without an object are meant, or with another one.
pub(super) fn may_lack_object(constraints: &Value) -> bool {
    let rules = items(constraints, "resourceRules").iter();
    rules
        .flat_map(|it| texts(it, "operations"))
        .any(|it| matches!(it.as_str(), "*" | "DELETE" | "CONNECT"))
}

/// That a selector takes one of the objects of a request; what is not there is not taken.
pub(super) fn of_objects(of: &Value, new: &str, old: &str) -> Term {
    let empty = Map::new();
    let of = of.as_object().unwrap_or(&empty);
    Term::any([new, old].map(|it| {
        Term::all([
            Term::atom(format!("{it} != null")),
            selector(of, &format!("{it}.metadata.?labels")),
        ])
    }))
}

/// The constraints of a policy with what its binding narrows. Selectors of objects are said by conditions.
pub(super) fn merged(constraints: &Value, resources: &Value) -> Value {
    let mut merged = Map::new();
    if let Some(it) = constraints.get("resourceRules") {
        merged.insert("resourceRules".to_owned(), it.clone());
    }
    let both = |key: &str| items(constraints, key).iter().chain(items(resources, key)).cloned();
    let excluded: Vec<Value> = both("excludeResourceRules").collect();
    if !excluded.is_empty() {
        merged.insert("excludeResourceRules".to_owned(), excluded.into());
    }
    let mut requirements = Vec::new();
    let mut labels = Map::new();
    for of in [constraints, resources] {
        let Some(of) = filled(of, "namespaceSelector") else { continue };
        for (key, value) in of.get("matchLabels").and_then(Value::as_object).into_iter().flatten() {
            if labels.get(key).is_some_and(|it| it != value) {
                // Two values of one label are no map.
                requirements.push(json!({"key": key, "operator": "In", "values": [value]}));
            } else {
                labels.insert(key.clone(), value.clone());
            }
        }
        requirements.extend(items(of, "matchExpressions").iter().cloned());
    }
    let mut selector = Map::new();
    if !labels.is_empty() {
        selector.insert("matchLabels".to_owned(), labels.into());
    }
    if !requirements.is_empty() {
        selector.insert("matchExpressions".to_owned(), requirements.into());
    }
    if !selector.is_empty() {
        merged.insert("namespaceSelector".to_owned(), selector.into());
    }
    merged.into()
}

/// Conditions and validations for the API server, whose conditions see no namespace and no variables: those that ask
/// for what they do not see are said by each validation.
pub(super) fn seen(
    conditions: Vec<Value>,
    validations: Vec<Value>,
    is_unseen: impl Fn(&Value) -> bool,
) -> (Vec<Value>, Vec<Value>) {
    let (asking, others): (Vec<_>, Vec<_>) = conditions.into_iter().partition(is_unseen);
    let guards: Vec<String> =
        asking.iter().map(|it| format!("!({}) || ", text(it, "expression"))).collect();
    let guarded = |mut it: Value| {
        if let Some(Value::String(of)) = it.get_mut("expression").filter(|_| !guards.is_empty()) {
            *of = format!("{}({of})", guards.concat());
        }
        it
    };
    (others, validations.into_iter().map(guarded).collect())
}

/// Whether a condition asks for the namespace.
pub(super) fn asks_for_namespace(condition: &Value) -> bool {
    text(condition, "expression").contains("namespaceObject")
}

/// The mode in which a policy of Kyverno's is asked; empty for that of Kubernetes.
pub(super) fn mode(spec: &Value) -> &str {
    match spec.get("evaluation").map_or("", |it| text(it, "mode")) {
        "Kubernetes" => "",
        mode => mode,
    }
}
