//! Resources whose bodies are to be logged.

use std::fmt;
use std::str::FromStr;

use crate::configuration::audit::Sensitive;
use crate::configuration::resources::{self, Existence};
use crate::kubernetes::is_subdomain;

/// A resource of a group, or all of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedResource {
    /// The group; empty for the core group.
    pub(super) group: String,
    /// The resource, with its subresource; none for all of the group.
    pub(super) resource: Option<String>,
}

/// Why a text is no resource whose bodies may be logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidResource {
    /// It is none.
    #[error("must be RESOURCE[.GROUP] in the plural, such as pods or deployments.apps, or *.GROUP")]
    Form,
    /// Its bodies are secrets.
    #[error("its bodies hold secrets, which must not get into the log")]
    Sensitive,
    /// Kubernetes has no such resource.
    #[error("there is no such resource{0}")]
    Unknown(String),
}

impl FromStr for LoggedResource {
    type Err = InvalidResource;

    fn from_str(text: &str) -> Result<Self, InvalidResource> {
        let (whole, subresource) = match text.split_once('/') {
            Some((whole, subresource)) => (whole, Some(subresource)),
            None => (text, None),
        };
        let (resource, group) = whole.split_once('.').unwrap_or((whole, ""));
        let is_word = |it: &str| {
            !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let is_form = (resource == "*" && !group.is_empty() || is_word(resource))
            && (group.is_empty() || is_subdomain(group))
            && subresource.is_none_or(is_word)
            && !(resource == "*" && subresource.is_some());
        if !is_form {
            return Err(InvalidResource::Form);
        }
        let full = subresource.map_or(resource.to_owned(), |it| format!("{resource}/{it}"));
        if resource == "*" {
            let is_known = group.contains('.') || resources::is_own_group(group);
            let unknown = || InvalidResource::Unknown(String::new());
            return if is_known {
                Ok(Self { group: group.to_owned(), resource: None })
            } else {
                Err(unknown())
            };
        }
        if Sensitive::ALL.iter().any(|it| it.resource() == full && it.group() == group) {
            return Err(InvalidResource::Sensitive);
        }
        if resources::existence(group, resource) == Existence::Unknown {
            let hint = match resources::meant(resource) {
                Some(("", plural)) => format!("; did you mean {plural}?"),
                Some((group, plural)) => format!("; did you mean {plural}.{group}?"),
                None => "; custom resources are named with their group".to_owned(),
            };
            return Err(InvalidResource::Unknown(hint));
        }
        Ok(Self { group: group.to_owned(), resource: Some(full) })
    }
}

impl fmt::Display for LoggedResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.resource.as_deref().unwrap_or("*"))?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_those_that_the_server_knows_and_that_hold_no_secrets() {
        for (text, expected) in [
            ("pods", None),
            ("deployments.apps", None),
            ("*.apps", None),
            ("widgets.example.com", None),
            ("*.example.com", None),
            ("deployments", Some("did you mean deployments.apps?")),
            ("Pod", Some("did you mean pods?")),
            ("*.core", Some("there is no such resource")),
            ("secrets", Some("hold secrets")),
            ("configmaps", Some("hold secrets")),
            ("tokenreviews.authentication.k8s.io", Some("hold secrets")),
            ("serviceaccounts/token", Some("hold secrets")),
            ("*", Some("must be RESOURCE")),
            ("pods/", Some("must be RESOURCE")),
            ("", Some("must be RESOURCE")),
        ] {
            let error = text.parse::<LoggedResource>().err().map(|it| it.to_string());
            match expected {
                None => assert_eq!(error, None, "{text}"),
                Some(words) => {
                    assert!(
                        error.as_ref().is_some_and(|it| it.contains(words)),
                        "{text}: {error:?}"
                    );
                }
            }
        }
    }
}
