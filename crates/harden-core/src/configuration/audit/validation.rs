//! What the server minds of a policy that it could read.

use harden_yaml::{Place, json};

use super::{AuditLevel, GROUP_WILDCARD, Stage};
use crate::configuration::Fault;
use crate::configuration::names::{json_list, subdomain_errors};
use crate::kubernetes::MinorVersion;
use crate::pod_security::go_quoted;

/// What a server of this version minds, in its order.
pub(super) fn faults(root: Place<'_>, version: MinorVersion) -> Vec<Fault<'_>> {
    let mut faults = stage_faults(root.at("omitStages"), "omitStages");
    for (index, rule) in root.at("rules").items().enumerate() {
        let path = format!("rules[{index}]");
        faults.extend(level_fault(rule.at("level"), &path));
        faults.extend(url_faults(rule.at("nonResourceURLs"), &path));
        faults.extend(resource_faults(rule.at("resources"), &path, version));
        faults.extend(stage_faults(rule.at("omitStages"), &format!("{path}.omitStages")));
        let urls = rule.at("nonResourceURLs");
        let lists = [rule.at("resources"), rule.at("namespaces")];
        if !urls.is_empty() && lists.iter().any(|it| !it.is_empty()) {
            let value = json_list(&texts(urls));
            let what = "rules cannot apply to both regular resources and non-resource URLs";
            let message = format!("{path}.nonResourceURLs: Invalid value: {value}: {what}");
            faults.push(Fault::new(urls, message));
        }
    }
    faults
}

fn level_fault<'d>(level: Place<'d>, path: &str) -> Option<Fault<'d>> {
    let text = level.as_str().unwrap_or_default();
    let message = match text.parse::<AuditLevel>() {
        Ok(_) => return None,
        Err(_) if text.is_empty() => format!("{path}.level: Required value"),
        Err(_) => {
            let value = json::quoted(text);
            let known = AuditLevel::ALL.map(|it| go_quoted(it.as_str())).join(", ");
            format!("{path}.level: Unsupported value: {value}: supported values: {known}")
        }
    };
    Some(Fault::new(level, message))
}

fn url_faults<'d>(urls: Place<'d>, path: &str) -> Vec<Fault<'d>> {
    let mut faults = Vec::new();
    for (index, place) in urls.items().enumerate() {
        let url = place.as_str().unwrap_or_default();
        if url == "*" {
            continue;
        }
        let mut add = |what: &str| {
            let value = go_quoted(url);
            let message =
                format!("{path}.nonResourceURLs[{index}]: Invalid value: {value}: {what}");
            faults.push(Fault::new(place, message));
        };
        if !url.starts_with('/') {
            add("non-resource URL rules must begin with a '/' character");
        }
        if url.strip_suffix('*').unwrap_or(url).contains('*') {
            add("non-resource URL wildcards '*' must be the final character of the rule");
        }
    }
    faults
}

fn resource_faults<'d>(resources: Place<'d>, path: &str, version: MinorVersion) -> Vec<Fault<'d>> {
    let mut faults = Vec::new();
    for entry in resources.items() {
        let place = entry.at("group");
        let group = place.as_str().unwrap_or_default();
        let errors = subdomain_errors(group);
        let is_any = group.is_empty() || group == "*" && version >= GROUP_WILDCARD;
        if !is_any && !errors.is_empty() {
            let (value, what) = (go_quoted(group), errors.join(","));
            let message = format!("{path}.resources.group: Invalid value: {value}: {what}");
            faults.push(Fault::new(place, message));
        }
        let names = entry.at("resourceNames");
        if !names.is_empty() && entry.at("resources").is_empty() {
            let value = json_list(&texts(names));
            let what = "using resourceNames requires at least one resource";
            let message = format!("{path}.resources.resourceNames: Invalid value: {value}: {what}");
            faults.push(Fault::new(names, message));
        }
    }
    faults
}

fn stage_faults<'d>(stages: Place<'d>, path: &str) -> Vec<Fault<'d>> {
    let fault = |(index, place): (usize, Place<'d>)| {
        let text = place.as_str().unwrap_or_default();
        let error = text.parse::<Stage>().err()?;
        let message = format!("{path}[{index}]: Invalid value: {}: {error}", go_quoted(text));
        Some(Fault::new(place, message))
    };
    stages.items().enumerate().filter_map(fault).collect()
}

fn texts(list: Place<'_>) -> Vec<&str> {
    list.items().map(|it| it.as_str().unwrap_or_default()).collect()
}
