//! Asks a cluster what Secrets are like. What they hold is not asked for, or dropped at once.

use anyhow::{anyhow, bail};
use harden_core::cluster::{Need, SecretShape};
use harden_yaml::Document;
use http::Method;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::Cluster;
use crate::terminal;

/// The server's own summary: for a Secret its type and how many keys it has, and in the metadata
/// which of them who wrote, but not what they hold.
const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io";

/// A table of `meta.k8s.io/v1`, as far as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table<'t> {
    column_definitions: Vec<Column>,
    #[serde(borrow)]
    rows: Vec<Row<'t>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

#[derive(Deserialize)]
struct Row<'t> {
    cells: Vec<Value>,
    #[serde(borrow)]
    object: RowObject<'t>,
}

#[derive(Deserialize)]
struct RowObject<'t> {
    #[serde(borrow)]
    metadata: &'t RawValue,
}

/// The Secret in a table of one row; `None` where its keys are not all known.
fn of_table(table: Table<'_>) -> Option<SecretShape> {
    let Table { column_definitions, rows } = table;
    let row = rows.into_iter().next()?;
    let cell =
        |name: &str| row.cells.get(column_definitions.iter().position(|it| it.name == name)?);
    let count = usize::try_from(cell("Data")?.as_u64()?).ok()?;
    let metadata = Document::parse_json(row.object.metadata.get());
    SecretShape::of_metadata(metadata.root(), cell("Type")?.as_str()?, count)
}

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
    if let Some(shape) = serde_json::from_str(&table).ok().and_then(of_table) {
        return Ok(Found::Shape(shape));
    }
    // Somebody took the book-keeping away, so the names are only in the Secret itself.
    let secret = cluster.ask(Method::GET, &path, "", Vec::new()).await?.into_json(&path)?;
    let shape = SecretShape::of_object(Document::parse_json(&secret).root());
    shape.map(Found::Shape).ok_or_else(|| anyhow!("Secret {namespace}/{name} is not understood"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Option<SecretShape> {
        serde_json::from_str(text).ok().and_then(of_table)
    }

    #[test]
    fn a_table_tells_the_type_and_the_keys() {
        let text = r#"{"kind": "Table", "columnDefinitions": [{"name": "Name", "type": "string"}, {"name": "Type"}, {"name": "Data"}], "rows": [{"cells": ["app", "kubernetes.io/tls", 1], "object": {"metadata": {"name": "app", "managedFields": [{"fieldsV1": {"f:data": {"f:tls.key": {}}}}]}}}]}"#;
        let found = shape(text).map(|it| (it.keys, it.secret_type));
        let expected = (vec!["tls.key".to_owned()], Some("kubernetes.io/tls".to_owned()));
        assert_eq!(found, Some(expected));
        assert_eq!(shape(&text.replace(", 1]", ", 2]")), None);
        assert_eq!(shape(&text.replace("\"Data\"", "\"Age\"")), None);
        assert_eq!(shape("{}"), None);
    }
}
