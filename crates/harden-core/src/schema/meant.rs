//! What an object must mean that does not say its kind or its API version, so that kubectl refuses it.

use harden_yaml::Place;

use super::built_in::{BuiltIn, built_in, clamp};
use super::head::{Head, Said};
use super::served::best;
use super::{Flaw, FlawKind, head};
use crate::kubernetes::MinorVersion;
use crate::object::{KINDS, Object};
use crate::schema::similar::is_near;

/// What files of kustomize are, which need not say it.
const OF_KUSTOMIZE: [&str; 2] = ["Kustomization", "Component"];

/// An object that does not say what it is, taken for what it must mean. None for what looks like no object of
/// Kubernetes: the values of a chart, and files of other programs.
pub fn meant<'d>(object: &Object<'d>, version: MinorVersion) -> Option<Object<'d>> {
    let head = Head::read(object.place);
    if !object.is_item && !is_meant(object.place, &head) {
        return None;
    }
    let built_in = built_in();
    let target = clamp(version);
    let kind = head.kind.text().unwrap_or_else(|| kind_of_body(object.place, head.api_version));
    let (group, version) = match head.api_version.text() {
        Some(text) => text.split_once('/').unwrap_or(("", text)),
        None => home(built_in, kind, target),
    };
    Some(object.guessed(group, version, kind))
}

/// Whether a text that cannot be read as an object was to be one.
pub fn names_object(text: &str) -> bool {
    let (mut has_metadata, mut has_spec) = (false, false);
    for part in text.split(['\n', '\r', ',', '{']) {
        let Some((key, value)) = part.split_once(':') else { continue };
        let bare = [' ', '\t', '-', '"', '\'', '[', '}', ']'];
        let (key, value) = (key.trim_matches(bare), value.trim_matches(bare));
        let value = value.split_ascii_whitespace().next().unwrap_or_default();
        let is = |wanted| key == wanted || is_near(key, wanted);
        match key {
            "metadata" => has_metadata = true,
            "spec" | "containers" => has_spec = true,
            _ if is("apiVersion") && head::is_api_version(value.trim_matches(bare)) => return true,
            _ if is("kind") && head::is_kind(value.trim_matches(bare)) => return true,
            _ => {}
        }
    }
    has_metadata && has_spec
}

/// Why kubectl refuses an object that was taken for what it must mean.
pub(super) fn flaws<'d>(object: &Object<'d>) -> Vec<Flaw<'d>> {
    let flaw = |place, message| Flaw { kind: FlawKind::Untyped, place, message, change: None };
    if !object.place.is_map() {
        let message = "kubectl refuses the List: this item is no object".to_owned();
        return vec![flaw(object.place, message)];
    }
    let Head { api_version, kind } = Head::read(object.place);
    if let (Said::Not, Said::Not) = (api_version, kind) {
        let message = "kubectl refuses an object without `apiVersion` and `kind`".to_owned();
        return vec![flaw(object.place.at("kind"), message)];
    }
    let say = |said, wanted: &'static str, hint: String| match said {
        Said::Rightly(_) => None,
        Said::Nearly(place, _) => {
            let key = place.key().unwrap_or_default();
            let message =
                format!("`{key}` is not `{wanted}`, without which kubectl refuses the object");
            Some(flaw(place, message))
        }
        Said::Wrongly(place) => {
            Some(flaw(place, format!("kubectl refuses an object whose `{wanted}` is not a text")))
        }
        Said::Not => {
            let message = format!("kubectl refuses an object without `{wanted}`{hint}");
            Some(flaw(object.place.at(wanted), message))
        }
    };
    let home = match (object.group, object.version) {
        ("", "") => String::new(),
        ("", version) => format!("; {} is in {version}", object.kind),
        (group, version) => format!("; {} is in {group}/{version}", object.kind),
    };
    let flaws = [say(api_version, "apiVersion", home), say(kind, "kind", String::new())];
    flaws.into_iter().flatten().collect()
}

/// Whether a flaw is one of the keys that were meant to say what the object is, which is said already.
pub(super) fn is_of_head(flaw: &Flaw<'_>, object: &Object<'_>) -> bool {
    let Head { api_version, kind } = Head::read(object.place);
    [api_version, kind].into_iter().any(|it| match it {
        Said::Nearly(place, _) | Said::Wrongly(place) => {
            place.key_span().is_some() && place.key_span() == flaw.place.key_span()
        }
        _ => false,
    })
}

