//! What a policy makes of a request.

use std::borrow::Cow;

use super::candidates::{Asked, Request};
use super::rule::takes;
use super::{AuditLevel, AuditPolicy, AuditRule, GroupResources, Stages};

/// A request as the API server sees it when it decides what to log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event<'e> {
    /// Who sends it; none when the server could not tell, as after a bad token.
    pub user: Option<User<'e>>,
    /// The verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or
    /// `deletecollection`; the HTTP method in lower case when it is about no resource.
    pub verb: &'e str,
    /// The namespace; empty when there is none.
    pub namespace: &'e str,
    /// The group of the resource; empty for the core group.
    pub group: &'e str,
    /// The resource.
    pub resource: &'e str,
    /// The subresource; empty when there is none.
    pub subresource: &'e str,
    /// The object's name in the URL; empty when there is none, as in a creation.
    pub name: &'e str,
    /// The path of the URL.
    pub path: &'e str,
    /// Whether it is about a resource.
    pub is_resource_request: bool,
}

/// Who sends a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User<'e> {
    /// The name.
    pub name: &'e str,
    /// The groups.
    pub groups: Vec<&'e str>,
}

/// What a policy makes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The rule that decided, by its place in the policy; none when no rule matched.
    pub rule: Option<usize>,
    /// How much is logged.
    pub level: AuditLevel,
    /// The stages that are not logged.
    pub omit_stages: Stages,
    /// Whether bodies are logged without `managedFields`.
    pub omit_managed_fields: bool,
}

/// What the policy makes of a request: the first rule that matches decides.
pub fn decide(policy: &AuditPolicy<'_>, event: &Event<'_>) -> Decision {
    let mut rules = policy.rules.iter().enumerate();
    match rules.find(|(_, rule)| rule.matches(event)) {
        Some((index, rule)) => Decision {
            rule: Some(index),
            level: rule.level,
            omit_stages: policy.omitted(rule),
            omit_managed_fields: rule.omit_managed_fields.unwrap_or(policy.omit_managed_fields),
        },
        None => Decision {
            rule: None,
            level: AuditLevel::None,
            omit_stages: policy.omit_stages,
            omit_managed_fields: policy.omit_managed_fields,
        },
    }
}

impl Event<'_> {
    /// What it asks for of rules.
    pub(super) fn request(&self) -> Request<'_> {
        let Self { user, verb, namespace, resource, subresource, .. } = self;
        let name = |it| Asked::Name(Cow::Borrowed(it));
        let group = match user.as_ref().map(|it| it.groups.as_slice()) {
            Some([group]) => name(group),
            Some(_) => Asked::Other,
            None => Asked::Every,
        };
        let user = user.as_ref().map_or(Asked::Every, |it| name(it.name));
        let (namespace, resource) = match (self.is_resource_request, *subresource) {
            (false, _) => (Asked::Other, Asked::Other),
            (true, "") => (name(namespace), name(resource)),
            (true, _) => {
                (name(namespace), Asked::Name(Cow::Owned(format!("{resource}/{subresource}"))))
            }
        };
        Request { user, group, verb: name(verb), namespace, resource }
    }
}

impl AuditRule<'_> {
    /// Whether a request matches all that the rule asks for.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.matches_user(event.user.as_ref())
            && takes(&self.verbs, event.verb)
            && if self.is_about_resources() {
                self.matches_resource(event)
            } else {
                self.non_resource_urls.is_empty() || self.matches_path(event)
            }
    }

    fn matches_user(&self, user: Option<&User<'_>>) -> bool {
        match user {
            Some(user) => {
                let groups = &self.user_groups;
                takes(&self.users, user.name)
                    && (groups.is_empty() || user.groups.iter().any(|it| takes(groups, it)))
            }
            None => self.users.is_empty() && self.user_groups.is_empty(),
        }
    }

    fn matches_path(&self, event: &Event<'_>) -> bool {
        let is_matched = |pattern: &str| {
            let prefix = pattern.ends_with('*').then(|| pattern.trim_end_matches('*'));
            pattern == event.path || prefix.is_some_and(|it| event.path.starts_with(it))
        };
        !event.is_resource_request && self.non_resource_urls.iter().any(|it| is_matched(it.text))
    }

    fn matches_resource(&self, event: &Event<'_>) -> bool {
        event.is_resource_request
            && takes(&self.namespaces, event.namespace)
            && (self.resources.is_empty() || self.resources.iter().any(|it| it.matches(event)))
    }
}

impl GroupResources<'_> {
    fn matches(&self, event: &Event<'_>) -> bool {
        let takes_any = self.resources.is_empty();
        (self.group == "*" || self.group == event.group)
            && (takes_any
                || takes(&self.names, event.name)
                    && self.resources.iter().any(|it| is_matched(it.text, event)))
    }
}

/// `pods/*` matches `pods` itself, too, and `pods` none of its subresources.
fn is_matched(pattern: &str, event: &Event<'_>) -> bool {
    let (resource, subresource) = (event.resource, event.subresource);
    let is_exact = if subresource.is_empty() {
        pattern == resource
    } else {
        let rest = pattern.strip_prefix(resource).and_then(|it| it.strip_prefix('/'));
        rest == Some(subresource)
    };
    let of_any = || !subresource.is_empty() && pattern.strip_prefix("*/") == Some(subresource);
    pattern == "*" || is_exact || of_any() || pattern.strip_suffix("/*") == Some(resource)
}
