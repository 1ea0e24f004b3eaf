//! What Kyverno keeps at hand for policies: GlobalContextEntries.

use serde_json::{Map, Value as Json};

use super::{Result, Scope, error, not_judged};
use crate::Cluster;
use crate::cel::{Failure, Value};
use crate::kyverno::jmespath::{self, Expression, World};

/// What an entry holds, or one of its projections.
pub(super) fn entry(name: &str, projection: &str, scope: &Scope<'_>) -> Result<Value> {
    if !scope.policy_namespace().is_empty() {
        let why = "globalContext.* is not allowed in namespaced policies";
        return error(format!("failed to get global reference: {why}"));
    }
    let cluster = scope.cluster();
    if let Some(entry) = cluster.stated.as_ref().and_then(|it| it.global_entries.get(name)) {
        let mut data = entry.data.clone();
        if !entry.field_path.is_empty() {
            data = search(&entry.field_path, &data, cluster)?;
        }
        // To a test, an entry with projections is the object of them.
        if !entry.projections.is_empty() {
            let mut all = Map::new();
            for (name, path) in &entry.projections {
                all.insert(name.clone(), search(path, &data, cluster)?);
            }
            data = Json::Object(all);
        }
        let found = if projection.is_empty() { Some(&data) } else { data.get(projection) };
        return Ok(found.map_or(Value::Null, Value::from_json));
    }
    of_cluster(name, projection, scope)
}

/// What an entry of the cluster holds: objects.
fn of_cluster(name: &str, projection: &str, scope: &Scope<'_>) -> Result<Value> {
    let cluster = scope.cluster();
    let unknown = || not_judged(format!("what the GlobalContextEntry `{name}` holds is not known"));
    let Some(entry) = cluster.get("kyverno.io", "GlobalContextEntry", "", name) else {
        return if cluster.is_whole { Ok(Value::Null) } else { unknown() };
    };
    let Some(resource) = entry.at("/spec/kubernetesResource").filter(|_| cluster.is_whole) else {
        return unknown();
    };
    let text = |key: &str| resource.get(key).and_then(Json::as_str).unwrap_or_default();
    let namespace = Some(text("namespace")).filter(|it| !it.is_empty());
    let kinds = cluster.kinds(text("group"), text("resource"));
    let objects = kinds.iter().flat_map(|kind| cluster.list(text("group"), kind, namespace));
    let objects: Vec<Json> =
        objects.inspect(|it| scope.look_at(it)).map(|it| it.json().clone()).collect();
    let data = Json::Array(objects);
    if projection.is_empty() {
        return Ok(Value::from_json(&data));
    }
    let projections = entry.at("/spec/projections").and_then(Json::as_array);
    let is_meant = |it: &&Json| it.get("name").and_then(Json::as_str) == Some(projection);
    match projections.into_iter().flatten().find(is_meant) {
        Some(it) => {
            let path = it.get("jmesPath").and_then(Json::as_str).unwrap_or_default();
            search(path, &data, cluster).map(|it| Value::from_json(&it))
        }
        None => error(format!("failed to get global reference: projection {projection} not found")),
    }
}

fn search(path: &str, data: &Json, cluster: &Cluster) -> Result<Json> {
    let world = World::new(cluster.now);
    let found = Expression::parse(path).and_then(|it| it.search_in(data, &world));
    found.map_err(|failure| match failure {
        jmespath::Failure::NotJudged(why) => Failure::NotJudged(why),
        other => Failure::Error(format!("failed to get global reference: {other}")),
    })
}
