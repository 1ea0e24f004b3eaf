//! Names with an asterisk at an end.

/// A name, or the beginning, the end or a part of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Wildcard(String);

impl Wildcard {
    pub(in super::super) fn new(text: String) -> Self {
        Self(text)
    }

    /// Whether it stands for a name.
    pub(in super::super) fn matches(&self, name: &str) -> bool {
        match (self.0.strip_prefix('*'), self.0.strip_suffix('*')) {
            (Some(rest), Some(_)) => name.contains(rest.strip_suffix('*').unwrap_or(rest)),
            (Some(end), None) => name.ends_with(end),
            (None, Some(begin)) => name.starts_with(begin),
            (None, None) => name == self.0,
        }
    }

    /// Whether it stands for names that are yet to be generated.
    pub(in super::super) fn matches_prefix(&self, generated: &str) -> bool {
        self.0.ends_with('*') && self.matches(generated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asterisks_count_at_the_ends_only() {
        let matches = |text: &str, name| Wildcard::new(text.to_owned()).matches(name);
        assert!(matches("kube-*", "kube-system"));
        assert!(matches("*-system", "kube-system"));
        assert!(matches("*e-s*", "kube-system"));
        assert!(matches("*", "kube-system"));
        assert!(!matches("k*m", "kube-system"));
        assert!(!matches("kube-", "kube-system"));
    }

    #[test]
    fn names_yet_to_be_generated_are_known_by_their_beginning() {
        assert!(Wildcard::new("web-*".to_owned()).matches_prefix("web-"));
        assert!(!Wildcard::new("*-web".to_owned()).matches_prefix("a-web"));
        assert!(!Wildcard::new("web-".to_owned()).matches_prefix("web-"));
    }
}
