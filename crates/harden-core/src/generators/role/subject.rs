//! Who gets the role.

use std::str::FromStr;

use super::Options;
use crate::generators::OptionError;
use crate::generators::namespace::Bound;
use crate::kubernetes::{NamespaceName, is_subdomain};

/// A ServiceAccount: `NAMESPACE/NAME`, or `NAMESPACE:NAME` as kubectl has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its namespace.
    pub namespace: NamespaceName,
    /// Its name.
    pub name: String,
}

/// Why a text is no ServiceAccount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be NAMESPACE/NAME of a ServiceAccount, such as team-a/deployer")]
pub struct InvalidAccount;

impl FromStr for Account {
    type Err = InvalidAccount;

    fn from_str(text: &str) -> Result<Self, InvalidAccount> {
        let (namespace, name) = text.split_once(['/', ':']).ok_or(InvalidAccount)?;
        let namespace = namespace.parse().map_err(|_| InvalidAccount)?;
        if !is_subdomain(name) {
            return Err(InvalidAccount);
        }
        Ok(Self { namespace, name: name.to_owned() })
    }
}

/// Who gets the role; none where nobody is named.
pub(super) fn of(options: &Options) -> Result<Option<Bound>, OptionError> {
    let name = |option, name: &str| {
        let is_name = !name.is_empty() && name.trim() == name && !name.contains(char::is_control);
        if is_name {
            return Ok(name.to_owned());
        }
        let rule = "must be a name without blanks around it";
        Err(OptionError::new(option, format!("{name:?}"), rule))
    };
    let who = match (&options.user, &options.group, &options.serviceaccount) {
        (None, None, None) => return Ok(None),
        (Some(user), None, None) => match user.strip_prefix("system:serviceaccount:") {
            Some(account) => {
                let account: Account = account.parse().map_err(|it: InvalidAccount| {
                    OptionError::new("--user", user, it.to_string())
                })?;
                account.into()
            }
            None => Bound::User(name("--user", user)?),
        },
        (None, Some(group), None) => Bound::Group(name("--group", group)?),
        (None, None, Some(account)) => account.clone().into(),
        _ => {
            let rule = "a role is for one: name a user, a group or a ServiceAccount";
            return Err(OptionError::new("--user", "", rule));
        }
    };
    if who.is_everyone() {
        let (option, value) = match &who {
            Bound::Group(name) => ("--group", name),
            Bound::User(name) => ("--user", name),
            Bound::ServiceAccount { name, .. } => ("--serviceaccount", name),
        };
        let rule =
            "Kubernetes puts people and components into this by itself; name one of your own";
        return Err(OptionError::new(option, value, rule));
    }
    Ok(Some(who))
}

impl From<Account> for Bound {
    fn from(account: Account) -> Self {
        Self::ServiceAccount { namespace: account.namespace, name: account.name }
    }
}

/// As people name somebody.
pub(super) fn words(who: &Bound) -> String {
    match who {
        Bound::User(name) => format!("user {name}"),
        Bound::Group(name) => format!("group {name}"),
        Bound::ServiceAccount { namespace, name } => format!("ServiceAccount {namespace}/{name}"),
    }
}

/// The name of a role for somebody, when nobody says another: what the API takes of their own name.
pub(super) fn role_name(who: &Bound) -> String {
    let text = match who {
        Bound::User(name) | Bound::Group(name) => name.clone(),
        Bound::ServiceAccount { namespace, name } => format!("{namespace}-{name}"),
    };
    let word = |it: char| {
        if it.is_ascii_alphanumeric() || it == '.' { it.to_ascii_lowercase() } else { '-' }
    };
    let name: String = text.chars().map(word).take(200).collect();
    let parts: Vec<&str> = name.split(['-', '.']).filter(|it| !it.is_empty()).collect();
    let ends = |it: char| it == '-' || it == '.';
    let name = name.trim_matches(ends);
    match parts.as_slice() {
        [] => "used".to_owned(),
        _ if is_subdomain(name) => name.to_owned(),
        parts => parts.join("-"),
    }
}
