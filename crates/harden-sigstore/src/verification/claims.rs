//! What the issuer of a certificate said of the build that it was issued to.

use std::collections::BTreeMap;

use sigstore_verify::crypto::FulcioCiClaims;

/// The claims that are there, by the names of Fulcio's `docs/oid-info.md` without blanks.
pub(super) fn of(claims: &FulcioCiClaims) -> BTreeMap<String, String> {
    let old = &claims.deprecated_github;
    [
        ("GitHubWorkflowTrigger", &old.workflow_trigger),
        ("GitHubWorkflowSHA", &old.workflow_sha),
        ("GitHubWorkflowName", &old.workflow_name),
        ("GitHubWorkflowRepository", &old.workflow_repository),
        ("GitHubWorkflowRef", &old.workflow_ref),
        ("BuildSignerURI", &claims.build_signer_uri),
        ("BuildSignerDigest", &claims.build_signer_digest),
        ("RunnerEnvironment", &claims.runner_environment),
        ("SourceRepositoryURI", &claims.source_repository_uri),
        ("SourceRepositoryDigest", &claims.source_repository_digest),
        ("SourceRepositoryRef", &claims.source_repository_ref),
        ("SourceRepositoryIdentifier", &claims.source_repository_identifier),
        ("SourceRepositoryOwnerURI", &claims.source_repository_owner_uri),
        ("SourceRepositoryOwnerIdentifier", &claims.source_repository_owner_identifier),
        ("BuildConfigURI", &claims.build_config_uri),
        ("BuildConfigDigest", &claims.build_config_digest),
        ("BuildTrigger", &claims.build_trigger),
        ("RunInvocationURI", &claims.run_invocation_uri),
        ("SourceRepositoryVisibilityAtSigning", &claims.source_repository_visibility_at_signing),
        ("DeploymentEnvironment", &claims.deployment_environment),
        ("TokenSubject", &claims.token_subject),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
    .collect()
}
