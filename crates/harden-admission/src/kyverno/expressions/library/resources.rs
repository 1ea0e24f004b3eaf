//! Objects of the cluster.

use std::sync::Arc;

use super::{Part, RESOURCE, Result, error, foreign, not_judged, within};
use crate::cel::{Key, Map, Value};
use crate::kyverno::expressions::scope::Scope;
use crate::{Cluster, Object};

/// Those of policies of the cluster: with a namespace.
pub(in super::super) const IN_CLUSTER: Part = Part {
    table: "\
.List(Resources, string, string, string) -> map(string, dyn)
.List(Resources, string, string, string, map(string, string)) -> map(string, dyn)
.List(Resources, ResourceName, string) -> map(string, dyn)
.List(Resources, ResourceName, string, map(string, string)) -> map(string, dyn)
.list(Resources, string, string, string) -> map(string, dyn)
.list(Resources, string, string, string, map(string, string)) -> map(string, dyn)
.list(Resources, ResourceName, string) -> map(string, dyn)
.list(Resources, ResourceName, string, map(string, string)) -> map(string, dyn)
.Get(Resources, string, string, string, string) -> map(string, dyn)
.Get(Resources, ResourceName, string, string) -> map(string, dyn)
.get(Resources, string, string, string, string) -> map(string, dyn)
.get(Resources, ResourceName, string, string) -> map(string, dyn)
.Post(Resources, string, string, string, map(string, dyn)) -> map(string, dyn)
.Post(Resources, string, string, map(string, dyn)) -> map(string, dyn)
.post(Resources, string, string, string, map(string, dyn)) -> map(string, dyn)
.post(Resources, string, string, map(string, dyn)) -> map(string, dyn)
.ToGVR(Resources, string, string) -> ResourceName
.toGVR(Resources, string, string) -> ResourceName",
    call,
};

/// Those of policies of a namespace: in that.
pub(in super::super) const IN_NAMESPACE: Part = Part {
    table: "\
.List(Resources, string, string) -> map(string, dyn)
.List(Resources, string, string, map(string, string)) -> map(string, dyn)
.List(Resources, ResourceName) -> map(string, dyn)
.List(Resources, ResourceName, map(string, string)) -> map(string, dyn)
.list(Resources, string, string) -> map(string, dyn)
.list(Resources, string, string, map(string, string)) -> map(string, dyn)
.list(Resources, ResourceName) -> map(string, dyn)
.list(Resources, ResourceName, map(string, string)) -> map(string, dyn)
.Get(Resources, string, string, string) -> map(string, dyn)
.Get(Resources, ResourceName, string) -> map(string, dyn)
.get(Resources, string, string, string) -> map(string, dyn)
.get(Resources, ResourceName, string) -> map(string, dyn)
.Post(Resources, string, string, map(string, dyn)) -> map(string, dyn)
.post(Resources, string, string, map(string, dyn)) -> map(string, dyn)
.ToGVR(Resources, string, string) -> ResourceName
.toGVR(Resources, string, string) -> ResourceName",
    call,
};

const NAME: &str = "schema.GroupVersionResource";

fn call(name: &str, args: &[Value], scope: &Scope<'_>) -> Option<Result<Value>> {
    let (target, args) = args.split_first()?;
    within(RESOURCE, target)?;
    match name {
        "Get" | "get" => Some(get(args, scope)),
        "List" | "list" => Some(list(args, scope)),
        "ToGVR" | "toGVR" => Some(resource_name(args, scope.cluster())),
        "Post" | "post" => Some(not_judged("what the server answers to a new object is not known")),
        _ => None,
    }
}

/// What is asked for: an API version and a resource, and what follows them.
struct Asked<'a> {
    api_version: &'a str,
    resource: &'a str,
    rest: &'a [Value],
}

