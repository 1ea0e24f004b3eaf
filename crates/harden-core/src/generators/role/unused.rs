//! What somebody may do, and a log shows no use of.

use std::collections::{BTreeMap, BTreeSet};

use super::listing::few;
use super::right::{Right, Rights, Target};
use super::usage::Usage;
use crate::generators::namespace::Bound;
use crate::rbac::authorization::{
    Authorization, Binding, Request, ResourceRequest, Role, Rule, Scope, User,
};

/// What somebody may do beside what they use.
#[derive(Debug, Default)]
pub(super) struct Unused {
    /// A sentence for each binding.
    pub(super) sentences: Vec<String>,
    /// The bindings that the new role stands for.
    pub(super) replaced: Vec<String>,
    /// Roles that are bound and were not given.
    pub(super) missing: Vec<String>,
    /// What was used, and is granted by nothing that was given.
    pub(super) elsewhere: Vec<String>,
}

/// Compares what was used with what bindings give; what none of them grants is taken out of `used`. The new role is
/// called `own`, and stands for no binding to a role of that name, which it is written over.
pub(super) fn compare(all: &Authorization, usage: &Usage, used: &mut Rights, own: &str) -> Unused {
    let whom = user(usage);
    let asked: Vec<Request> =
        used.0.iter().flat_map(|(right, how)| requests(right, how.names.as_ref())).collect();
    let mut unused = Unused::default();
    for binding in all.bindings().filter(|it| !it.is_built_in() && holds(&whom, *it)) {
        let (kind, name) = binding.role_ref();
        if binding.roles().next().is_none() {
            unused.missing.push(format!("{kind} {name} (by {binding})"));
            continue;
        }
        let here: Vec<&Request> = asked.iter().filter(|it| binding.holds_for(it)).collect();
        let mut idle: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        let (mut total, mut count) = (0, 0);
        for right in binding.roles().flat_map(Role::rules).flat_map(Rule::rights) {
            total += 1;
            if here.iter().any(|it| right.allows(it)) {
                count += 1;
                continue;
            }
            let verbs = idle.entry(right.on.to_string()).or_default();
            if !verbs.contains(&right.verb) {
                verbs.push(right.verb);
            }
        }
        let idle: Vec<String> =
            idle.iter().map(|(target, verbs)| format!("{} {target}", verbs.join("/"))).collect();
        unused.sentences.push(if idle.is_empty() {
            format!("{binding} gives {kind} {name}: all of its {total} rights were used")
        } else {
            format!(
                "{binding} gives {kind} {name}: {count} of its {total} rights were used; not used were {}",
                few(&idle)
            )
        });
        if (binding.name(), name) != (own, own) {
            unused.replaced.push(binding.to_string());
        }
    }
    used.0.retain(|right, how| {
        let is_granted =
            requests(right, how.names.as_ref()).any(|it| all.grants(&whom, &it).next().is_some());
        if !is_granted {
            unused.elsewhere.push(right.to_string());
        }
        is_granted
    });
    unused
}

/// Whom the log is about, with all groups that it knows them in.
fn user(usage: &Usage) -> User {
    let groups = usage.groups.iter().flatten().cloned();
    match &usage.who {
        Bound::User(name) => User::named(name).with_groups(groups),
        Bound::ServiceAccount { namespace, name } => {
            User::account(namespace.as_str(), name).with_groups(groups)
        }
        Bound::Group(name) => User::member(name),
    }
}

/// Whether a binding is for somebody.
fn holds(user: &User, binding: Binding<'_>) -> bool {
    binding.subjects().filter(|it| it.is_somebody()).any(|it| {
        if it.is_group() {
            user.groups.iter().any(|group| group == it.login())
        } else {
            !user.name.is_empty() && it.login() == user.name
        }
    })
}

/// The requests that use a right: one for each name, or one for all objects.
fn requests<'r>(
    right: &'r Right,
    names: Option<&'r BTreeSet<String>>,
) -> impl Iterator<Item = Request> + 'r {
    let all = names.is_none().then_some("");
    let names = names.into_iter().flatten().map(String::as_str).chain(all);
    names.map(|name| request(right, name))
}

fn request(right: &Right, name: &str) -> Request {
    match &right.target {
        Target::Url(path) => Request::Url { verb: right.verb.0.clone(), path: path.clone() },
        Target::Resource { group, resource } => {
            let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
            Request::Resource(ResourceRequest {
                verb: right.verb.0.clone(),
                group: group.clone(),
                resource: resource.to_owned(),
                subresource: subresource.to_owned(),
                name: name.to_owned(),
                scope: match right.namespace.as_str() {
                    "" => Scope::Cluster,
                    namespace => Scope::Namespace(namespace.to_owned()),
                },
            })
        }
    }
}
