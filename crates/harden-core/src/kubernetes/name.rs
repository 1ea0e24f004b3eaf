//! Object names, by the rules of RFC 1123 that the API server enforces.

use std::fmt;
use std::str::FromStr;

/// The name of a namespace: an RFC 1123 label of at most 63 characters.
///
/// See <https://kubernetes.io/docs/concepts/overview/working-with-objects/names/>.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NamespaceName(String);

impl NamespaceName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether Kubernetes reserves the name for itself (`kube-` prefix).
    pub fn is_reserved(&self) -> bool {
        self.0.starts_with("kube-")
    }
}

/// Why a text is no namespace name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a namespace name has at most 63 lower-case letters, digits and '-', and begins and ends with a \
     letter or digit (RFC 1123 label)"
)]
pub struct InvalidName;

impl FromStr for NamespaceName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        if is_label_name(text) { Ok(Self(text.to_owned())) } else { Err(InvalidName) }
    }
}

impl fmt::Display for NamespaceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of most objects: an RFC 1123 subdomain of at most 253 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectName(String);

impl ObjectName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no name of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a name has at most 253 lower-case letters, digits, '-' and '.', and begins and ends with a \
     letter or digit (RFC 1123 subdomain)"
)]
pub struct InvalidObjectName;

impl FromStr for ObjectName {
    type Err = InvalidObjectName;

    fn from_str(text: &str) -> Result<Self, InvalidObjectName> {
        if is_subdomain(text) { Ok(Self(text.to_owned())) } else { Err(InvalidObjectName) }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether `text` is an RFC 1123 label: what namespaces, Services and containers are named by.
pub fn is_label_name(text: &str) -> bool {
    text.len() <= 63 && is_dashed_word(text)
}

/// Whether `text` is an RFC 1123 subdomain: what most objects are named by.
pub fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_dashed_word)
}

fn is_dashed_word(text: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.iter().all(|byte| alphanumeric(byte) || *byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_api_server() {
        for good in ["a", "team-a", "1st", "a--b", &"x".repeat(63)] {
            assert!(good.parse::<NamespaceName>().is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "Team", "a.b", "a_b", "ä", "a b", &"x".repeat(64)] {
            assert!(bad.parse::<NamespaceName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn subdomains_are_dotted_labels() {
        assert!(is_subdomain("external-secrets.io"));
        assert!(!is_subdomain("a..b"));
        assert!(!is_subdomain(&"a.".repeat(127)));
    }
}