fn asked(args: &[Value]) -> Option<Asked<'_>> {
    match args {
        [Value::String(api_version), Value::String(resource), rest @ ..] => {
            Some(Asked { api_version, resource, rest })
        }
        [name, rest @ ..] => {
            let Value::Map(name) = within(NAME, name)? else { return None };
            let text = |field| match name.field(field) {
                Some(Value::String(it)) => Some(&**it),
                _ => None,
            };
            Some(Asked { api_version: text("apiVersion")?, resource: text("resource")?, rest })
        }
        [] => None,
    }
}

/// The namespace of the policy, or the first of the arguments, and the others.
fn placed<'a>(rest: &'a [Value], scope: &'a Scope<'_>) -> Option<(&'a str, &'a [Value])> {
    match (scope.policy_namespace(), rest) {
        ("", [Value::String(namespace), rest @ ..]) => Some((namespace, rest)),
        ("", _) => None,
        (namespace, rest) => Some((namespace, rest)),
    }
}

fn group(api_version: &str) -> &str {
    api_version.split_once('/').map_or("", |(group, _)| group)
}

fn get(args: &[Value], scope: &Scope<'_>) -> Result<Value> {
    let cluster = scope.cluster();
    let Some(Asked { api_version, resource, rest }) = asked(args) else {
        return error("no such overload");
    };
    let Some((namespace, [Value::String(name)])) = placed(rest, scope) else {
        return error("no such overload");
    };
    if resource.contains('/') {
        return not_judged(format!("the subresource `{resource}` of an object"));
    }
    let group = group(api_version);
    let kinds = cluster.kinds(group, resource);
    let found = kinds.iter().find_map(|kind| cluster.get(group, kind, namespace, name));
    match found {
        Some(object) => {
            scope.look_at(object);
            Ok(object.cel().clone())
        }
        None if cluster.is_whole => Ok(Value::Null),
        None => not_judged(format!("`{resource}` {namespace}/{name} is not at hand")),
    }
}

fn list(args: &[Value], scope: &Scope<'_>) -> Result<Value> {
    let cluster = scope.cluster();
    let Some(Asked { api_version, resource, rest }) = asked(args) else {
        return error("no such overload");
    };
    let Some((namespace, rest)) = placed(rest, scope) else { return error("no such overload") };
    if !cluster.is_whole {
        return not_judged(format!("whether all `{resource}` of {namespace:?} are at hand"));
    }
    let labels: Vec<(String, String)> = match rest {
        [Value::Map(labels)] => labels
            .iter()
            .filter_map(|(key, value)| match (key, value) {
                (Key::String(key), Value::String(value)) => {
                    Some((key.to_string(), value.to_string()))
                }
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    };
    let is_wanted = |it: &&Object| labels.iter().all(|(key, value)| it.label(key) == Some(value));
    let group = group(api_version);
    let kinds = cluster.kinds(group, resource);
    let namespace = Some(namespace).filter(|it| !it.is_empty());
    let items: Vec<Value> = kinds
        .iter()
        .flat_map(|kind| cluster.list(group, kind, namespace))
        .filter(is_wanted)
        .inspect(|it| scope.look_at(it))
        .map(|it| it.cel().clone())
        .collect();
    let kind = kinds.first().map(|it| format!("{it}List")).unwrap_or_default();
    Ok(map([
        ("apiVersion", Value::String(api_version.into())),
        ("items", Value::List(Arc::new(items))),
        ("kind", Value::String(kind.into())),
    ]))
}

fn resource_name(args: &[Value], cluster: &Cluster) -> Result<Value> {
    let [Value::String(api_version), Value::String(kind)] = args else {
        return error("no such overload");
    };
    let resource = cluster.resource(group(api_version), kind);
    if resource.is_guessed {
        return not_judged(format!("how the kind {kind} is served is not known"));
    }
    let name = map([
        ("apiVersion", Value::String(api_version.clone())),
        ("resource", Value::String(resource.name.into())),
    ]);
    Ok(foreign(NAME, name))
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    let entries = entries.into_iter().map(|(key, it)| (Key::String(key.into()), it));
    Value::Map(Arc::new(entries.collect::<Map>()))
}
