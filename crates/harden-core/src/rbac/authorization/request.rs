//! What is asked for, and who asks.

/// What somebody wants to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Something with objects.
    Resource(ResourceRequest),
    /// Something with a path of the API server that is no object, such as `/healthz`.
    Url {
        /// The verb, in lower case: `get`.
        verb: String,
        /// The path.
        path: String,
    },
}

/// Something that is done with objects. `*` as verb, group or resource asks for all that there are: only a rule
/// with `*` grants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceRequest {
    /// The verb, such as `get` or `escalate`.
    pub verb: String,
    /// The API group; empty for the core group.
    pub group: String,
    /// The resource, as `pods`.
    pub resource: String,
    /// The subresource, as `exec`; empty for none.
    pub subresource: String,
    /// The name of the object; empty where the request names none, and for all of them.
    pub name: String,
    /// Where it is.
    pub scope: Scope,
}

/// Where objects are that a request is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Scope {
    /// In any namespace, or in none: what a binding of any namespace grants counts.
    #[default]
    Anywhere,
    /// Outside of namespaces, or in all of them at once.
    Cluster,
    /// In this namespace.
    Namespace(String),
}

impl Request {
    /// Its verb.
    pub fn verb(&self) -> &str {
        match self {
            Self::Resource(it) => &it.verb,
            Self::Url { verb, .. } => verb,
        }
    }
}

impl ResourceRequest {
    /// Resource and subresource, as rules name them: `pods/exec`.
    pub fn path(&self) -> String {
        match self.subresource.as_str() {
            "" => self.resource.clone(),
            subresource => format!("{}/{subresource}", self.resource),
        }
    }
}

/// Who asks: a name, and the groups that the API server was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct User {
    /// The name; `system:serviceaccount:team:web` for a ServiceAccount, empty for whoever is in the groups.
    pub name: String,
    /// All of the groups, those that the API server adds included.
    pub groups: Vec<String>,
}

/// The group that the API server lets do everything, before it asks anybody.
pub const MASTERS: &str = "system:masters";

pub(super) const ACCOUNT: &str = "system:serviceaccount:";

impl User {
    /// A user of this name with the groups that follow from it.
    pub fn named(name: impl Into<String>) -> Self {
        let name = name.into();
        let mut groups = Vec::new();
        if let Some((namespace, _)) = name.strip_prefix(ACCOUNT).and_then(|it| it.split_once(':')) {
            groups.push("system:serviceaccounts".to_owned());
            groups.push(format!("system:serviceaccounts:{namespace}"));
        }
        let is_anonymous = name == "system:anonymous";
        let all = if is_anonymous { "system:unauthenticated" } else { "system:authenticated" };
        groups.push(all.to_owned());
        Self { name, groups }
    }

    /// A ServiceAccount, with the groups of every one.
    pub fn account(namespace: &str, name: &str) -> Self {
        Self::named(format!("{ACCOUNT}{namespace}:{name}"))
    }

    /// Somebody in a group, whose name is not known, with the groups that follow from it.
    pub fn member(group: impl Into<String>) -> Self {
        let group = group.into();
        let mut implied = Vec::new();
        if group.starts_with("system:serviceaccounts:") {
            implied.push("system:serviceaccounts".to_owned());
        }
        if group != "system:unauthenticated" {
            implied.push("system:authenticated".to_owned());
        }
        Self { name: String::new(), groups: vec![group] }.with_groups(implied)
    }

    /// The same with other groups beside.
    #[must_use]
    pub fn with_groups(mut self, groups: impl IntoIterator<Item = String>) -> Self {
        for group in groups {
            if !self.groups.contains(&group) {
                self.groups.push(group);
            }
        }
        self
    }

    /// Whether RBAC is not asked, because the API server lets the group do everything.
    pub fn is_master(&self) -> bool {
        self.groups.iter().any(|it| it == MASTERS)
    }
}
