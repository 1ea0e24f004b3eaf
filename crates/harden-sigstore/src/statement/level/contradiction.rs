//! Where a certificate says otherwise than the provenance that its holder signed.

use super::{claim, name};
use crate::Signer;
use crate::statement::builders::{self, Builder, Signs};
use crate::statement::provenance::{Provenance, Source};
use crate::statement::repository;

/// All that a certificate and the provenance do not agree on, one sentence each.
pub(super) fn find(
    provenance: &Provenance,
    known: Option<&Builder>,
    signer: &Signer,
) -> Vec<String> {
    let source = provenance.source.as_ref();
    [
        builder(provenance, known, signer),
        runner(provenance, signer),
        source.and_then(|it| origin(it, signer)),
        source.and_then(|it| commit(it, signer)),
        run(provenance, signer),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A workflow that signs for another one, or anybody with a certificate for a builder that has its own.
fn builder(provenance: &Provenance, known: Option<&Builder>, signer: &Signer) -> Option<String> {
    let id = &provenance.builder;
    let Signer::Certificate { .. } = signer else { return None };
    let workflow = builders::workflow(signer);
    let is_other = match (known, workflow) {
        (Some(Builder { signs: Signs::Caller, .. }), _) | (None, None) => false,
        (Some(builder), _) => !builder.is_signer(id, signer),
        (None, Some(workflow)) => {
            builders::is_workflow(id)
                && !builders::is_same_workflow(id, workflow)
                && !builders::is_delegator(workflow)
        }
    };
    is_other
        .then(|| format!("the provenance names the builder `{id}`, and {} signed it", name(signer)))
}

/// The kind of machine, as far as the name of the builder or the provenance says it.
fn runner(provenance: &Provenance, signer: &Signer) -> Option<String> {
    let vouched = claim(signer, "RunnerEnvironment")?;
    let (id, _) = builders::parts(&provenance.builder);
    let said =
        id.strip_prefix("https://github.com/actions/runner/").or(provenance.runner.as_deref())?;
    (said != vouched).then(|| {
        format!("the provenance says that it ran on `{said}`, and the certificate `{vouched}`")
    })
}

/// The repository.
fn origin(source: &Source, signer: &Signer) -> Option<String> {
    let vouched = match claim(signer, "SourceRepositoryURI") {
        Some(uri) => uri.to_owned(),
        // Certificates before 2023 say it without the host.
        None => format!("https://github.com/{}", claim(signer, "GitHubWorkflowRepository")?),
    };
    (!repository::is_same(&vouched, &source.repository)).then(|| {
        format!(
            "the provenance names the source `{}`, and the certificate `{vouched}`",
            source.repository
        )
    })
}

/// The commit.
fn commit(source: &Source, signer: &Signer) -> Option<String> {
    let vouched =
        claim(signer, "SourceRepositoryDigest").or_else(|| claim(signer, "GitHubWorkflowSHA"))?;
    let said = source.commit.as_deref()?;
    (!said.eq_ignore_ascii_case(vouched)).then(|| {
        format!("the provenance names the commit `{said}`, and the certificate `{vouched}`")
    })
}

/// The run, where the provenance says it as the certificate does.
fn run(provenance: &Provenance, signer: &Signer) -> Option<String> {
    let vouched = claim(signer, "RunInvocationURI")?;
    let said = provenance.invocation.as_deref()?;
    let is_run = said.starts_with("https://") && said.contains("/actions/runs/");
    // Some leave out the attempt.
    let is_same = vouched == said
        || vouched.strip_prefix(said).is_some_and(|it| it.starts_with("/attempts/"));
    (is_run && !is_same)
        .then(|| format!("the provenance names the run `{said}`, and the certificate `{vouched}`"))
}
