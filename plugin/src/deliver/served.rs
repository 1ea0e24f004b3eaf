//! Whether the cluster serves the kinds that are about to be applied.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::bail;
use harden_core::Manifest;
use harden_core::kubernetes::Kind;
use harden_yaml::Document;
use http::Method;

use crate::cluster::Cluster;

/// Rejects kinds whose CustomResourceDefinition is missing before anything is changed: half of what was
/// generated would be there, and the other half not.
pub(super) async fn reject_kinds_without_definition<'k>(
    cluster: &Cluster,
    kinds: impl Iterator<Item = &'k Kind>,
) -> anyhow::Result<()> {
    let mut wanted: BTreeMap<String, Vec<&Kind>> = BTreeMap::new();
    for kind in kinds.filter(|it| is_custom(it)) {
        let kinds = wanted.entry(kind.api_version()).or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    for (version, kinds) in wanted {
        // Whoever may not look is told by the first object that is missing.
        let Some(served) = served(cluster, &version).await? else { continue };
        let is_missing = |it: &&&Kind| !served.iter().any(|name| name == it.plural);
        let missing: Vec<_> = kinds.iter().filter(is_missing).map(|it| it.kind).collect();
        if !missing.is_empty() {
            bail!("{}", explain(cluster, &version, &missing).await?);
        }
    }
    Ok(())
}

/// The resources of a version of a group; none where nobody may look.
async fn served(cluster: &Cluster, version: &str) -> anyhow::Result<Option<Vec<String>>> {
    let path = format!("/apis/{version}");
    let answer = cluster.ask(Method::GET, &path, "", Vec::new()).await?;
    Ok(match answer.status {
        403 => None,
        404 => Some(Vec::new()),
        _ => {
            let list = answer.into_json(&path)?;
            let list = Document::parse_json(&list);
            let resources = list.root().at("resources").items();
            Some(resources.filter_map(|it| Some(it.at("name").as_str()?.to_owned())).collect())
        }
    })
}

/// Whether Gatekeeper makes the kind of an object out of a template among others.
pub(super) fn is_made_by_template(manifest: &Manifest, manifests: &[Manifest]) -> bool {
    let is_template = |it: &Manifest| it.kind == Kind::CONSTRAINT_TEMPLATE;
    manifest.kind.group == "constraints.gatekeeper.sh"
        && manifests.iter().any(|it| is_template(it) && it.name == manifest.kind.plural)
}

/// Whether a kind that something else makes is there, or comes to be there within some time.
pub(super) async fn comes(
    cluster: &Cluster,
    kind: &Kind,
    within: Duration,
) -> anyhow::Result<bool> {
    let begun = Instant::now();
    loop {
        let served = served(cluster, &kind.api_version()).await?;
        if served.is_none_or(|it| it.iter().any(|name| name == kind.plural)) {
            return Ok(true);
        }
        if begun.elapsed() >= within {
            return Ok(false);
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Kubernetes has its own kinds in groups without a dot, and in those of its own domain.
fn is_custom(kind: &Kind) -> bool {
    kind.group.contains('.') && !kind.group.ends_with(".k8s.io")
}

/// What is missing, what is there instead, and what to do.
async fn explain(
    cluster: &Cluster,
    version: &str,
    missing: &[&'static str],
) -> anyhow::Result<String> {
    let group = version.split('/').next().unwrap_or_default();
    let path = format!("/apis/{group}");
    let answer = cluster.ask(Method::GET, &path, "", Vec::new()).await?;
    let mut others = Vec::new();
    if answer.is_success() {
        let list = answer.into_json(&path)?;
        let list = Document::parse_json(&list);
        let versions = list.root().at("versions").items();
        others = versions
            .filter_map(|it| Some(it.at("version").as_str()?.to_owned()))
            .filter(|it| !version.ends_with(&format!("/{it}")))
            .collect();
    }
    let install = match (group, others.is_empty()) {
        ("external-secrets.io" | "generators.external-secrets.io", true) => {
            "install the External Secrets Operator first, see https://external-secrets.io/latest/introduction/getting-started/".to_owned()
        }
        ("external-secrets.io" | "generators.external-secrets.io", false) => {
            format!("it has {} of them: update the External Secrets Operator first", others.join(", "))
        }
        ("wgpolicyk8s.io", true) => {
            "install their CustomResourceDefinitions first, which Kyverno brings, or see https://github.com/kubernetes-sigs/wg-policy-prototypes".to_owned()
        }
        ("openreports.io", true) => {
            "install their CustomResourceDefinitions first, see https://github.com/openreports/reports-api".to_owned()
        }
        _ => "install what brings their CustomResourceDefinitions first".to_owned(),
    };
    Ok(format!(
        "the cluster has no {} of {version}: {install}\n  nothing was applied",
        missing.join(", ")
    ))
}
