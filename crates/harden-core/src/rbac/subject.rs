//! Somebody whom a binding gives its role.

use std::fmt;

use harden_yaml::Place;

/// Somebody whom a binding gives its role. Its words are kind and name, as in `ServiceAccount
/// team-a/web`.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'d> {
    /// Its entry in the list.
    pub place: Place<'d>,
    /// Its kind: User, Group or ServiceAccount.
    pub kind: &'d str,
    /// The namespace of a ServiceAccount; empty for others, and where neither the subject nor the
    /// binding says it.
    pub namespace: &'d str,
    /// Its name.
    pub name: &'d str,
}

impl<'d> Subject<'d> {
    /// Upstream takes the namespace of the binding where a ServiceAccount has none written.
    pub(super) fn read(place: Place<'d>, namespace: &'d str) -> Self {
        let text = |key| place.at(key).as_str().unwrap_or("");
        let kind = text("kind");
        let namespace = match text("namespace") {
            _ if kind != "ServiceAccount" => "",
            "" => namespace,
            own => own,
        };
        Self { place, kind, namespace, name: text("name") }
    }

    /// Whether it is a ServiceAccount, or a group of them.
    pub fn is_workload(&self) -> bool {
        match self.kind {
            "ServiceAccount" => true,
            "Group" => self.service_account_group().is_some(),
            _ => self.name.starts_with("system:serviceaccount:"),
        }
    }

    /// Namespace and name of the ServiceAccount that it is, also where it is written as a user.
    pub fn service_account(&self) -> Option<(&'d str, &'d str)> {
        match self.kind {
            "ServiceAccount" => Some((self.namespace, self.name)),
            "User" => self.name.strip_prefix("system:serviceaccount:")?.split_once(':'),
            _ => None,
        }
    }

    /// The namespace whose ServiceAccounts are in this group; empty when all namespaces' are.
    pub fn service_account_group(&self) -> Option<&'d str> {
        let rest = self.name.strip_prefix("system:serviceaccounts")?;
        let namespace = if rest.is_empty() { Some("") } else { rest.strip_prefix(':') };
        namespace.filter(|_| self.kind == "Group")
    }

    /// Whether it is everyone who can log in.
    pub fn is_everyone(&self) -> bool {
        self.kind == "Group" && self.name == "system:authenticated"
    }

    /// Whether it is those who do not log in.
    pub fn is_anonymous(&self) -> bool {
        matches!(
            (self.kind, self.name),
            ("Group", "system:unauthenticated") | ("User", "system:anonymous")
        )
    }

    /// The kind that its name has, where a user or group has a name of the API server itself.
    pub fn kind_of_name(&self) -> Option<&'static str> {
        if !matches!(self.kind, "User" | "Group") {
            return None;
        }
        kind_of_name(self.name)
    }
}

/// What the API server itself gives a name to: `Group` or `User`; none for other names.
pub fn kind_of_name(name: &str) -> Option<&'static str> {
    match name {
        "system:authenticated"
        | "system:unauthenticated"
        | "system:masters"
        | "system:nodes"
        | "system:serviceaccounts" => Some("Group"),
        "system:anonymous" => Some("User"),
        name if name.starts_with("system:serviceaccounts:") => Some("Group"),
        name if name.starts_with("system:serviceaccount:") => Some("User"),
        name if name.starts_with("system:node:") => Some("User"),
        _ => None,
    }
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.namespace {
            "" => write!(f, "{} {}", self.kind, self.name),
            namespace => write!(f, "{} {namespace}/{}", self.kind, self.name),
        }
    }
}
