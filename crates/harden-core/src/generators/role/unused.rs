//! What somebody may do, and a log shows no use of.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::{Document, Place, documents};

use super::demands::granted;
use super::listing::few;
use super::right::{Names, Right, Rights, Target};
use super::usage::Usage;
use crate::generators::namespace::Bound;
use crate::object::objects;
use crate::rbac::{Binding, Role};

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

/// Compares what was used with what bindings give; what nothing that was given grants is taken out of `used`.
pub(super) fn compare(texts: &[(String, String)], usage: &Usage, used: &mut Rights) -> Unused {
    let documents: Vec<Document<'_>> = texts.iter().flat_map(|(_, text)| documents(text)).collect();
    let all: Vec<_> = documents.iter().flat_map(|it| objects(it.root())).collect();
    let mut roles: BTreeMap<(&str, &str, &str), Place<'_>> = BTreeMap::new();
    for role in all.iter().filter_map(Role::read) {
        let namespace = role.object.namespace().filter(|_| !role.is_cluster_role());
        let key = (role.object.kind, namespace.unwrap_or(""), role.object.name());
        roles.insert(key, role.object.place);
    }
    let mut unused = Unused::default();
    let mut is_granted: BTreeSet<Right> = BTreeSet::new();
    for binding in all.iter().filter_map(Binding::read) {
        if !binding.subjects().any(|it| holds(usage, it.kind, it.namespace, it.name)) {
            continue;
        }
        let role = binding.role_ref();
        let namespace = if binding.is_cluster_wide() { "" } else { binding.namespace() };
        let title = format!(
            "{}/{}{}",
            binding.object.kind.to_lowercase(),
            binding.object.name(),
            if namespace.is_empty() { String::new() } else { format!(" in {namespace}") }
        );
        let role_title = format!("{}/{}", role.kind.to_lowercase(), role.name);
        let Some(place) = roles.get(&(role.kind, role.namespace, role.name)) else {
            unused.missing.push(format!("{role_title} (by {title})"));
            continue;
        };
        let mut idle: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let (mut total, mut count) = (0, 0);
        for rule in place.at("rules").items() {
            for (right, name) in granted(rule, namespace) {
                let users = used
                    .0
                    .iter()
                    .filter(|(it, how)| allows(&right, name.as_deref(), it, &how.names));
                let users: Vec<&Right> = users.map(|(it, _)| it).collect();
                total += 1;
                if users.is_empty() {
                    let verbs = idle.entry(right.target.to_string()).or_default();
                    if !verbs.contains(&right.verb.0) {
                        verbs.push(right.verb.0.clone());
                    }
                } else {
                    count += 1;
                    is_granted.extend(users.into_iter().cloned());
                }
            }
        }
        let idle: Vec<String> =
            idle.iter().map(|(target, verbs)| format!("{} {target}", verbs.join("/"))).collect();
        unused.sentences.push(if idle.is_empty() {
            format!("{title} gives {role_title}: all of its {total} rights were used")
        } else {
            format!("{title} gives {role_title}: {count} of its {total} rights were used; not used were {}", few(&idle))
        });
        unused.replaced.push(title);
    }
    used.0.retain(|right, _| {
        let keeps = is_granted.contains(right);
        if !keeps {
            unused.elsewhere.push(right.to_string());
        }
        keeps
    });
    unused
}

/// Whether a binding's subject is whom the usage is of, or a group that the log knows them in.
fn holds(usage: &Usage, kind: &str, namespace: &str, name: &str) -> bool {
    let is_own = match &usage.who {
        Bound::User(user) => kind == "User" && name == user,
        Bound::Group(group) => return kind == "Group" && name == group,
        Bound::ServiceAccount { namespace: of, name: account } => {
            kind == "ServiceAccount" && (namespace, name) == (of.as_str(), account)
                || kind == "User"
                    && name.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':'))
                        == Some((of.as_str(), account))
        }
    };
    let is_everyone = matches!(name, "system:authenticated" | "system:unauthenticated");
    let in_group = || usage.groups.iter().flatten().any(|it| it == name);
    is_own || kind == "Group" && !is_everyone && in_group()
}

/// Whether a right that is granted allows one that is used, at least for some of its names: see `RuleAllows` of
/// `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac`.
fn allows(grant: &Right, name: Option<&str>, used: &Right, names: &Names) -> bool {
    let is_there = grant.namespace.is_empty() || grant.namespace == used.namespace;
    let has_verb = grant.verb.0 == "*" || grant.verb == used.verb;
    let is_named = match (name, names) {
        (None, _) => true,
        (Some(name), Some(names)) => names.contains(name),
        (Some(_), None) => false,
    };
    let is_target = match (&grant.target, &used.target) {
        (Target::Url(pattern), Target::Url(path)) => match pattern.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => pattern == path,
        },
        (
            Target::Resource { group, resource },
            Target::Resource { group: own_group, resource: own },
        ) => {
            let sub = own.split_once('/').map(|(_, it)| it);
            (group == "*" || group == own_group)
                && (resource == "*"
                    || resource == own
                    || sub.is_some() && resource.strip_prefix("*/") == sub)
        }
        _ => false,
    };
    is_there && has_verb && is_named && is_target
}
