//! Provenance v0.2 and v0.1.

use serde_json::Value;

use super::source::{self, Material};
use super::{Edition, Provenance, Source};
use crate::statement::Unreadable;
use crate::statement::field::Field;

/// Reads `https://slsa.dev/provenance/v0.2` or `…/v0.1`, which calls the invocation a recipe.
pub(super) fn read(edition: Edition, predicate: &Field<'_>) -> Result<Provenance, Unreadable> {
    let is_first = edition == Edition::V01;
    let asked = predicate.at(if is_first { "recipe" } else { "invocation" });
    let (builder, metadata) = (predicate.at("builder"), predicate.at("metadata"));
    for object in [&asked, &builder, &metadata] {
        object.object()?;
    }
    let build_type = if is_first { asked.at("type") } else { predicate.at("buildType") };
    let build_type = build_type.words()?.unwrap_or_default();
    let materials = source::materials(&predicate.at("materials"))?;
    let source = if is_first {
        first(&asked, &materials)?
    } else {
        second(&build_type, &asked.at("configSource"), &metadata, &materials)?
    };
    // GitHub's builders write `buildInvocationID`; the specification has `buildInvocationId`.
    let invocation = match metadata.at("buildInvocationId").words()? {
        None => metadata.at("buildInvocationID").words()?,
        some => some,
    };
    let parameters = asked.at(if is_first { "arguments" } else { "parameters" });
    Ok(Provenance {
        edition,
        builder: builder.at("id").words()?.unwrap_or_default(),
        builder_version: std::collections::BTreeMap::new(),
        build_type,
        source,
        invocation,
        started: metadata.at("buildStartedOn").words()?,
        finished: metadata.at("buildFinishedOn").words()?,
        parameters: parameters.value.cloned().unwrap_or(Value::Null),
        dependencies: materials.len(),
        runner: None,
    })
}

/// v0.1 names the material that held the recipe by its place. Google Cloud Build writes the place as text.
fn first(recipe: &Field<'_>, materials: &[Material]) -> Result<Option<Source>, Unreadable> {
    let place = recipe.at("definedInMaterial").value.and_then(Value::as_u64);
    let defined = place.and_then(|it| usize::try_from(it).ok()).and_then(|it| materials.get(it));
    let found = defined.or_else(|| materials.iter().find(|it| it.is_git()));
    let entry = recipe.at("entryPoint").words()?;
    Ok(found.map(|it| it.source().entry(entry)))
}

/// v0.2 says where the configuration came from, which is the source for most builders. For Tekton it is that
/// of the task, and BuildKit has what git said beside it.
fn second(
    build_type: &str,
    config: &Field<'_>,
    metadata: &Field<'_>,
    materials: &[Material],
) -> Result<Option<Source>, Unreadable> {
    config.object()?;
    let repository = materials.iter().find(|it| it.is_git());
    if build_type.trim_start_matches("https://").starts_with("tekton.dev/") {
        return Ok(repository.map(Material::source));
    }
    if let Some(uri) = config.at("uri").words()? {
        let entry = config.at("entryPoint").words()?;
        let material = Material::of(&uri, &config.at("digest"))?;
        return Ok(Some(material.source().entry(entry).commit(materials)));
    }
    let vcs = metadata.at("https://mobyproject.org/buildkit@v1#metadata").at("vcs");
    Ok(source::of_buildkit(&vcs)?.or_else(|| repository.map(Material::source)))
}