/// Whether a map was meant to be an object of Kubernetes.
fn is_meant(place: Place<'_>, head: &Head<'_>) -> bool {
    let has_metadata = is_metadata(place.at("metadata"));
    let has_spec = place.at("spec").is_map();
    if place.at("items").items().any(|it| is_complete(it)) {
        return true;
    }
    match (head.api_version, head.kind) {
        (version, _)
            if version.text().is_some_and(|it| it.starts_with("kustomize.config.k8s.io/")) =>
        {
            false
        }
        (Said::Not, kind) if kind.text().is_some_and(|it| OF_KUSTOMIZE.contains(&it)) => false,
        (Said::Not | Said::Wrongly(_), Said::Not | Said::Wrongly(_)) => {
            has_metadata && (has_spec || !body(place).is_empty())
                || has_spec && !kind_of_body(place, head.api_version).is_empty()
        }
        (version, Said::Not | Said::Wrongly(_)) => {
            let text = version.text().unwrap_or_default();
            let group = text.split_once('/').map_or("", |(group, _)| group);
            let is_known = built_in().has_group(group) && head::is_api_version(text);
            let is_version = head::is_api_version(text);
            has_metadata && (is_version || has_spec)
                || is_known && (has_spec || !body(place).is_empty())
        }
        (Said::Not | Said::Wrongly(_), kind) => {
            let kind = kind.text().unwrap_or_default();
            has_metadata && (head::is_kind(kind) || has_spec) || is_shaped_as(place, kind)
        }
        _ => true,
    }
}

/// Whether something says what it is, as the items of a List do.
fn is_complete(place: Place<'_>) -> bool {
    let Head { api_version, kind } = Head::read(place);
    matches!((api_version, kind), (Said::Rightly(_), Said::Rightly(_)))
}

/// Whether this is the metadata of an object.
fn is_metadata(place: Place<'_>) -> bool {
    ["name", "generateName", "namespace", "labels", "annotations"]
        .into_iter()
        .any(|it| place.at(it).exists())
}

/// What stands beside the metadata of objects that have no spec, or should stand in it.
fn body(place: Place<'_>) -> Vec<&'static str> {
    let maps = ["data", "stringData", "roleRef", "template"].into_iter();
    let lists = ["rules", "subjects", "webhooks", "containers", "items"].into_iter();
    maps.filter(|it| place.at(it).is_map())
        .chain(lists.filter(|it| place.at(it).items().any(|it| it.is_map())))
        .collect()
}

/// Whether something has fields of a built-in kind, and nothing else.
fn is_shaped_as(place: Place<'_>, kind: &str) -> bool {
    let built_in = built_in();
    let mut kinds = built_in.kinds.iter().filter(|it| it.name == kind);
    kinds.any(|kind| {
        let of = built_in.table.type_at(kind.root);
        let is_field = |key: &str| of.is_some_and(|of| built_in.table.field(of, key).is_some());
        let mut keys = place.entries().filter(|(key, _)| !is_near(key, "kind"));
        place.at("spec").is_map() && is_field("spec") || keys.all(|(key, _)| is_field(key))
    })
}

/// The kind that a body without one can only be, as far as its pods are judged; empty where that is open.
fn kind_of_body(place: Place<'_>, api_version: Said<'_>) -> &'static str {
    let spec = place.at("spec");
    let has_containers = |it: Place<'_>| it.at("containers").items().any(|it| it.is_map());
    let group = api_version.text().map(|it| it.split_once('/').map_or("", |(group, _)| group));
    if has_containers(spec) && group.is_none_or(str::is_empty) {
        "Pod"
    } else if has_containers(spec.follow("template.spec")) {
        match group {
            Some("batch") => "Job",
            None | Some("apps") => "Deployment",
            _ => "",
        }
    } else if has_containers(spec.follow("jobTemplate.spec.template.spec")) {
        "CronJob"
    } else if place.at("stringData").is_map() {
        "Secret"
    } else if place.at("items").is_list() {
        "List"
    } else {
        ""
    }
}

/// The group and version that a kind is in; empty where nobody knows.
fn home(built_in: &BuiltIn, kind: &str, target: u16) -> (&'static str, &'static str) {
    if kind == "List" {
        return ("", "v1");
    }
    if let Some(best) = best(built_in, target, |it| it.name == kind) {
        return (best.group, best.version);
    }
    let custom = KINDS.iter().find(|it| it.kind == kind);
    custom.map_or(("", ""), |it| (it.group, "v1"))
}
