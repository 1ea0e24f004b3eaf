//! Rules of what requests a policy is about.

use super::super::facts::Facts;
use super::super::place::{Flaws, Place};

/// Resources and what is done to them.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    operations: Vec<String>,
    groups: Vec<String>,
    versions: Vec<String>,
    resources: Vec<String>,
    names: Vec<String>,
    /// Whether objects are in namespaces; none where it does not matter.
    is_namespaced: Option<bool>,
}

const OPERATIONS: [&str; 5] = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];

impl Rule {
    pub(super) fn read(place: &Place<'_>, flaws: &mut Flaws) -> Self {
        let names = place.at("resourceNames");
        let mut seen: Vec<String> = Vec::new();
        for name in names.items(flaws) {
            let text = name.text(flaws);
            if matches!(text, "." | "..") {
                flaws.invalid(&name, text, &format!("may not be '{text}'"));
            }
            for part in ['/', '%'] {
                if text.contains(part) {
                    flaws.invalid(&name, text, &format!("may not contain '{part}'"));
                }
            }
            if seen.iter().any(|it| it == text) {
                flaws.duplicate(&name, text);
            }
            seen.push(text.to_owned());
        }
        let operations = words(&place.at("operations"), "operations", flaws);
        for operation in place.at("operations").items(flaws) {
            let text = operation.text(flaws);
            if !OPERATIONS.contains(&text) {
                flaws.unsupported(&operation, text, &OPERATIONS);
            }
        }
        let groups = words(&place.at("apiGroups"), "API groups", flaws);
        let versions = words(&place.at("apiVersions"), "API versions", flaws);
        for version in place.at("apiVersions").items(flaws) {
            if version.text(flaws).is_empty() {
                flaws.required(&version, "");
            }
        }
        let resources = resources(&place.at("resources"), flaws);
        let scope = place.at("scope");
        let is_namespaced = match scope.text(flaws) {
            "Namespaced" => Some(true),
            "Cluster" => Some(false),
            "*" => None,
            "" if !scope.exists() => None,
            other => {
                flaws.unsupported(&scope, other, &["*", "Cluster", "Namespaced"]);
                None
            }
        };
        Self { operations, groups, versions, resources, names: seen, is_namespaced }
    }

    /// What operations it names.
    pub(super) fn operations(&self) -> &[String] {
        &self.operations
    }

    /// Whether a request is as it says, but for the group and version of the resource.
    pub(super) fn is_about(&self, facts: &Facts<'_>) -> bool {
        let scope = self.is_namespaced.is_none_or(|it| it == facts.is_namespaced());
        let named = self.names.is_empty() || self.names.contains(&facts.name);
        scope
            && named
            && has(&self.operations, facts.request.operation.word())
            && self.resources.iter().any(|it| is_resource(it, facts))
    }

    /// Whether it names a group and a version of it.
    pub(super) fn names_version(&self, group: &str, version: &str) -> bool {
        has(&self.groups, group) && has(&self.versions, version)
    }

    /// Its versions, if it names a group.
    pub(super) fn versions(&self, group: &str) -> &[String] {
        if has(&self.groups, group) { &self.versions } else { &[] }
    }
}

fn is_resource(written: &str, facts: &Facts<'_>) -> bool {
    let (resource, subresource) = written.split_once('/').unwrap_or((written, ""));
    let is_one = |written: &str, it: &str| written == "*" || written == it;
    is_one(resource, &facts.resource.name) && is_one(subresource, &facts.request.subresource)
}

fn has(list: &[String], word: &str) -> bool {
    list.iter().any(|it| it == "*" || it == word)
}

/// A list with at least one word, alone if it is a star.
fn words(place: &Place<'_>, things: &str, flaws: &mut Flaws) -> Vec<String> {
    let words = place.texts(flaws);
    if words.is_empty() {
        flaws.required(place, "");
    }
    if words.len() > 1 && words.iter().any(|it| it == "*") {
        let detail = format!("if '*' is present, must not specify other {things}");
        flaws.invalid_list(place, &words, &detail);
    }
    words
}

fn resources(place: &Place<'_>, flaws: &mut Flaws) -> Vec<String> {
    let words = place.texts(flaws);
    if words.is_empty() {
        flaws.required(place, "");
    }
    let (mut all_of, mut of_all) = (Vec::new(), Vec::new());
    let mut has_whole = false;
    for item in place.items(flaws) {
        let text = item.text(flaws);
        if text.is_empty() {
            flaws.required(&item, "");
            continue;
        }
        let Some((resource, subresource)) = text.split_once('/') else {
            has_whole = text != "*";
            continue;
        };
        if all_of.contains(&resource) {
            let detail = format!("if '{resource}/*' is present, must not specify {text}");
            flaws.invalid(&item, text, &detail);
        }
        if of_all.contains(&subresource) {
            let detail = format!("if '*/{subresource}' is present, must not specify {text}");
            flaws.invalid(&item, text, &detail);
        }
        if subresource == "*" {
            all_of.push(resource);
        }
        if resource == "*" {
            of_all.push(subresource);
        }
    }
    let is_there = |star: &str| words.iter().any(|it| it == star);
    if words.len() > 1 && is_there("*/*") {
        flaws.invalid_list(place, &words, "if '*/*' is present, must not specify other resources");
    }
    if is_there("*") && has_whole {
        let detail = "if '*' is present, must not specify other resources without subresources";
        flaws.invalid_list(place, &words, detail);
    }
    words
}
