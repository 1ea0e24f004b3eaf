//! A question, with its words understood as kubectl understands them.

use std::fmt;

use super::Served;
use crate::kubernetes::resources::{self, Existence};
use crate::rbac::authorization::{Request, ResourceRequest, Scope, resource_name};

/// Who may do this?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// What is asked of each role.
    pub request: Request,
    /// What the words may not mean, in sentences.
    pub notes: Vec<String>,
}

/// Why nobody can tell what is asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unclear {
    /// A path with a name.
    #[error("a path has no name: leave out `{0}`")]
    NameOfPath(String),
    /// A word that is empty.
    #[error("{0} is empty: ask as in `who-can get pods`")]
    Empty(&'static str),
}

/// Verbs that requests have, those on paths included.
const VERBS: [&str; 15] = [
    "create",
    "delete",
    "deletecollection",
    "get",
    "head",
    "list",
    "options",
    "patch",
    "post",
    "put",
    "update",
    "watch",
    "*",
    "proxy",
    "impersonate",
];

/// Verbs that something else than a request is asked with, and the resources for which it is.
const SPECIAL: [(&str, &str, &[&str]); 8] = [
    ("bind", "rbac.authorization.k8s.io", &["roles", "clusterroles"]),
    ("escalate", "rbac.authorization.k8s.io", &["roles", "clusterroles"]),
    ("approve", "certificates.k8s.io", &["signers"]),
    ("attest", "certificates.k8s.io", &["signers"]),
    ("sign", "certificates.k8s.io", &["signers"]),
    ("use", "policy", &["podsecuritypolicies"]),
    ("use", "security.openshift.io", &["securitycontextconstraints"]),
    ("impersonate", "", &["users", "groups", "serviceaccounts"]),
];

impl Question {
    /// Understands what is asked: a resource as `deploy`, `deployments.apps/scale` or `Deployment`, or a path such as
    /// `/healthz`; the name of an object and its namespace, empty where none is asked for.
    pub fn new(
        verb: &str,
        what: &str,
        name: &str,
        namespace: &str,
        served: &Served,
    ) -> Result<Self, Unclear> {
        if verb.is_empty() {
            return Err(Unclear::Empty("the verb"));
        }
        let lower = verb.to_ascii_lowercase();
        let mut notes = Vec::new();
        if lower != verb {
            notes.push(format!("verbs are in lower case: `{lower}` is asked for"));
        }
        if what.starts_with('/') {
            if !name.is_empty() {
                return Err(Unclear::NameOfPath(name.to_owned()));
            }
            if !namespace.is_empty() {
                notes.push(
                    "paths are in no namespace, so that only ClusterRoleBindings grant them"
                        .to_owned(),
                );
            }
            let request = Request::Url { verb: lower, path: what.to_owned() };
            return Ok(Self { request, notes });
        }
        let (resource, subresource) = what.split_once('/').unwrap_or((what, ""));
        if resource.is_empty() {
            return Err(Unclear::Empty("the resource"));
        }
        let found = Found::of(resource, &lower, served, &mut notes);
        note_verb(&lower, &found, &mut notes);
        note_subresource(&found, subresource, &mut notes);
        note_name(&lower, subresource, name, &mut notes);
        let scope = found.scope(name, namespace, &mut notes);
        let request = Request::Resource(ResourceRequest {
            verb: lower,
            group: found.group,
            resource: found.resource,
            subresource: subresource.to_owned(),
            name: name.to_owned(),
            scope,
        });
        Ok(Self { request, notes })
    }
}

/// What a word for a resource means.
struct Found {
    group: String,
    resource: String,
    /// Whether it is in namespaces; none where nobody knows.
    is_namespaced: Option<bool>,
    is_own: bool,
}

impl Found {
    fn of(word: &str, verb: &str, served: &Served, notes: &mut Vec<String>) -> Self {
        if word == "*" || word == "*.*" {
            let all = "*".to_owned();
            return Self { group: all.clone(), resource: all, is_namespaced: None, is_own: false };
        }
        let (name, group) = match word.split_once('.') {
            Some((name, group)) => (name, Some(without_version(group))),
            None => (word, None),
        };
        let lower = name.to_ascii_lowercase();
        let special = SPECIAL.iter().find(|(of, in_group, resources)| {
            let is_of_verb = *of == verb || verb.starts_with("impersonate") && *of == "impersonate";
            is_of_verb && group.is_none_or(|it| it == *in_group) && resources.contains(&&*lower)
        });
        if let Some((_, group, resources)) = special {
            let resource = resources.iter().find(|it| **it == lower).unwrap_or(&"");
            return Self::own(group, resource);
        }
        if matches!(&*lower, "userextras" | "uids") && group.is_none() {
            return Self::own("authentication.k8s.io", &lower);
        }
        // What authorizers are asked for, and nobody serves.
        if resources::is_virtual(group.unwrap_or(""), &lower) {
            return Self::own(group.unwrap_or(""), &lower);
        }
        let own = match group {
            None => resources::meant(name),
            Some(group) => resources::all().find(|(of, resource)| {
                *of == group
                    && (*resource == lower
                        || resources::meant(name).is_some_and(|it| it.1 == *resource))
            }),
        };
        if let Some((group, resource)) = own {
            return Self::own(group, resource);
        }
        if let Some(custom) = served.find(name, group) {
            return Self {
                group: custom.group.clone(),
                resource: custom.plural.clone(),
                is_namespaced: Some(custom.is_namespaced),
                is_own: false,
            };
        }
        let asked = group.unwrap_or("");
        if asked != "*" && name != "*" {
            let more =
                if group.is_none() { "; name its group, as in widgets.example.com" } else { "" };
            let what = resource_name(asked, &lower);
            notes.push(match resources::existence(asked, &lower) {
                Existence::Foreign => format!(
                    "whether a cluster has `{what}` cannot be told: no CustomResourceDefinition of it was read"
                ),
                _ => format!("Kubernetes has no `{what}`, and no CustomResourceDefinition of it was read{more}"),
            });
        }
        Self { group: asked.to_owned(), resource: lower, is_namespaced: None, is_own: false }
    }

