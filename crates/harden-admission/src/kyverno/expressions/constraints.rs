//! Which requests a policy is about.

use serde_json::Value as Json;

use crate::{Object, Operation, Request};

/// `matchConstraints` of a policy.
#[derive(Debug)]
pub(super) struct Constraints {
    json: Json,
}

impl Constraints {
    pub(super) fn read(json: Option<&Json>) -> Self {
        Self { json: json.cloned().unwrap_or(Json::Null) }
    }

    /// Whether a request is meant.
    pub(super) fn match_(&self, request: &Request<'_>) -> bool {
        let Some(object) = request.subject() else { return false };
        if self.json.is_null() {
            return false;
        }
        let resource = request.cluster.resource(object.group(), object.kind());
        let namespace = match object.namespace() {
            "" if resource.is_namespaced => "default",
            it => it,
        };
        if let Some(selector) = self.json.get("namespaceSelector")
            && (!namespace.is_empty() || resource.name == "namespaces")
        {
            let of = if resource.name == "namespaces" {
                object.clone()
            } else {
                request.cluster.namespace(namespace)
            };
            if !selects(selector, &of) {
                return false;
            }
        }
        if let Some(selector) = self.json.get("objectSelector") {
            let nothing = Object::new(Json::Object(serde_json::Map::new()));
            let new = request.object.as_ref().unwrap_or(&nothing);
            let old = request.old.as_ref().unwrap_or(&nothing);
            if !selects(selector, new) && !selects(selector, old) {
                return false;
            }
        }
        let rules =
            |key: &str| self.json.get(key).and_then(Json::as_array).cloned().unwrap_or_default();
        let fits =
            |rule: &Json| fits(rule, request, object, &resource.name, resource.is_namespaced);
        if rules("excludeResourceRules").iter().any(fits) {
            return false;
        }
        let rules = rules("resourceRules");
        rules.is_empty() || rules.iter().any(fits)
    }
}

fn fits(
    rule: &Json,
    request: &Request<'_>,
    object: &Object,
    resource: &str,
    namespaced: bool,
) -> bool {
    let words = |key: &str| -> Vec<String> {
        let list = rule.get(key).and_then(Json::as_array);
        list.into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let has = |key: &str, it: &str| words(key).iter().any(|word| word == "*" || word == it);
    let scope = match rule.get("scope").and_then(Json::as_str) {
        Some("Namespaced") => namespaced,
        Some("Cluster") => !namespaced,
        _ => true,
    };
    let names = words("resourceNames");
    let generated = object.at("/metadata/generateName").and_then(Json::as_str).unwrap_or_default();
    let named = names.is_empty()
        || names.iter().any(|it| match object.name() {
            "" => generated.starts_with(it.as_str()),
            name => it == name,
        });
    let operation = request.operation;
    let _: Operation = operation;
    let resources = words("resources").iter().any(|it| {
        let (of, sub) = it.split_once('/').unwrap_or((it, ""));
        (of == "*" || of == resource) && (sub == "*" || sub == request.subresource)
    });
    scope
        && named
        && resources
        && has("operations", operation.word())
        && has("apiGroups", object.group())
        && has("apiVersions", object.version())
}

fn selects(selector: &Json, object: &Object) -> bool {
    let labels = selector.get("matchLabels").and_then(Json::as_object);
    let labels = labels.into_iter().flatten().all(|(key, it)| object.label(key) == it.as_str());
    let expressions = selector.get("matchExpressions").and_then(Json::as_array);
    labels
        && expressions.into_iter().flatten().all(|it| {
            let label = it.get("key").and_then(Json::as_str).and_then(|key| object.label(key));
            let values = it.get("values").and_then(Json::as_array);
            let is_in = values
                .into_iter()
                .flatten()
                .any(|value| label.is_some() && value.as_str() == label);
            match it.get("operator").and_then(Json::as_str) {
                Some("In") => is_in,
                Some("NotIn") => !is_in,
                Some("Exists") => label.is_some(),
                _ => label.is_none(),
            }
        })
}
