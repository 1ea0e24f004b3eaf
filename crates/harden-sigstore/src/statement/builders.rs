//! Builders whose isolation is documented by those who run or review them.

use super::level::BuildLevel;
use crate::Signer;

/// A builder that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Builder {
    /// How people call it.
    pub name: &'static str,
    /// Its id in provenance, without the version behind `@`.
    pub id: &'static str,
    /// Whose signature is its own.
    pub signs: Signs,
    /// The most that its provenance can show.
    pub most: BuildLevel,
    /// Who says so.
    pub upstream: &'static str,
}

/// Whose signature is a builder's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signs {
    /// The workflow that is called as the builder is.
    Itself,
    /// A workflow that runs the builder apart from those who call it, and signs for it.
    By(&'static [&'static str]),
    /// Whichever workflow was built: the builder is the machine below it.
    Caller,
    /// These keys, by the SHA-256 digest of the public half.
    Keys(&'static [&'static str]),
}

const GITHUB: &str = "https://token.actions.githubusercontent.com";
const SLSA_GENERATOR: &str = "https://github.com/slsa-framework/slsa-github-generator#readme";
const DELEGATORS: &[&str] = &[
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/delegator_generic_slsa3.yml",
    "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/delegator_lowperms-generic_slsa3.yml",
];

macro_rules! generator {
    ($name:literal, $file:literal, $signs:expr) => {
        Builder {
            name: $name,
            id: concat!(
                "https://github.com/slsa-framework/slsa-github-generator/.github/workflows/",
                $file
            ),
            signs: $signs,
            most: BuildLevel::L3,
            upstream: SLSA_GENERATOR,
        }
    };
}

/// All that are known, one a line. An id is known only where its signer is: a name alone says nothing.
pub const KNOWN: &[Builder] = &[
    generator!("SLSA's generator for files", "generator_generic_slsa3.yml", Signs::Itself),
    generator!("SLSA's generator for images", "generator_container_slsa3.yml", Signs::Itself),
    generator!("SLSA's builder for Go", "builder_go_slsa3.yml", Signs::Itself),
    generator!("SLSA's builder in containers", "builder_container-based_slsa3.yml", Signs::Itself),
    generator!("SLSA's builder for Node.js", "builder_nodejs_slsa3.yml", Signs::By(DELEGATORS)),
    generator!("SLSA's builder for Maven", "builder_maven_slsa3.yml", Signs::By(DELEGATORS)),
    generator!("SLSA's builder for Gradle", "builder_gradle_slsa3.yml", Signs::By(DELEGATORS)),
    generator!("SLSA's builder for Bazel", "builder_bazel_slsa3.yml", Signs::By(DELEGATORS)),
    Builder {
        name: "GitHub's own machines",
        id: "https://github.com/actions/runner/github-hosted",
        signs: Signs::Caller,
        most: BuildLevel::L2,
        upstream: "https://docs.npmjs.com/generating-provenance-statements",
    },
    Builder {
        name: "GitHub Actions, as npm first wrote it",
        id: "https://github.com/actions/runner",
        signs: Signs::Caller,
        most: BuildLevel::L2,
        upstream: "https://docs.npmjs.com/generating-provenance-statements",
    },
    Builder {
        name: "a machine of somebody's own for GitHub Actions",
        id: "https://github.com/actions/runner/self-hosted",
        signs: Signs::Caller,
        most: BuildLevel::L1,
        upstream: "https://docs.github.com/actions/concepts/runners/self-hosted-runners",
    },
    Builder {
        name: "Google Cloud Build",
        id: "https://cloudbuild.googleapis.com/GoogleHostedWorker",
        signs: Signs::Keys(&[
            "3fe6dfada209606798e976322c8b69acae580a6708b7112f0f7a053a5b96d675",
            "7ebd8a9404a4e7569477b178cc62a7909c11fb21a5715c3a96969047fa3b4e09",
        ]),
        most: BuildLevel::L3,
        upstream: "https://cloud.google.com/build/docs/securing-builds/generate-validate-build-provenance",
    },
];

impl Builder {
    /// The builder of an id, with or without a version.
    #[must_use]
    pub fn of(id: &str) -> Option<&'static Self> {
        let (name, _) = parts(id);
        KNOWN.iter().find(|it| it.id == name)
    }

    /// Is the signature its own? `id` is as the provenance has it.
    #[must_use]
    pub fn is_signer(&self, id: &str, signer: &Signer) -> bool {
        match (self.signs, signer) {
            (Signs::Keys(keys), Signer::Key(key)) => keys.contains(&key.as_str()),
            (Signs::Itself, _) => workflow(signer).is_some_and(|it| is_same_workflow(id, it)),
            (Signs::By(all), _) => workflow(signer).is_some_and(|it| all.contains(&parts(it).0)),
            (Signs::Caller, _) => workflow(signer).is_some(),
            (Signs::Keys(_), Signer::Certificate { .. }) => false,
        }
    }
}

/// The workflow of GitHub Actions that holds the certificate, with its version.
///
/// Upstream: sigstore/fulcio `docs/oid-info.md`: the name in the certificate is `BuildSignerURI` there.
#[must_use]
pub fn workflow(signer: &Signer) -> Option<&str> {
    match signer {
        Signer::Certificate { identity, issuer, .. } if is_github(issuer) => {
            let (name, version) = parts(identity);
            (name.contains("/.github/workflows/") && version.is_some()).then_some(identity.as_str())
        }
        _ => None,
    }
}

/// Is it the id of a workflow of GitHub Actions?
#[must_use]
pub fn is_workflow(id: &str) -> bool {
    id.starts_with("https://") && parts(id).0.contains("/.github/workflows/")
}

/// Is it the workflow of this id? An id without a version is that of each.
#[must_use]
pub fn is_same_workflow(id: &str, workflow: &str) -> bool {
    match parts(id) {
        (_, Some(_)) => id == workflow,
        (name, None) => parts(workflow).0 == name,
    }
}

/// Is the version of a workflow a release, and so one that its makers do not move on?
#[must_use]
pub fn is_release(workflow: &str) -> bool {
    let is_number = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let tag = parts(workflow).1.and_then(|it| it.strip_prefix("refs/tags/v"));
    tag.is_some_and(|it| it.split('.').count() == 3 && it.split('.').all(is_number))
}

/// The id and the version behind the first `@` of its path.
#[must_use]
pub fn parts(id: &str) -> (&str, Option<&str>) {
    match id.split_once('@') {
        Some((name, version)) if !version.is_empty() => (name, Some(version)),
        Some((name, _)) => (name, None),
        None => (id, None),
    }
}

/// Does this workflow run other builders apart from those who call them, and sign for them?
#[must_use]
pub fn is_delegator(workflow: &str) -> bool {
    DELEGATORS.contains(&parts(workflow).0)
}

/// GitHub, or a company's own part of it.
fn is_github(issuer: &str) -> bool {
    let own = |it: &str| it.starts_with('/') && it.len() > 1;
    let apart =
        issuer.strip_prefix("https://token.actions.").and_then(|it| it.strip_suffix(".ghe.com"));
    issuer.strip_prefix(GITHUB).is_some_and(|it| it.is_empty() || own(it))
        || apart
            .is_some_and(|it| it.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}
