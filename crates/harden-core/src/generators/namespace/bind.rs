//! ClusterRoles that are there already, bound in the namespace.

use std::str::FromStr;

use serde_json::{Value, json};

use super::{Options, Part};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::{Kind, NamespaceName, is_subdomain};

/// A ClusterRole, and who gets it: `ROLE=group:NAME`, `ROLE=user:NAME`, `ROLE=serviceaccount:NAMESPACE/NAME`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The name of the ClusterRole.
    pub role: String,
    /// Who gets it.
    pub subject: Bound,
}

/// Who gets a ClusterRole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bound {
    /// A group.
    Group(String),
    /// A user.
    User(String),
    /// A ServiceAccount, of whichever namespace.
    ServiceAccount {
        /// Its namespace.
        namespace: NamespaceName,
        /// Its name.
        name: String,
    },
}

/// Why a text is no binding.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidBinding {
    /// It has another form.
    #[error("must be ROLE=group:NAME, ROLE=user:NAME or ROLE=serviceaccount:NAMESPACE/NAME")]
    Syntax,
    /// The part before `=`.
    #[error(
        "`{0}` is no name of a ClusterRole: it must not be empty, '.' or '..', or have '/', '%' or blanks in it"
    )]
    Role(String),
    /// What comes after the kind.
    #[error("`{0}` is no name of {1}")]
    Subject(String, &'static str),
}

const KINDS: [&str; 3] = ["group", "user", "serviceaccount"];

impl FromStr for Binding {
    type Err = InvalidBinding;

    fn from_str(text: &str) -> Result<Self, InvalidBinding> {
        // A role may have `=` in its name.
        let found = KINDS.into_iter().find_map(|kind| {
            let (role, name) = text.split_once(&format!("={kind}:"))?;
            Some((role, kind, name))
        });
        let (role, kind, name) = found.ok_or(InvalidBinding::Syntax)?;
        let is_segment = |it: &str| {
            !matches!(it, "" | "." | "..")
                && !it.contains(|c: char| {
                    matches!(c, '/' | '%') || c.is_whitespace() || c.is_control()
                })
        };
        if !is_segment(role) {
            return Err(InvalidBinding::Role(role.to_owned()));
        }
        let wrong = |what| InvalidBinding::Subject(name.to_owned(), what);
        let is_name = !name.is_empty() && name.trim() == name && !name.contains(char::is_control);
        let subject = match kind {
            "serviceaccount" => {
                let what = "a ServiceAccount, which is NAMESPACE/NAME";
                let (namespace, name) = name.split_once('/').ok_or_else(|| wrong(what))?;
                if !is_subdomain(name) {
                    return Err(wrong(what));
                }
                let namespace = namespace.parse().map_err(|_| wrong(what))?;
                Bound::ServiceAccount { namespace, name: name.to_owned() }
            }
            "group" if is_name => Bound::Group(name.to_owned()),
            "user" if is_name => Bound::User(name.to_owned()),
            "group" => return Err(wrong("a group")),
            _ => return Err(wrong("a user")),
        };
        Ok(Self { role: role.to_owned(), subject })
    }
}

impl Bound {
    /// The same as an entry of a binding's `subjects`.
    pub(in crate::generators) fn to_value(&self) -> Value {
        const GROUP: &str = "rbac.authorization.k8s.io";
        match self {
            Self::Group(name) => json!({"apiGroup": GROUP, "kind": "Group", "name": name}),
            Self::User(name) => json!({"apiGroup": GROUP, "kind": "User", "name": name}),
            Self::ServiceAccount { namespace, name } => {
                json!({"kind": "ServiceAccount", "name": name, "namespace": namespace.as_str()})
            }
        }
    }

    /// Whether Kubernetes puts people and components into it by itself.
    pub(in crate::generators) fn is_everyone(&self) -> bool {
        match self {
            Self::Group(name) => {
                name.starts_with("system:") && !name.starts_with("system:serviceaccounts:")
            }
            Self::User(name) => name == "system:anonymous",
            Self::ServiceAccount { .. } => false,
        }
    }
}

