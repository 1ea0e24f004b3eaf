//! Somebody to ask about: a user, a group or a ServiceAccount.

use std::fmt;
use std::str::FromStr;

use crate::rbac::authorization::User;
use crate::rbac::kind_of_name;

/// A user, a group or a ServiceAccount, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Somebody {
    /// A user, by the name that the API server was told.
    User(String),
    /// Everybody who is in a group.
    Group(String),
    /// A ServiceAccount, by namespace and name.
    Account(String, String),
}

impl Somebody {
    /// Who asks, with the groups that follow from the name.
    pub fn user(&self) -> User {
        match self {
            Self::User(name) => User::named(name.as_str()),
            Self::Group(name) => User::member(name.as_str()),
            Self::Account(namespace, name) => User::account(namespace, name),
        }
    }

    /// Who asks, without a group that does not say this name.
    pub fn alone(&self) -> User {
        match self {
            Self::Group(name) => User { name: String::new(), groups: vec![name.clone()] },
            _ => User { name: self.user().name, groups: Vec::new() },
        }
    }

    /// `User`, `Group` or `ServiceAccount`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "User",
            Self::Group(_) => "Group",
            Self::Account(..) => "ServiceAccount",
        }
    }

    /// The namespace of a ServiceAccount.
    pub fn namespace(&self) -> &str {
        if let Self::Account(namespace, _) = self { namespace } else { "" }
    }

    /// The name.
    pub fn name(&self) -> &str {
        let (Self::User(name) | Self::Group(name) | Self::Account(_, name)) = self;
        name
    }
}

impl FromStr for Somebody {
    type Err = String;

    /// Reads `alice`, `user:alice`, `group:dev`, `team/web`, `serviceaccount:team/web`, `sa:team/web` or
    /// `system:serviceaccount:team:web`.
    fn from_str(text: &str) -> Result<Self, String> {
        let account = |text: &str| {
            let (namespace, name) = text.split_once('/')?;
            let is_name = |it: &str| !it.is_empty() && !it.contains(['/', ':', '@']);
            (is_name(namespace) && is_name(name))
                .then(|| Self::Account(namespace.to_owned(), name.to_owned()))
        };
        let wrong =
            || format!("`{text}` is no ServiceAccount: name it as serviceaccount:team-a/web");
        let is_empty = |it: &str| it.is_empty();
        match text.split_once(':') {
            _ if is_empty(text) => {
                Err("must name somebody, as alice, group:dev or team-a/web".to_owned())
            }
            Some(("user", name)) if !is_empty(name) => Ok(Self::User(name.to_owned())),
            Some(("group", name)) if !is_empty(name) => Ok(Self::Group(name.to_owned())),
            Some(("serviceaccount" | "sa", name)) => account(name).ok_or_else(wrong),
            Some(("user" | "group", _)) => {
                Err("must name somebody, as user:alice or group:dev".to_owned())
            }
            Some(("system", rest)) => {
                if let Some((namespace, name)) =
                    rest.strip_prefix("serviceaccount:").and_then(|it| it.split_once(':'))
                {
                    return Ok(Self::Account(namespace.to_owned(), name.to_owned()));
                }
                let is_group = kind_of_name(text) == Some("Group");
                let text = text.to_owned();
                Ok(if is_group { Self::Group(text) } else { Self::User(text) })
            }
            _ => Ok(account(text).unwrap_or_else(|| Self::User(text.to_owned()))),
        }
    }
}

impl fmt::Display for Somebody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(namespace, name) => write!(f, "ServiceAccount {namespace}/{name}"),
            _ => write!(f, "{} {}", self.kind(), self.name()),
        }
    }
}
