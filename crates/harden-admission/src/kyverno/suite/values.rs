//! What a test says in the place of a cluster: its variables, calls, entries and images.

use serde_json::{Map, Value, json};

use super::Failure;
use super::expectation::{field, items, text, texts};
use super::files::{self, Files};
use crate::cluster::stated::{
    Call, GlobalEntry, PolicyValues, RuleValues, Stated, Subresource, Values,
};
use crate::{Cluster, Object};

/// Reads a file of values, and takes in what it says; its Namespaces become objects of the cluster.
pub(super) fn take_values(spec: &Value, stated: &mut Stated, cluster: &mut Cluster) {
    stated.values = Values {
        global: map(spec, "globalValues"),
        policies: items(spec, "policies").iter().map(policy_values).collect(),
    };
    stated.subresources = items(spec, "subresources").iter().filter_map(subresource).collect();
    for selector in items(spec, "namespaceSelector") {
        let metadata = json!({"name": text(selector, "name"), "labels": map(selector, "labels")});
        cluster.add(namespace(&metadata));
    }
    for given in items(spec, "namespaces") {
        cluster.add(namespace(field(given, "metadata").unwrap_or(&Value::Null)));
    }
}

fn namespace(metadata: &Value) -> Object {
    Object::new(json!({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))
}

fn policy_values(policy: &Value) -> PolicyValues {
    let resource = |it: &Value| (text(it, "name").to_owned(), map(it, "values"));
    PolicyValues {
        policy: text(policy, "name").to_owned(),
        resources: items(policy, "resources").iter().map(resource).collect(),
        rules: items(policy, "rules").iter().map(rule_values).collect(),
    }
}

fn rule_values(rule: &Value) -> RuleValues {
    let lists = map(rule, "foreachValues").into_iter();
    let foreach = lists.filter_map(|(key, list)| Some((key, list.get(0)?.clone()))).collect();
    RuleValues { rule: text(rule, "name").to_owned(), values: map(rule, "values"), foreach }
}

fn subresource(mapping: &Value) -> Option<Subresource> {
    let kind = |key| {
        let of = field(mapping, key)?;
        Some(["group", "version", "kind"].map(|it| text(of, it).to_owned()))
    };
    let name = text(field(mapping, "subresource")?, "name").split_once('/')?.1.to_owned();
    Some(Subresource { kind: kind("subresource")?, parent: kind("parentResource")?, name })
}

/// Reads the calls that a test answers.
pub(super) fn calls(test: &Value) -> Vec<Call> {
    items(test, "apiCallResponses")
        .iter()
        .map(|entry| {
            let response = field(entry, "response").unwrap_or(&Value::Null);
            let status = field(response, "statusCode").and_then(Value::as_u64);
            let url = match text(entry, "url").trim() {
                "" => text(entry, "urlPath").trim(),
                url => url,
            };
            Call {
                url: url.to_owned(),
                method: text(entry, "method").trim().to_ascii_uppercase(),
                status: status
                    .and_then(|it| u16::try_from(it).ok())
                    .filter(|it| *it != 0)
                    .unwrap_or(200),
                body: field(response, "body").cloned().unwrap_or_default(),
            }
        })
        .collect()
}

/// Reads the GlobalContextEntries that a test gives.
pub(super) fn global_entries(
    files: &dyn Files,
    folder: &str,
    test: &Value,
    stated: &mut Stated,
) -> Result<(), Failure> {
    for entry in items(test, "globalContextEntries") {
        let mut objects = field(entry, "resources").and_then(Value::as_array).cloned();
        for path in texts(entry, "resourceFiles") {
            let found = files::documents(files, &files::join(folder, &path))?;
            objects.get_or_insert_default().extend(found);
        }
        let projection = |it: &Value| (text(it, "name").to_owned(), text(it, "path").to_owned());
        let of_data = || field(entry, "data").cloned().unwrap_or_default();
        let given = GlobalEntry {
            data: objects.map_or_else(of_data, Value::Array),
            field_path: text(entry, "fieldPath").to_owned(),
            projections: items(entry, "projections").iter().map(projection).collect(),
        };
        stated.global_entries.insert(text(entry, "name").to_owned(), given);
    }
    Ok(())
}

/// The map of a field; empty where it is none.
pub(super) fn map(of: &Value, key: &str) -> Map<String, Value> {
    field(of, key).and_then(Value::as_object).cloned().unwrap_or_default()
}
