//! Kinds as policies name them: `Pod`, `apps/v1/Deployment`, `Pod/exec`, `*/*`.

use crate::kyverno::pattern::wildcard::matches_text;

/// Which kinds are meant; each part may have wildcards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KindSelector {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) kind: String,
    pub(crate) subresource: String,
}

impl KindSelector {
    /// Reads what a policy says; what cannot be read means no kind.
    pub(crate) fn read(text: &str) -> Self {
        let of = |group: &str, version: &str, kind: &str, subresource: &str| Self {
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            subresource: subresource.to_owned(),
        };
        let mut parts: Vec<&str> = text.split('/').collect();
        let last = parts.pop().unwrap_or_default();
        parts.extend(last.split('.'));
        match *parts.as_slice() {
            [kind] => of("*", "*", kind, ""),
            ["*", "*"] => of("*", "*", "*", "*"),
            ["*", subresource] if subresource.to_lowercase() == subresource => {
                of("*", "*", "*", subresource)
            }
            [version, kind] if is_version(version) => of("*", version, kind, ""),
            [kind, subresource] => of("*", "*", kind, subresource),
            [version, kind, subresource] if is_version(version) => {
                of("*", version, kind, subresource)
            }
            [group, version, kind] => of(group, version, kind, ""),
            [group, version, kind, subresource] => of(group, version, kind, subresource),
            _ => of("", "", "", ""),
        }
    }

    /// Whether a kind and a subresource are meant, without exceptions.
    pub(crate) fn is_exactly(&self, kind: [&str; 3], subresource: &str) -> bool {
        let [group, version, name] = kind;
        matches_text(&self.kind, name)
            && matches_text(&self.group, group)
            && matches_text(&self.version, version)
            && matches_text(&self.subresource, subresource)
    }

    /// Whether a kind, given by group, version and kind, is meant.
    pub(crate) fn is(&self, kind: [&str; 3], subresource: &str) -> bool {
        let [group, version, name] = kind;
        matches_text(&self.kind, name)
            && matches_text(&self.group, group)
            && matches_text(&self.version, version)
            // Debugging containers are taken in with their pods, as they always were.
            && (matches_text(&self.subresource, subresource)
                || (kind == ["", "v1", "Pod"] && subresource == "ephemeralcontainers"))
    }
}

/// Whether a part is a version, such as `v1beta1`, or any.
pub(crate) fn is_version(text: &str) -> bool {
    let digits = |text: &str| {
        let end = text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
        (end > 0).then(|| text.split_at(end).1.to_owned())
    };
    if text == "*" {
        return true;
    }
    let Some(rest) = text.strip_prefix('v').and_then(digits) else { return false };
    let stage = rest.strip_prefix("alpha").or_else(|| rest.strip_prefix("beta"));
    rest.is_empty() || stage.and_then(digits).is_some_and(|it| it.is_empty())
}

/// The kind that a text names, without group, version and subresource, as autogen looks at it.
pub(crate) fn bare_kind(text: &str) -> &str {
    let parts: Vec<&str> = text.split('/').collect();
    let has_version = parts.first().is_some_and(|it| is_version(it));
    let at = match parts.len() {
        1 => 0,
        2 => usize::from(has_version),
        3 if has_version => 1,
        3 | 4 => 2,
        _ => return "",
    };
    let kind = parts.get(at).copied().unwrap_or_default();
    let is_last = at + 1 == parts.len();
    if is_last { kind.split('.').next().unwrap_or_default() } else { kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_in_many_forms() {
        const POD: [&str; 3] = ["", "v1", "Pod"];
        const SCALE: [&str; 3] = ["apps", "v1", "Deployment"];
        let is = |text: &str, kind, subresource| KindSelector::read(text).is(kind, subresource);
        for text in ["Pod", "v1/Pod", "*/Pod", "P*", "*", "*/*"] {
            assert!(is(text, POD, ""), "{text}");
        }
        assert!(!is("apps/v1/Pod", POD, ""));
        assert!(is("apps/v1/Deployment", SCALE, ""));
        assert!(is("apps/*/Deployment/scale", SCALE, "scale"));
        assert!(is("Deployment.scale", SCALE, "scale"));
        assert!(is("*/scale", SCALE, "scale"));
        assert!(!is("Deployment", SCALE, "scale"));
        assert!(is("Pod", POD, "ephemeralcontainers"));
        assert!(!is("Pod", POD, "exec"));
        assert!(is("Pod/exec", POD, "exec"));
    }

    #[test]
    fn the_bare_kind_has_neither_version_nor_subresource() {
        for text in ["Pod", "v1/Pod", "Pod/exec", "Pod.exec", "v1/Pod/exec", "core/v1/Pod"] {
            assert_eq!(bare_kind(text), "Pod", "{text}");
        }
    }
}
