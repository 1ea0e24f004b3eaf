//! What has to be asked outside of the cluster's objects: registries, servers, contexts of Kyverno.

use serde_json::{Value as Json, json};

use super::{GLOBAL_CONTEXT, HTTP, IMAGE_DATA, Part, Result, error, not_judged, within};
use crate::cel::Value;

pub(super) const PART: Part = Part {
    table: "\
.Get(GlobalContext, string) -> dyn
.Get(GlobalContext, string, string) -> dyn
.get(GlobalContext, string) -> dyn
.get(GlobalContext, string, string) -> dyn
.Get(Http, string) -> dyn
.Get(Http, string, map(string, string)) -> dyn
.get(Http, string) -> dyn
.get(Http, string, map(string, string)) -> dyn
.Post(Http, string, dyn) -> dyn
.Post(Http, string, dyn, map(string, string)) -> dyn
.post(Http, string, dyn) -> dyn
.post(Http, string, dyn, map(string, string)) -> dyn
.Client(Http, string) -> Http
.client(Http, string) -> Http
.GetMetadata(ImageData, string) -> dyn
.getMetadata(ImageData, string) -> dyn",
    call,
};

fn call(name: &str, args: &[Value], scope: &super::Scope<'_>) -> Option<Result<Value>> {
    let target = args.first()?;
    let asked = match args.get(1) {
        Some(Value::String(it)) => it,
        _ => "",
    };
    if within(HTTP, target).is_some() {
        return Some(match name {
            "Client" | "client" => Ok(target.clone()),
            _ => answer(&name.to_uppercase(), asked, scope),
        });
    }
    if within(IMAGE_DATA, target).is_some() && matches!(name, "GetMetadata" | "getMetadata") {
        return Some(metadata(asked, scope));
    }
    within(GLOBAL_CONTEXT, target)?;
    Some(entry(asked, args.get(2), scope))
}

/// What a server answers, if a test says so.
fn answer(method: &str, url: &str, scope: &super::Scope<'_>) -> Result<Value> {
    let stated = scope.cluster().stated.as_ref();
    match stated.and_then(|it| it.call(method, url)) {
        Some(call) => Ok(Value::from_json(&json!({"body": call.body, "statusCode": call.status}))),
        None => not_judged(format!("nobody asks `{url}` here")),
    }
}

/// What a registry says of an image, if a test says so.
fn metadata(image: &str, scope: &super::Scope<'_>) -> Result<Value> {
    let stated = scope.cluster().stated.as_ref();
    let of = |it: &&Json| it.get("image").and_then(Json::as_str) == Some(image);
    match stated.and_then(|it| it.images.iter().find(of)) {
        Some(metadata) => Ok(Value::from_json(metadata)),
        None => not_judged(format!("no registry is asked for the image `{image}`")),
    }
}

/// What a GlobalContextEntry holds, if a test says so.
fn entry(name: &str, projection: Option<&Value>, scope: &super::Scope<'_>) -> Result<Value> {
    if !scope.policy_namespace().is_empty() {
        let why = "globalContext.* is not allowed in namespaced policies";
        return error(format!("failed to get global reference: {why}"));
    }
    let stated = scope.cluster().stated.as_ref();
    let is_whole = matches!(projection, None | Some(Value::String(_)))
        && !matches!(projection, Some(Value::String(it)) if !it.is_empty());
    match stated.and_then(|it| it.global_entries.get(name)) {
        Some(entry) if entry.field_path.is_empty() && entry.projections.is_empty() && is_whole => {
            Ok(Value::from_json(&entry.data))
        }
        _ => not_judged(format!("what the GlobalContextEntry `{name}` holds is not known")),
    }
}
