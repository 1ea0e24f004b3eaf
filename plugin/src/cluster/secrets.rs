//! Asks a cluster what Secrets are like. What they hold is not asked for, or dropped at once.

use anyhow::{anyhow, bail};
use harden_core::cluster::{Need, SecretShape};
use harden_yaml::Document;
use http::Method;

use super::Cluster;
use crate::terminal;

/// The server's own summary: for a Secret its type and how many keys it has, and in the metadata
/// which of them who wrote, but not what they hold.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// What the Secrets are like that are needed; those of Deployments after those asked for by name.
pub(super) async fn ask(cluster: &Cluster, needs: &[Need]) -> anyhow::Result<Vec<SecretShape>> {
    let mut shapes = Vec::new();
    for need in needs {
        if let Need::Secret { namespace, name } = need {
            match shape(cluster, namespace, name).await? {
                Found::Shape(shape) => shapes.push(shape),
                Found::Nothing => bail!("namespace {namespace} has no Secret `{name}`"),
                Found::Forbidden(message) => {
                    bail!(
                        "{message}\n  --from-cluster needs the verb get on secrets in namespace {namespace}"
                    )
                }
            }
        }
    }
    for need in needs {
        if let Need::SecretsOfDeployment { namespace, name } = need {
            of_deployment(cluster, namespace, name, &mut shapes).await?;
        }
    }
    Ok(shapes)
}

enum Found {
    Shape(SecretShape),
    Nothing,
    Forbidden(String),
}

async fn of_deployment(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    shapes: &mut Vec<SecretShape>,
) -> anyhow::Result<()> {
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
    let Some(deployment) = cluster.get(&path).await? else {
        bail!("namespace {namespace} has no Deployment `{name}`");
    };
    let used = SecretShape::of_pods(Document::parse_json(&deployment).root(), namespace);
    if used.is_empty() {
        terminal::note(&format!("Deployment {namespace}/{name} refers to no Secret"))?;
    }
    for mut used in used {
        if shapes.iter().any(|it| it.name == used.name) {
            continue;
        }
        match shape(cluster, namespace, &used.name).await? {
            Found::Shape(whole) => used = whole,
            Found::Nothing => {}
            Found::Forbidden(message) => terminal::note(&format!(
                "the keys of Secret {namespace}/{} are those that the Deployment names: {message}",
                used.name
            ))?,
        }
        shapes.push(used);
    }
    Ok(())
}

async fn shape(cluster: &Cluster, namespace: &str, name: &str) -> anyhow::Result<Found> {
    let path = format!("/api/v1/namespaces/{namespace}/secrets/{name}");
    let answer = cluster.ask_for(TABLE, &path).await?;
    match answer.status {
        404 => return Ok(Found::Nothing),
        403 => return Ok(Found::Forbidden(answer.message())),
        _ => {}
    }
    let table = answer.into_json(&path)?;
    if let Some(shape) = SecretShape::of_table(Document::parse_json(&table).root()) {
        return Ok(Found::Shape(shape));
    }
    // Somebody took the book-keeping away, so the names are only in the Secret itself.
    let secret = cluster.ask(Method::GET, &path, "", Vec::new()).await?.into_json(&path)?;
    let shape = SecretShape::of_object(Document::parse_json(&secret).root());
    shape.map(Found::Shape).ok_or_else(|| anyhow!("Secret {namespace}/{name} is not understood"))
}
