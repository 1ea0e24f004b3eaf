//! Requests that somebody asks about.

use crate::configuration::audit::{Event, User};
use crate::configuration::resources;

/// A request, as a user describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Who sends it; empty when the server cannot tell, as after a bad token.
    pub user: String,
    /// The groups of the user; those that the server adds need not be named.
    pub groups: Vec<String>,
    /// The verb.
    pub verb: String,
    /// The resource: `pods`, `pods/exec`, `deployments.apps` or `deployments.apps/scale`.
    pub resource: String,
    /// The group of the resource; none to take the one that Kubernetes has it in.
    pub group: Option<String>,
    /// The namespace; empty for none.
    pub namespace: String,
    /// The name of the object in the URL; empty for none.
    pub name: String,
    /// The path, when it is about no resource.
    pub path: String,
}

/// Why no server sees such a request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// The verb is none of resources.
    #[error(
        "verb `{0}`: requests about resources have one of get, list, watch, create, update, patch, delete, deletecollection"
    )]
    Verb(String),
    /// The verb is no HTTP method.
    #[error("verb `{0}`: requests to paths have an HTTP method in lower case, such as get or post")]
    Method(String),
    /// The path is none.
    #[error("path `{0}`: must begin with /")]
    Path(String),
    /// Neither a resource nor a path.
    #[error("it is about nothing: name a resource or a path")]
    Nothing,
    /// The resource has no name.
    #[error(
        "resource `{0}`: must be RESOURCE[.GROUP][/SUBRESOURCE], such as deployments.apps/scale"
    )]
    Resource(String),
    /// Kubernetes has no such resource.
    #[error("resource `{0}`: there is none of this name{1}")]
    Unknown(String, String),
    /// The group was named twice.
    #[error("resource `{0}` names a group already")]
    TwoGroups(String),
}

const RESOURCE_VERBS: [&str; 8] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const METHODS: [&str; 7] = ["get", "head", "post", "put", "patch", "delete", "options"];

impl Request {
    /// Adds what the server adds: groups that every user is in, the group that Kubernetes has a
    /// resource in, and the namespace that a Namespace is in.
    pub fn complete(mut self) -> Result<Self, InvalidRequest> {
        self.add_groups();
        if self.resource.is_empty() {
            return self.check_path();
        }
        if !RESOURCE_VERBS.contains(&self.verb.as_str()) {
            return Err(InvalidRequest::Verb(self.verb));
        }
        let (whole, subresource) = match self.resource.split_once('/') {
            Some((whole, subresource)) => (whole, Some(subresource)),
            None => (self.resource.as_str(), None),
        };
        let (resource, group) = match whole.split_once('.') {
            Some((resource, group)) => (resource, Some(group)),
            None => (whole, None),
        };
        let is_empty = resource.is_empty() || subresource == Some("") || group == Some("");
        if is_empty || subresource.is_some_and(|it| it.contains('/')) {
            return Err(InvalidRequest::Resource(self.resource));
        }
        let group = match (group, self.group.take()) {
            (Some(_), Some(_)) => return Err(InvalidRequest::TwoGroups(self.resource)),
            (Some(group), None) => group.to_owned(),
            (None, Some(group)) => group,
            (None, None) => built_in_group(resource).to_owned(),
        };
        if resources::existence(&group, resource) == resources::Existence::Unknown {
            return Err(unknown(resource, &group));
        }
        if group.is_empty() && resource == "namespaces" && self.namespace.is_empty() {
            self.namespace.clone_from(&self.name);
        }
        self.resource = match subresource {
            Some(subresource) => format!("{resource}/{subresource}"),
            None => resource.to_owned(),
        };
        self.group = Some(group);
        Ok(self)
    }

    /// The request as the server sees it, once it is complete.
    pub fn event(&self) -> Event<'_> {
        let groups = self.groups.iter().map(String::as_str).collect();
        let (resource, subresource) = self.resource.split_once('/').unwrap_or((&self.resource, ""));
        Event {
            user: (!self.user.is_empty()).then_some(User { name: &self.user, groups }),
            verb: &self.verb,
            namespace: &self.namespace,
            group: self.group.as_deref().unwrap_or_default(),
            resource,
            subresource,
            name: &self.name,
            path: &self.path,
            is_resource_request: !self.resource.is_empty(),
        }
    }

    fn check_path(self) -> Result<Self, InvalidRequest> {
        if self.path.is_empty() {
            Err(InvalidRequest::Nothing)
        } else if !self.path.starts_with('/') {
            Err(InvalidRequest::Path(self.path))
        } else if !METHODS.contains(&self.verb.as_str()) {
            Err(InvalidRequest::Method(self.verb))
        } else {
            Ok(self)
        }
    }

    fn add_groups(&mut self) {
        let mut own = Vec::new();
        match self.user.as_str() {
            "" => return,
            "system:anonymous" => own.push("system:unauthenticated".to_owned()),
            _ => own.push("system:authenticated".to_owned()),
        }
        if let Some((namespace, _)) =
            self.user.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':'))
        {
            own.push("system:serviceaccounts".to_owned());
            own.push(format!("system:serviceaccounts:{namespace}"));
        }
        own.retain(|it| !self.groups.contains(it));
        self.groups.extend(own);
    }
}

/// The group that Kubernetes has a resource in; the core group for what it has not.
fn built_in_group(resource: &str) -> &'static str {
    match resources::meant(resource) {
        Some((group, name)) if name == resource => group,
        _ => "",
    }
}

fn unknown(resource: &str, group: &str) -> InvalidRequest {
    let name = if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") };
    let hint = match resources::meant(resource) {
        Some(("", plural)) => format!(", did you mean `{plural}`?"),
        Some((group, plural)) => format!(", did you mean `{plural}.{group}`?"),
        None => {
            "; custom resources are named with their group, such as widgets.example.com".to_owned()
        }
    };
    InvalidRequest::Unknown(name, hint)
}
