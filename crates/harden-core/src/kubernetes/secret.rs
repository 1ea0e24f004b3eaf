//! Types of Secrets, and the names of their keys.

/// A type of Secret whose keys the API server insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypedSecret {
    /// The type without `kubernetes.io/`.
    pub short: &'static str,
    /// The type.
    pub name: &'static str,
    /// The keys.
    pub keys: &'static [&'static str],
    /// Whether one of them is enough.
    pub one_is_enough: bool,
}

impl TypedSecret {
    /// All of them but tokens, which Kubernetes makes itself.
    ///
    /// See `ValidateSecret` in `pkg/apis/core/validation/validation.go`.
    pub const ALL: [Self; 5] = [
        Self::new("tls", "kubernetes.io/tls", &["tls.crt", "tls.key"], false),
        Self::new(
            "dockerconfigjson",
            "kubernetes.io/dockerconfigjson",
            &[".dockerconfigjson"],
            false,
        ),
        Self::new("dockercfg", "kubernetes.io/dockercfg", &[".dockercfg"], false),
        Self::new("basic-auth", "kubernetes.io/basic-auth", &["username", "password"], true),
        Self::new("ssh-auth", "kubernetes.io/ssh-auth", &["ssh-privatekey"], false),
    ];

    const fn new(
        short: &'static str,
        name: &'static str,
        keys: &'static [&'static str],
        one_is_enough: bool,
    ) -> Self {
        Self { short, name, keys, one_is_enough }
    }

    /// What is known of a type, by its whole name.
    pub fn find(name: &str) -> Option<&'static Self> {
        const { &Self::ALL }.iter().find(|it| it.name == name)
    }

    /// What must be among the keys and is not, as in `tls.crt and tls.key`; `None` when they are enough.
    pub fn missing(&self, has: impl Fn(&str) -> bool) -> Option<String> {
        let is_sound = if self.one_is_enough {
            self.keys.iter().any(|it| has(it))
        } else {
            self.keys.iter().all(|it| has(it))
        };
        let word = if self.one_is_enough { " or " } else { " and " };
        (!is_sound).then(|| self.keys.join(word))
    }
}

/// Whether a Secret may have a key of this name.
pub fn is_secret_key(text: &str) -> bool {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(is_allowed)
        && text != "."
        && !text.starts_with("..")
}

/// Whether a Secret may be of this type: the API server takes any text, but people write such names.
pub(crate) fn is_secret_type(text: &str) -> bool {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.' | b'/');
    text.len() <= 316 && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_those_that_the_api_server_takes() {
        for good in ["a", ".dockerconfigjson", "tls.crt", "A_b-c"] {
            assert!(is_secret_key(good), "{good}");
        }
        for bad in ["", ".", "..", "..a", "a b", "a=b", "ä"] {
            assert!(!is_secret_key(bad), "{bad}");
        }
    }
}
