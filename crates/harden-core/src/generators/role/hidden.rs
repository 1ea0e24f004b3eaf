//! What an audit policy keeps out of the log, so that its use cannot be seen there.

use std::collections::BTreeSet;

use super::right::printable;
use super::usage::Usage;
use crate::configuration::audit::{AuditLevel, AuditRule, Decision, Event, Item, Stage};
use crate::configuration::first_document;
use crate::generators::OptionError;
use crate::generators::namespace::Bound;
use crate::kubernetes::MinorVersion;
use crate::simulate::audit::{Request, Simulator, logs, stages};

const OPTION: &str = "--audit-policy";

/// A policy, and what it keeps out of the log of somebody; a sentence each.
pub(super) fn sentences(
    file: &str,
    text: &str,
    version: MinorVersion,
    usage: &Usage,
) -> Result<Vec<String>, OptionError> {
    let document = first_document(text);
    let simulator = Simulator::new(&document, file, version)
        .map_err(|it| OptionError::new(OPTION, file, it.sentence(file)))?;
    let users = users(usage);
    let mut sentences = Vec::new();
    for (index, rule) in simulator.policy().rules.iter().enumerate() {
        let hides = |event: &Event<'_>| {
            let decision = simulator.decide(event);
            decision.rule == Some(index) && is_hidden(&decision, event)
        };
        if examples(rule, &users).iter().any(|it| hides(&it.event())) {
            let name = simulator.rule_name(index);
            sentences.push(format!("{name} keeps {} out of the log", about(rule)));
        }
    }
    let catch_all = Request {
        verb: "get".to_owned(),
        resource: "things".to_owned(),
        group: Some("example.com".to_owned()),
        ..users.first().cloned().unwrap_or_default()
    };
    if simulator.decide(&catch_all.event()).rule.is_none() {
        sentences.push(format!("what no rule of {file} matches is not in the log"));
    }
    Ok(sentences)
}

/// Whether nothing of a request is logged that tells its outcome.
fn is_hidden(decision: &Decision, event: &Event<'_>) -> bool {
    decision.level == AuditLevel::None
        || !stages(event).into_iter().any(|it| it != Stage::RequestReceived && logs(decision, it))
}

/// Somebody in each set of groups that the log knows, as who asks.
fn users(usage: &Usage) -> Vec<Request> {
    let name = match &usage.who {
        Bound::User(name) => name.clone(),
        Bound::ServiceAccount { namespace, name } => {
            format!("system:serviceaccount:{namespace}:{name}")
        }
        Bound::Group(_) => "somebody".to_owned(),
    };
    let of_group = match &usage.who {
        Bound::Group(group) => vec![group.clone()],
        _ => Vec::new(),
    };
    let sets: Vec<_> = if usage.groups.is_empty() {
        vec![of_group]
    } else {
        usage.groups.iter().cloned().collect()
    };
    let user = |groups| Request { user: name.clone(), groups, ..Request::default() };
    sets.into_iter().map(|groups| complete(user(groups))).collect()
}

/// Adds the groups that every user is in.
fn complete(request: Request) -> Request {
    let path = Request { verb: "get".to_owned(), path: "/".to_owned(), ..request.clone() };
    let groups = path.complete().map(|it| it.groups).unwrap_or_default();
    Request { groups, ..request }
}

/// Requests that a rule may be about: those that it names, or a few of all.
fn examples(rule: &AuditRule<'_>, users: &[Request]) -> Vec<Request> {
    const VERBS: [&str; 8] =
        ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
    const RESOURCES: [(&str, &str); 6] = [
        ("", "pods"),
        ("", "configmaps"),
        ("", "secrets"),
        ("apps", "deployments"),
        ("rbac.authorization.k8s.io", "roles"),
        ("example.com", "things"),
    ];
    let or = |items: &[Item<'_>], all: &[&str]| -> Vec<String> {
        if items.is_empty() {
            all.iter().map(|it| (*it).to_owned()).collect()
        } else {
            items.iter().map(|it| it.text.to_owned()).collect()
        }
    };
    let mut requests = Vec::new();
    let mut add = |request: Request| {
        requests.extend(users.iter().map(|user| Request {
            user: user.user.clone(),
            groups: user.groups.clone(),
            ..request.clone()
        }));
    };
    let about_urls = rule.is_about_everything() || !rule.non_resource_urls.is_empty();
    if about_urls {
        for path in or(&rule.non_resource_urls, &["/metrics"]) {
            for verb in or(&rule.verbs, &["get"]) {
                add(Request { verb, path: path.replace('*', "x"), ..Request::default() });
            }
        }
    }
    if !rule.non_resource_urls.is_empty() {
        return requests;
    }
    let mut resources: BTreeSet<(String, String)> = BTreeSet::new();
    for entry in &rule.resources {
        let group = if entry.group == "*" { "example.com" } else { entry.group };
        let all = entry.resources.is_empty().then_some("things");
        for text in entry.resources.iter().map(|it| it.text).chain(all) {
            let text = match text {
                "*" => "things".to_owned(),
                text => text.replace("*/", "things/").replace("/*", "/status"),
            };
            resources.insert((group.to_owned(), text));
        }
    }
    if rule.resources.is_empty() {
        resources.extend(RESOURCES.map(|(group, it)| (group.to_owned(), it.to_owned())));
    }
    let names: Vec<&str> =
        rule.resources.iter().flat_map(|it| it.names.iter().map(|it| it.text)).collect();
    for (group, resource) in resources {
        for namespace in or(&rule.namespaces, &["", "team-a"]) {
            for verb in or(&rule.verbs, &VERBS) {
                add(Request {
                    verb,
                    resource: resource.clone(),
                    group: Some(group.clone()),
                    namespace: namespace.clone(),
                    name: names.first().map_or("x", |it| it).to_owned(),
                    ..Request::default()
                });
            }
        }
    }
    requests
}

/// What a rule is about: `get and list of secrets and configmaps in kube-system`.
fn about(rule: &AuditRule<'_>) -> String {
    let join = |items: Vec<String>| super::listing::few(&items);
    let texts = |items: &[Item<'_>]| items.iter().map(|it| printable(it.text)).collect::<Vec<_>>();
    let verbs =
        if rule.verbs.is_empty() { "every verb".to_owned() } else { join(texts(&rule.verbs)) };
    if !rule.non_resource_urls.is_empty() {
        return format!("{verbs} of {}", join(texts(&rule.non_resource_urls)));
    }
    let mut resources = Vec::new();
    for entry in &rule.resources {
        let group = match entry.group {
            "" => String::new(),
            "*" => " of any group".to_owned(),
            group => format!(" of {group}"),
        };
        if entry.resources.is_empty() {
            let core = if entry.group.is_empty() { " of the core group" } else { &group };
            resources.push(format!("everything{core}"));
        }
        resources.extend(texts(&entry.resources).into_iter().map(|it| format!("{it}{group}")));
    }
    let what = if resources.is_empty() { "everything".to_owned() } else { join(resources) };
    let place = match texts(&rule.namespaces) {
        names if names.is_empty() => String::new(),
        names => {
            let or_none = |it: String| if it.is_empty() { "no namespace".to_owned() } else { it };
            format!(" in {}", join(names.into_iter().map(or_none).collect()))
        }
    };
    format!("{verbs} of {what}{place}")
}
