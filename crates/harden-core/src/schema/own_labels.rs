//! The selector of a workload that has none: the labels of its own pods.

use harden_yaml::Action;
use serde_json::{Map, Value, json};

use super::{Flaw, FlawKind};
use crate::kubernetes::{is_label_value, is_qualified_name};
use crate::object::Object;

/// Labels that change from one release to the next, which selectors cannot.
const CHANGING: [&str; 4] =
    ["app.kubernetes.io/version", "helm.sh/chart", "pod-template-hash", "version"];

/// The kinds of `apps/v1` that select what they make.
const KINDS: [&str; 4] = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

/// Says what mends a selector that is missing.
pub(super) fn fill_in<'d>(object: &Object<'d>, flaws: &mut [Flaw<'d>]) {
    let selector = object.place.at("spec").at("selector");
    let is_it = |it: &&mut Flaw<'d>| {
        it.kind == FlawKind::MissingField && it.place.is_at(&selector) && !selector.exists()
    };
    let selects = (object.group, object.version) == ("apps", "v1") && KINDS.contains(&object.kind);
    let is_misspelt = |it: &Flaw<'d>| it.change == Some(Action::Rename("selector".to_owned()));
    if flaws.iter().any(is_misspelt) {
        return;
    }
    if let Some(flaw) = flaws.iter_mut().find(is_it).filter(|_| selects) {
        let labels = own_labels(object);
        flaw.change = labels.map(|it| Action::set(json!({ "matchLabels": it })));
    }
}

/// The labels of the pods that an object makes, but for those that change; none where they are not known.
fn own_labels(object: &Object<'_>) -> Option<Map<String, Value>> {
    let labels = object.place.at("spec").at("template").at("metadata").at("labels");
    let mut own = Map::new();
    for (key, value) in labels.entries() {
        let value = value.as_str().filter(|it| is_label_value(it) && is_qualified_name(key))?;
        if !CHANGING.contains(&key) {
            own.insert(key.to_owned(), value.into());
        }
    }
    Some(own).filter(|it| !it.is_empty())
}
