//! Pods that are somewhere within an object.

use serde_json::{Value as Json, json};

use crate::Object;

/// The pods that an object has below its `spec`, by the ways to them: `spec.replicatedJobs[0].template`.
pub(super) fn pods(object: &Object) -> Vec<(String, Object)> {
    let mut found = Vec::new();
    if let Some(spec @ Json::Object(_)) = object.json().get("spec") {
        walk(spec, "spec", &mut found);
    }
    found.into_iter().map(|(path, template)| (path, pod(template, object))).collect()
}

fn walk<'j>(node: &'j Json, path: &str, found: &mut Vec<(String, &'j Json)>) {
    match node {
        Json::Object(_) if is_template(node) => found.push((path.to_owned(), node)),
        Json::Object(fields) => {
            for (key, value) in fields {
                walk(value, &format!("{path}.{key}"), found);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, &format!("{path}[{index}]"), found);
            }
        }
        _ => {}
    }
}

/// Whether it has the shape of a template of pods.
fn is_template(node: &Json) -> bool {
    let containers = node.pointer("/spec/containers").and_then(Json::as_array);
    let is_container = |it: &Json| {
        let text = |key: &str| it.get(key).and_then(Json::as_str);
        text("name").is_some_and(|it| !it.is_empty()) && text("image").is_some()
    };
    node.get("metadata").is_none_or(Json::is_object)
        && containers.is_some_and(|it| !it.is_empty() && it.iter().all(is_container))
}

fn pod(template: &Json, parent: &Object) -> Object {
    let mut metadata =
        template.get("metadata").and_then(Json::as_object).cloned().unwrap_or_default();
    for (key, text) in [("name", parent.name()), ("namespace", parent.namespace())] {
        if metadata.get(key).and_then(Json::as_str).unwrap_or_default().is_empty() {
            metadata.insert(key.to_owned(), text.into());
        }
    }
    Object::new(json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": template.get("spec"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_found_wherever_they_are() {
        let template = json!({"spec": {"containers": [{"name": "a", "image": "b"}]}});
        let object = Object::new(json!({
            "apiVersion": "x/v1", "kind": "Set", "metadata": {"name": "s", "namespace": "n"},
            "spec": {"jobs": [{"template": {"spec": {"template": template}}}], "other": {"containers": []}},
            "status": {"template": template},
        }));
        let pods = pods(&object);
        assert_eq!(pods.len(), 1);
        assert_eq!(pods[0].0, "spec.jobs[0].template.spec.template");
        assert_eq!((pods[0].1.name(), pods[0].1.namespace(), pods[0].1.kind()), ("s", "n", "Pod"));
    }
}
