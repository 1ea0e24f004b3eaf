//! What has to be asked outside of the cluster's objects: registries, servers, contexts of Kyverno.

use super::{GLOBAL_CONTEXT, HTTP, IMAGE_DATA, Part, Result, not_judged, within};
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
        return Some(not_judged(format!("nobody asks `{asked}` here")));
    }
    if within(IMAGE_DATA, target).is_some() && matches!(name, "GetMetadata" | "getMetadata") {
        return Some(not_judged(format!("no registry is asked for the image `{asked}`")));
    }
    within(GLOBAL_CONTEXT, target)?;
    Some(scope.global_context(asked, args.get(2)))
}
