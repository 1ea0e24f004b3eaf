//! A directory of the suite: a bundle, and what is expected of it.

use std::fs;
use std::path::Path;

use harden_sigstore::{Expectation, InvalidTrust, Pattern, Trust};
use harness::Need;

const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

/// A bundle with everything that is asked of it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) bundle: String,
    pub(crate) artefact: Vec<u8>,
    pub(crate) root: Option<String>,
    pub(crate) expectation: Expectation,
}

impl Case {
    /// Every case of the suite, by name; empty where it is not there.
    pub(crate) fn all() -> Vec<Self> {
        let Some(folder) = Need::Answers.at("sigstore") else { return Vec::new() };
        let entries = fs::read_dir(&folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|it| it.unwrap())
            .filter(|it| it.path().is_dir())
            .map(|it| it.file_name().into_string().unwrap())
            .collect();
        names.sort();
        names.iter().map(|name| Self::read(&folder, name)).collect()
    }

    pub(crate) fn must_verify(&self) -> bool {
        !self.name.ends_with("_fail")
    }

    pub(crate) fn trust(&self) -> Result<Trust, InvalidTrust> {
        self.root.as_deref().map_or_else(Trust::embedded, |root| Trust::of_json([root]))
    }

    fn read(folder: &Path, name: &str) -> Self {
        let text = |file: &str| fs::read_to_string(folder.join(name).join(file)).ok();
        let artefact = fs::read(folder.join(name).join("artifact"))
            .unwrap_or_else(|_| fs::read(folder.join("a.txt")).unwrap());
        let exact = |file: &str, otherwise: &str| {
            Pattern::Exact(text(file).map_or(otherwise.to_owned(), |it| it.trim().to_owned()))
        };
        let expectation = match text("key.pub") {
            Some(key) => Expectation::Key(key),
            None => Expectation::Keyless {
                identity: exact("identity", IDENTITY),
                issuer: exact("issuer", ISSUER),
            },
        };
        Self {
            name: name.to_owned(),
            bundle: text("bundle.sigstore.json").unwrap(),
            artefact,
            root: text("trusted_root.json"),
            expectation,
        }
    }
}
