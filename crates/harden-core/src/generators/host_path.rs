//! Paths on the control-plane nodes.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// An absolute path of a file in a folder, which commands and flags need not quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPath(Cow<'static, str>);

/// Why a text is no such path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be the absolute path of a file in a folder of its own, of letters, digits, '-', '_', '.' and '/', such as /etc/kubernetes/encryption/encryption.yaml"
)]
pub struct InvalidHostPath;

/// Folders with files of others, which are not the server's to read, or which its pod has already:
/// a second mount of the same path is rejected.
const SHARED: [&str; 9] = [
    "/etc",
    "/etc/ca-certificates",
    "/etc/kubernetes",
    "/etc/kubernetes/manifests",
    "/etc/kubernetes/pki",
    "/etc/pki",
    "/etc/ssl/certs",
    "/usr/local/share/ca-certificates",
    "/usr/share/ca-certificates",
];

impl HostPath {
    /// A path that is known to be right.
    pub(super) const fn known(path: &'static str) -> Self {
        Self(Cow::Borrowed(path))
    }

    /// The folder that it is in.
    pub(super) fn folder(&self) -> &str {
        self.0.rsplit_once('/').map_or("/", |(folder, _)| folder)
    }

    /// The folder that it is in, if that can be mounted for it.
    pub(super) fn folder_of_its_own(&self) -> Option<&str> {
        let folder = self.folder();
        (!SHARED.contains(&folder)).then_some(folder)
    }
}

impl fmt::Display for HostPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for HostPath {
    type Err = InvalidHostPath;

    fn from_str(text: &str) -> Result<Self, InvalidHostPath> {
        let is_safe = |it: u8| it.is_ascii_alphanumeric() || b"-_./".contains(&it);
        let mut steps = text.split('/').skip(1);
        let is_step = |it: &str| !matches!(it, "" | "." | "..");
        if text.starts_with('/')
            && text.bytes().all(is_safe)
            && steps.all(is_step)
            && text.matches('/').count() > 1
        {
            Ok(Self(Cow::Owned(text.to_owned())))
        } else {
            Err(InvalidHostPath)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_nothing_mistakes_are_taken() {
        let known = "/etc/kubernetes/audit/audit-policy.yaml";
        assert_eq!(known.parse(), Ok(HostPath::known(known)));
        for path in ["", "a/b", "/a", "/a/", "/a//b", "/a/../b", "/a/b c", "/a/$(b)", "/a/b:c"] {
            assert_eq!(path.parse::<HostPath>(), Err(InvalidHostPath), "{path}");
        }
    }

    #[test]
    fn folders_of_others_are_not_mounted() {
        let folder =
            |path: &'static str| HostPath::known(path).folder_of_its_own().map(str::to_owned);
        assert_eq!(folder("/etc/kubernetes/enc/a.yaml").as_deref(), Some("/etc/kubernetes/enc"));
        assert_eq!(folder("/etc/kubernetes/a.yaml"), None);
        assert_eq!(folder("/etc/kubernetes/pki/a.yaml"), None);
    }
}