    fn own(group: &str, resource: &str) -> Self {
        let is_namespaced =
            Some(!resources::is_cluster_wide(group, resource) && resource != "signers");
        Self { group: group.to_owned(), resource: resource.to_owned(), is_namespaced, is_own: true }
    }

    fn scope(&self, name: &str, namespace: &str, notes: &mut Vec<String>) -> Scope {
        // A request for one namespace is one in it; one for all of them is in none.
        if self.is_own && self.group.is_empty() && self.resource == "namespaces" {
            return match (name, namespace) {
                ("", "") => Scope::Cluster,
                ("", namespace) | (namespace, _) => Scope::Namespace(namespace.to_owned()),
            };
        }
        if self.is_namespaced == Some(false) {
            if !namespace.is_empty() {
                notes.push(format!(
                    "{} are in no namespace, so that only ClusterRoleBindings grant them",
                    resource_name(&self.group, &self.resource)
                ));
            }
            return Scope::Cluster;
        }
        match namespace {
            "" => Scope::Anywhere,
            namespace => Scope::Namespace(namespace.to_owned()),
        }
    }
}

/// A group without the version that kubectl lets stand before it: `deployments.v1.apps`.
fn without_version(group: &str) -> &str {
    let is_version = |it: &str| {
        it.strip_prefix('v').is_some_and(|it| {
            it.starts_with(|c: char| c.is_ascii_digit())
                && it.chars().all(|c| c.is_ascii_digit() || "alphbet".contains(c))
        })
    };
    match group.split_once('.') {
        Some((version, rest)) if is_version(version) => rest,
        None if is_version(group) => "",
        _ => group,
    }
}

fn note_verb(verb: &str, found: &Found, notes: &mut Vec<String>) {
    let is_of_others = SPECIAL.iter().any(|(it, ..)| *it == verb);
    let is_special = SPECIAL.iter().any(|(it, group, resources)| {
        *it == verb && *group == found.group && resources.contains(&found.resource.as_str())
    });
    if is_special
        || verb.starts_with("impersonate:")
        || verb.starts_with("impersonate-on:")
        || found.resource == "*"
    {
        return;
    }
    if is_of_others && verb != "impersonate" {
        let of: Vec<_> = SPECIAL.iter().filter(|(it, ..)| *it == verb).collect();
        let of: Vec<_> = of
            .iter()
            .flat_map(|(_, group, resources)| resources.iter().map(|it| resource_name(group, it)))
            .collect();
        notes.push(format!(
            "nothing asks for `{verb}` of {}, but of {}",
            found.resource,
            of.join(", ")
        ));
    } else if !VERBS.contains(&verb) && (found.is_own || !found.group.contains('.')) {
        notes.push(format!("nothing asks for the verb `{verb}` of {}", found.resource));
    }
}

fn note_subresource(found: &Found, subresource: &str, notes: &mut Vec<String>) {
    let is_known = || resources::subresources(&found.resource).any(|it| it == subresource);
    // Any key may stand there.
    let is_open = found.resource == "userextras" || subresource == "*" || subresource.is_empty();
    if found.is_own && !is_open && !is_known() {
        notes.push(format!("{} have no subresource `{subresource}`", found.resource));
    }
}

fn note_name(verb: &str, subresource: &str, name: &str, notes: &mut Vec<String>) {
    if name.is_empty() {
        return;
    }
    if verb == "create" && subresource.is_empty() {
        notes.push(
            "a request to create something names nothing, so that a rule with resourceNames never grants it".to_owned(),
        );
    } else if verb == "deletecollection" {
        notes.push(
            "a request to delete a collection names nothing, whatever resourceNames say".to_owned(),
        );
    } else if matches!(verb, "list" | "watch") {
        let verb = if verb == "list" { "lists" } else { "watches" };
        notes.push(format!(
            "only who {verb} with --field-selector metadata.name={name} names an object; all at once is another question"
        ));
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.request {
            Request::Url { verb, path } => write!(f, "{verb} {path}"),
            Request::Resource(it) => {
                let group = if it.group == "*" && it.resource == "*" { "" } else { &it.group };
                write!(f, "{} {}", it.verb, resource_name(group, &it.path()))?;
                if !it.name.is_empty() {
                    write!(f, " {}", it.name)?;
                }
                match &it.scope {
                    Scope::Anywhere | Scope::Cluster => Ok(()),
                    Scope::Namespace(name) => write!(f, " in namespace {name}"),
                }
            }
        }
    }
}