/// Roles by which whoever has them takes the hardening of the namespace back, and how.
const UNDOING: [(&str, &str); 2] = [
    ("cluster-admin", "may do everything in the namespace, its policies, quota and roles included"),
    ("admin", "may change the roles and policies of the namespace and read its Secrets"),
];

/// Rejects what would undo the rest, or is for everybody.
pub(super) fn check(options: &Options) -> Result<(), OptionError> {
    const OPTION: &str = "--bind";
    if !options.makes(Part::Rbac) {
        return Ok(());
    }
    for it in &options.bind {
        if it.subject.is_everyone() {
            let rule = "Kubernetes puts people and components into this group by itself; name one of your own";
            return Err(OptionError::new(OPTION, &it.role, rule));
        }
        let undoing = UNDOING.iter().find(|(role, _)| *role == it.role);
        if let Some((_, what)) = undoing.filter(|_| !options.force) {
            let rule = format!(
                "whoever has it {what}; --admin-group is for those who run it, and --force goes ahead"
            );
            return Err(OptionError::new(OPTION, &it.role, rule));
        }
    }
    Ok(())
}

/// A RoleBinding for each role, in the order in which they were named.
pub(super) fn manifests(bindings: &[Binding], namespace: &str) -> Vec<Manifest> {
    let mut roles: Vec<(&str, Vec<Value>)> = Vec::new();
    for it in bindings {
        let subject = it.subject.to_value();
        match roles.iter_mut().find(|(role, _)| *role == it.role) {
            Some((_, subjects)) if subjects.contains(&subject) => {}
            Some((_, subjects)) => subjects.push(subject),
            None => roles.push((&it.role, vec![subject])),
        }
    }
    let mut manifests: Vec<Manifest> = Vec::new();
    for (index, (role, subjects)) in roles.into_iter().enumerate() {
        let mut name = name(role);
        if manifests.iter().any(|it| it.name == name) {
            name = format!("{name}-{}", index + 1);
        }
        manifests.push(Manifest::new(
            Kind::ROLE_BINDING,
            Some(namespace),
            &name,
            "These have a ClusterRole of the cluster here. What it lets them do is decided where it is defined,\n\
             and changes with it.",
            json!({
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
                "subjects": subjects,
            }),
        ));
    }
    manifests
}

/// What a binding of the role is called, as files and URLs take it.
fn name(role: &str) -> String {
    let part = |it: char| if it.is_ascii_alphanumeric() || it == '.' { it } else { '-' };
    format!("bind-{}", role.chars().map(part).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_roles_share_a_binding() {
        let bindings: Vec<_> = ["a:b=group:x", "a-b=group:x", "a:b=user:y", "a:b=group:x"]
            .map(|it| it.parse().expect(it))
            .into();
        let made = manifests(&bindings, "team-a");
        let names: Vec<_> = made.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["bind-a-b", "bind-a-b-2"]);
        let subjects = made.first().map(|it| it.object["subjects"].to_string()).unwrap_or_default();
        assert_eq!(subjects.matches("\"name\"").count(), 2, "{subjects}");
    }

    #[test]
    fn a_role_and_somebody_are_told_apart() {
        for (text, role) in [
            ("deployer=group:team-a", "deployer"),
            ("system:aggregate-to-view=user:ann@example.com", "system:aggregate-to-view"),
            ("a=b=user:x=y", "a=b"),
            ("deployer=serviceaccount:ci/runner", "deployer"),
        ] {
            assert_eq!(text.parse::<Binding>().map(|it| it.role).as_deref(), Ok(role), "{text}");
        }
        for text in [
            "",
            "deployer",
            "deployer=team-a",
            "=group:a",
            "a/b=group:c",
            "..=group:c",
            "a=group:",
            "a=user: b",
            "a=serviceaccount:ci",
            "a=serviceaccount:CI/x",
            "a=serviceaccount:ci/X",
        ] {
            assert!(text.parse::<Binding>().is_err(), "{text}");
        }
    }
}
