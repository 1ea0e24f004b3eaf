//! Rights, one by one, and whether a rule covers one, as `k8s.io/component-helpers/auth/rbac/validation` has it.

use std::fmt;

use super::matching::url_covers;
use super::{Request, Rule};

/// The smallest part of a rule: one verb on one resource of one group, or on one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Right<'a> {
    /// The verb; `*` for all.
    pub verb: &'a str,
    /// On what.
    pub on: On<'a>,
}

/// What a right is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum On<'a> {
    /// Objects.
    Resource {
        /// Their API group; empty for the core group, `*` for all.
        group: &'a str,
        /// Their resource, as `pods`, `pods/exec`, `*/scale` or `*`.
        resource: &'a str,
        /// The name of the only object; none for all.
        name: Option<&'a str>,
    },
    /// A path that is no object; one that ends in `*` stands for all that begin so.
    Url(&'a str),
}

impl<'a> Rule<'a> {
    /// The rights that it is made of, as BreakdownRule has it.
    pub fn rights(self) -> impl Iterator<Item = Right<'a>> {
        let on_resources = self.groups().flat_map(move |group| {
            self.resources().flat_map(move |resource| {
                let names = self.names().map(Some);
                let all = (self.names().next().is_none()).then_some(None);
                names.chain(all).map(move |name| On::Resource { group, resource, name })
            })
        });
        let on = on_resources.chain(self.urls().map(On::Url));
        on.flat_map(move |on| self.verbs().map(move |verb| Right { verb, on }))
    }

    /// Whether it allows all that a right allows, as ruleCovers has it.
    pub fn covers(self, right: &Right<'_>) -> bool {
        let has = |verb: &str| self.verbs().any(|it| it == verb);
        if !has("*") && !has(right.verb) {
            return false;
        }
        let mut names = self.names();
        match right.on {
            On::Url(path) => {
                let covers = |own: &str| {
                    own == path || own.ends_with('*') && path.starts_with(own.trim_end_matches('*'))
                };
                names.next().is_none() && self.urls().any(covers)
            }
            On::Resource { group, resource, name } => {
                self.groups().any(|it| it == "*" || it == group)
                    && self.resources().any(|it| covers_resource(it, resource))
                    && (self.names().next().is_none()
                        || name.is_some_and(|name| names.any(|it| it == name)))
            }
        }
    }
}

impl Right<'_> {
    /// Whether it allows a request by itself, wherever it is bound.
    pub fn allows(&self, request: &Request) -> bool {
        if self.verb != "*" && self.verb != request.verb() {
            return false;
        }
        match (self.on, request) {
            (On::Url(own), Request::Url { path, .. }) => url_covers(own, path),
            (On::Resource { group, resource, name }, Request::Resource(it)) => {
                (group == "*" || group == it.group)
                    && covers_resource(resource, &it.path())
                    && name.is_none_or(|name| name == it.name)
            }
            _ => false,
        }
    }
}

fn covers_resource(own: &str, resource: &str) -> bool {
    let subresource = resource.split_once('/').map(|(_, it)| it);
    own == "*" || own == resource || subresource.is_some() && own.strip_prefix("*/") == subresource
}

impl fmt::Display for Right<'_> {
    /// `get pods/log`, `update deployments.apps web`, `get /healthz`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb, self.on)
    }
}

impl fmt::Display for On<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(path) => f.write_str(path),
            Self::Resource { group, resource, name } => {
                f.write_str(resource_name(group, resource).as_str())?;
                name.map_or(Ok(()), |it| write!(f, " {it}"))
            }
        }
    }
}

/// A resource with its group, as kubectl names it: `deployments.apps/scale`.
pub fn resource_name(group: &str, resource: &str) -> String {
    match (group, resource.split_once('/')) {
        ("", _) => resource.to_owned(),
        (group, Some((resource, subresource))) => format!("{resource}.{group}/{subresource}"),
        (group, None) => format!("{resource}.{group}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::authorization::ResourceRequest;

    #[test]
    fn a_right_allows_what_a_rule_of_it_alone_would() {
        let request = |verb: &str, group: &str, resource: &str, subresource: &str, name: &str| {
            Request::Resource(ResourceRequest {
                verb: verb.to_owned(),
                group: group.to_owned(),
                resource: resource.to_owned(),
                subresource: subresource.to_owned(),
                name: name.to_owned(),
                ..ResourceRequest::default()
            })
        };
        let right = |verb, group, resource, name| Right {
            verb,
            on: On::Resource { group, resource, name },
        };
        let scale = request("get", "apps", "deployments", "scale", "web");
        assert!(right("get", "apps", "deployments/scale", None).allows(&scale));
        assert!(right("*", "*", "*/scale", Some("web")).allows(&scale));
        assert!(right("get", "*", "*", None).allows(&scale));
        assert!(!right("get", "apps", "deployments", None).allows(&scale));
        assert!(!right("get", "", "deployments/scale", None).allows(&scale));
        assert!(!right("get", "apps", "deployments/scale", Some("db")).allows(&scale));
        assert!(!right("update", "apps", "deployments/scale", None).allows(&scale));
        let url = |path: &str| Request::Url { verb: "get".to_owned(), path: path.to_owned() };
        assert!(Right { verb: "get", on: On::Url("/healthz*") }.allows(&url("/healthz/etcd")));
        assert!(!Right { verb: "get", on: On::Url("/healthz") }.allows(&url("/healthz/etcd")));
        assert!(!right("get", "*", "*", None).allows(&url("/healthz")));
    }
}
