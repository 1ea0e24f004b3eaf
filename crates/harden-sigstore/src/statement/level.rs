//! The level of SLSA's build track that evidence supports, and what the next one asks for.
//!
//! Upstream: slsa-framework/slsa `spec/v1.2/build-requirements.md`, `spec/v1.2/verifying-artifacts.md`.

mod contradiction;

use std::fmt;

use serde_json::{Value, json};

use super::builders::{self, Builder, Signs};
use super::provenance::Provenance;
use crate::{Signer, Verified};

/// A level of the build track of SLSA v1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildLevel {
    /// Nothing is known of the build.
    L0,
    /// Something says how it was built.
    L1,
    /// A builder that others run says so, with its own signature.
    L2,
    /// And that builder keeps builds apart from each other and from its signature.
    L3,
}

impl fmt::Display for BuildLevel {
    /// `SLSA_BUILD_LEVEL_3`, as a summary of a verification has it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SLSA_BUILD_LEVEL_{}", *self as u8)
    }
}

/// The level that evidence supports, and why it is not higher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The level.
    pub level: BuildLevel,
    /// The builder, where it is one that is known.
    pub builder: Option<&'static Builder>,
    /// What the next level asks for and is not there, one sentence each; empty at the highest.
    pub missing: Vec<String>,
    /// Where the signature says otherwise than what it signs: then nothing is known.
    pub contradictions: Vec<String>,
}

impl Standing {
    /// Judges evidence: what says how an artefact was built, and the verified signature of just that. Without
    /// one it counts as unsigned; provenance whose signature was refused is no evidence, and not to be given.
    #[must_use]
    pub fn of(provenance: Option<&Provenance>, verified: Option<&Verified>) -> Self {
        let Some(provenance) = provenance else {
            return Self::at(
                BuildLevel::L0,
                None,
                vec![
                    "there is no provenance: nothing says who built it, how and from what"
                        .to_owned(),
                ],
            );
        };
        let known = Builder::of(&provenance.builder);
        let contradictions = match verified {
            Some(verified) => contradiction::find(provenance, known, &verified.signer),
            None => Vec::new(),
        };
        if !contradictions.is_empty() {
            let missing = vec!["what is signed contradicts who signed it".to_owned()];
            return Self { contradictions, ..Self::at(BuildLevel::L0, known, missing) };
        }
        for (level, asked) in [
            (BuildLevel::L0, first(provenance)),
            (BuildLevel::L1, second(provenance, known, verified)),
            (BuildLevel::L2, third(provenance, known, verified)),
        ] {
            if !asked.is_empty() {
                return Self::at(level, known, asked);
            }
        }
        Self::at(BuildLevel::L3, known, Vec::new())
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "level": self.level.to_string(),
            "builder": self.builder.map(|it| json!({"name": it.name, "upstream": it.upstream})),
            "missing": self.missing,
            "contradictions": self.contradictions,
        })
    }

    fn at(level: BuildLevel, builder: Option<&'static Builder>, missing: Vec<String>) -> Self {
        Self { level, builder, missing, contradictions: Vec::new() }
    }
}

/// What is missing for L1.
fn first(provenance: &Provenance) -> Vec<String> {
    let mut missing = Vec::new();
    if provenance.builder.is_empty() {
        missing.push("the provenance names no builder".to_owned());
    }
    if provenance.build_type.is_empty() {
        missing.push(
            "the provenance names no build type: nobody can tell what its parameters mean"
                .to_owned(),
        );
    }
    missing
}

/// What is missing for L2.
fn second(
    provenance: &Provenance,
    known: Option<&Builder>,
    verified: Option<&Verified>,
) -> Vec<String> {
    let id = &provenance.builder;
    let Some(verified) = verified else {
        return vec![
            "no signature was verified: anybody can have written the provenance".to_owned(),
        ];
    };
    let mut missing = Vec::new();
    if !is_own(id, known, &verified.signer) {
        missing.push(format!(
            "the signature is not known to be the builder's own: {} signed, and nothing shows that this is `{id}`",
            name(&verified.signer)
        ));
    }
    if let Some(why) = unhosted(known, &verified.signer) {
        missing.push(why);
    }
    missing
}

/// What is missing for L3.
fn third(
    provenance: &Provenance,
    known: Option<&Builder>,
    verified: Option<&Verified>,
) -> Vec<String> {
    let workflow = verified.and_then(|it| builders::workflow(&it.signer));
    match (known, workflow) {
        (Some(Builder { most: BuildLevel::L3, .. }), Some(workflow))
            if !builders::is_release(workflow) =>
        {
            let version = builders::parts(workflow).1.unwrap_or_default();
            vec![format!(
                "the builder ran at `{version}`, which is no release of it: nobody has reviewed what that does"
            )]
        }
        (Some(Builder { most: BuildLevel::L3, .. }), _) => Vec::new(),
        (_, Some(workflow)) if verified.is_some_and(|it| is_built(workflow, &it.signer)) => {
            vec![format!(
                "the steps of `{workflow}` can use its signature: build and sign in a reusable workflow that the repository does not own"
            )]
        }
        _ => vec![format!(
            "`{}` is not among the builders that are known to keep builds apart from their signature",
            provenance.builder
        )],
    }
}

/// Is the signature that of the builder?
fn is_own(id: &str, known: Option<&Builder>, signer: &Signer) -> bool {
    match (known, builders::workflow(signer)) {
        (Some(builder), _) => builder.is_signer(id, signer),
        (None, Some(workflow)) => {
            builders::is_same_workflow(id, workflow)
                || (builders::is_delegator(workflow) && builders::is_release(workflow))
        }
        (None, None) => false,
    }
}

/// Why nobody knows that the build ran on a machine that the platform hosts.
fn unhosted(known: Option<&Builder>, signer: &Signer) -> Option<String> {
    let environment = claim(signer, "RunnerEnvironment");
    // The workflows of these choose the machine themselves, and Google's keys are on Google's machines.
    let chooses = known.is_some_and(|it| it.signs != Signs::Caller);
    match environment {
        Some("github-hosted" | "gitlab-hosted") => None,
        Some("self-hosted") => Some(
            "it ran on a machine of somebody's own (`self-hosted`), and nobody vouches for that"
                .to_owned(),
        ),
        Some(other) => {
            Some(format!("it ran on `{other}`, which is not known to be hosted by the platform"))
        }
        None if chooses => None,
        None => Some("the certificate does not say on whose machine it ran".to_owned()),
    }
}

/// Is the workflow that signed the one that was asked for, and not one that it calls?
fn is_built(workflow: &str, signer: &Signer) -> bool {
    match (claim(signer, "BuildConfigURI"), claim(signer, "SourceRepositoryURI")) {
        (Some(config), _) if config == workflow => true,
        (_, Some(repository)) => {
            workflow.strip_prefix(repository).is_some_and(|it| it.starts_with('/'))
        }
        (_, None) => false,
    }
}

/// What the issuer of a certificate said of a build.
fn claim<'a>(signer: &'a Signer, name: &str) -> Option<&'a str> {
    match signer {
        Signer::Certificate { claims, .. } => {
            claims.get(name).map(String::as_str).filter(|it| !it.is_empty())
        }
        Signer::Key(_) => None,
    }
}

/// Who signed, for a sentence.
fn name(signer: &Signer) -> String {
    match signer {
        Signer::Key(key) => {
            format!("the holder of the key sha256:{}", key.get(..12).unwrap_or(key))
        }
        Signer::Certificate { identity, .. } => format!("`{identity}`"),
    }
}
