//! Provenance v1.

use serde_json::Value;

use super::source::{self, Material};
use super::{Edition, Provenance, Source};
use crate::statement::Unreadable;
use crate::statement::field::Field;

/// Reads `https://slsa.dev/provenance/v1`.
pub(super) fn read(predicate: &Field<'_>) -> Result<Provenance, Unreadable> {
    let definition = predicate.at("buildDefinition");
    let details = predicate.at("runDetails");
    let (builder, metadata) = (details.at("builder"), details.at("metadata"));
    for object in [&definition, &details, &builder, &metadata] {
        object.object()?;
    }
    let parameters = definition.at("externalParameters");
    let internal = definition.at("internalParameters");
    let dependencies = source::materials(&definition.at("resolvedDependencies"))?;
    let mut builder_version = std::collections::BTreeMap::new();
    for (name, version) in builder.at("version").entries()? {
        builder_version.insert(name.to_owned(), version.words()?.unwrap_or_default());
    }
    Ok(Provenance {
        edition: Edition::V1,
        builder: builder.at("id").words()?.unwrap_or_default(),
        builder_version,
        build_type: definition.at("buildType").words()?.unwrap_or_default(),
        source: find(&parameters, &metadata, &dependencies)?,
        invocation: metadata.at("invocationId").words()?,
        started: metadata.at("startedOn").words()?,
        finished: metadata.at("finishedOn").words()?,
        parameters: parameters.value.cloned().unwrap_or(Value::Null),
        dependencies: dependencies.len(),
        runner: internal.at("github").at("runner_environment").words()?,
    })
}

/// The source, by where each kind of build says it. What is first is nearest to what somebody asked for.
fn find(
    parameters: &Field<'_>,
    metadata: &Field<'_>,
    dependencies: &[Material],
) -> Result<Option<Source>, Unreadable> {
    // actions.github.io/buildtypes/workflow/v1, and that of npm before it.
    // slsa-framework.github.io/gcb-buildtypes and cloud.google.com/build/gcb-buildtypes.
    for key in ["workflow", "configSource", "buildConfigSource"] {
        let asked = parameters.at(key);
        if let Some(repository) = asked.at("repository").words_if_text()? {
            let reference = asked.at("ref").words_if_text()?;
            let entry = asked.at("path").words_if_text()?;
            let source = Source::of(&repository).reference(reference).entry(entry);
            return Ok(Some(source.commit(dependencies)));
        }
    }
    // slsa.dev/container-based-build, GitLab (`source` is text there), and BuildKit.
    for key in ["source", "sourceToBuild", "configSource"] {
        let asked = parameters.at(key);
        let mut uri = asked.words_if_text()?;
        for key in ["uri", "repository"] {
            uri = uri.or(asked.at(key).words_if_text()?);
        }
        if let Some(uri) = uri {
            let entry = parameters.at("configPath").words_if_text()?;
            let entry = entry.or(parameters.at("entryPoint").words_if_text()?);
            let material = Material::of(&uri, &asked.at("digest"))?;
            return Ok(Some(material.source().entry(entry).commit(dependencies)));
        }
    }
    let vcs = metadata.at("buildkit_metadata").at("vcs");
    if let Some(source) = source::of_buildkit(&vcs)? {
        return Ok(Some(source));
    }
    // Tekton Chains calls what came in by results so; else the first repository is it.
    let named =
        dependencies.iter().find(|it| it.name.as_deref() == Some("inputs/result") && it.is_git());
    Ok(named.or_else(|| dependencies.iter().find(|it| it.is_git())).map(Material::source))
}
