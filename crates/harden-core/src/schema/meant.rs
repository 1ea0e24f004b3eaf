//! What an object must mean that does not say its kind or its API version, so that kubectl refuses it.

use harden_yaml::{Action, Place};

use super::built_in::{BuiltIn, built_in, clamp};
use super::head::{Head, Said};
use super::served::{best, fits};
use super::{Flaw, FlawKind, head};
use crate::kubernetes::MinorVersion;
use crate::object::{KINDS, Object, is_pod_shaped};
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

/// Whether an object says what it is in a way that nobody can trust: by a kind that is none that is known, and
/// is set in place of another, or stands apart from its key.
pub fn is_doubtful(object: &Object<'_>) -> bool {
    matches!(head::kind(object.place), Said::Doubtfully | Said::Apart(_))
}

/// Why kubectl refuses an object that was taken for what it must mean.
pub(super) fn flaws<'d>(object: &Object<'d>, target: u16) -> Vec<Flaw<'d>> {
    let mended = |place, message, change| Flaw { kind: FlawKind::Untyped, place, message, change };
    let flaw = |place, message| mended(place, message, None);
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
        // The key that is set twice is said already.
        Said::Rightly(_) | Said::Doubtfully => None,
        Said::Nearly(place, _) => {
            let key = place.key().unwrap_or_default();
            let message =
                format!("`{key}` is not `{wanted}`, without which kubectl refuses the object");
            let is_free = object.place.get(wanted).is_none();
            let change = is_free.then(|| Action::Rename(wanted.to_owned()));
            Some(mended(place, message, change))
        }
        Said::Wrongly(place) => {
            Some(flaw(place, format!("kubectl refuses an object whose `{wanted}` is not a text")))
        }
        Said::Apart(place) => {
            let message = format!(
                "kubectl refuses an object whose `{wanted}` is not known; it is not on the line of its key"
            );
            Some(flaw(place, message))
        }
        Said::Not => {
            let message = format!("kubectl refuses an object without `{wanted}`{hint}");
            let change =
                if wanted == "apiVersion" { only_home(object, kind, target) } else { None };
            Some(mended(object.place.at(wanted), message, change))
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
        // What is only shaped as an object may be part of one, or a file of another program.
        (Said::Not, Said::Not) => {
            !kind_of_pods(place, head.api_version).is_empty()
                || has_metadata && is_kind_of_danger(place)
        }
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
            has_metadata && head::is_kind(kind)
                || has_metadata && has_spec && is_nearly_kind(place, kind)
                || is_shaped_as(place, kind)
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

/// Whether a kind that is not written as kinds are could still be meant for one.
fn is_nearly_kind(place: Place<'_>, kind: &str) -> bool {
    let is_known = |name: &str| name.eq_ignore_ascii_case(kind);
    built_in().kinds.iter().any(|it| is_known(it.name))
        || KINDS.iter().any(|it| is_known(it.kind))
        || !kind_of_pods(place, Said::Not).is_empty()
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
    match kind_of_pods(place, api_version) {
        "" if place.at("stringData").is_map() => "Secret",
        "" if place.at("items").is_list() => "List",
        kind => kind,
    }
}

/// The kind that a body with pods in it can only be; empty where there are none, or that is open.
fn kind_of_pods(place: Place<'_>, api_version: Said<'_>) -> &'static str {
    let spec = place.at("spec");
    let group = api_version.text().map(|it| it.split_once('/').map_or("", |(group, _)| group));
    if is_pod_spec(spec) && group.is_none_or(str::is_empty) {
        "Pod"
    } else if is_pod_spec(spec.follow("template.spec")) {
        match group {
            Some("batch") => "Job",
            None | Some("apps") => "Deployment",
            _ => "",
        }
    } else if is_pod_spec(spec.follow("jobTemplate.spec.template.spec")) {
        "CronJob"
    } else {
        ""
    }
}

/// Whether this is what a pod is to run. Other kinds share fields of it, but for its containers.
fn is_pod_spec(spec: Place<'_>) -> bool {
    let built_in = built_in();
    let of = built_in.table.type_named("PodSpec");
    let is_field = |key: &str| of.is_some_and(|of| built_in.table.field(of, key).is_some());
    spec.at("containers").items().any(|it| it.is_map())
        || (is_pod_shaped(spec) || spec.at("securityContext").is_map())
            && spec.entries().all(|(key, _)| is_field(key))
}

/// Whether a body without a kind is that of one that gives rights, runs pods or holds secrets.
fn is_kind_of_danger(place: Place<'_>) -> bool {
    let any = |list: &str, fields: &[&str]| {
        place.at(list).items().any(|item| fields.iter().any(|it| item.at(it).exists()))
    };
    place.at("roleRef").is_map()
        || place.at("stringData").is_map()
        || place.at("data").is_map() && place.at("type").as_str().is_some()
        || any("rules", &["verbs", "apiGroups", "nonResourceURLs"])
        || any("webhooks", &["clientConfig", "admissionReviewVersions"])
        || is_pod_shaped(place)
        || is_pod_spec(place.follow("template.spec"))
}

/// The change that gives an object the only API version that its kind can have, where it is right for that.
fn only_home(object: &Object<'_>, kind: Said<'_>, target: u16) -> Option<Action> {
    let Said::Rightly(kind) = kind else { return None };
    if kind == "List" {
        return Some(Action::set("v1"));
    }
    let built_in = built_in();
    let best = best(built_in, target, |it| it.name == kind)?;
    let mut others = built_in.kinds.iter().filter(|it| it.name == kind);
    let is_only = others.all(|it| it.group == best.group)
        && !KINDS.iter().any(|it| it.kind == kind && it.group != best.group);
    (is_only && fits(built_in, object, best, target))
        .then(|| Action::set(best.api_version().as_ref()))
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
