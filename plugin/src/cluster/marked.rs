//! Objects with a label, by their metadata only.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;

use super::Cluster;
use super::pages::{METADATA, Pages, Stop};
use crate::listing::{Kind, Scope};

/// So many are asked for at a time.
const CHUNK: u32 = 500;

#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    metadata: ObjectMeta,
}

/// Lets `take` see each object of a kind whose labels match, with who changed what.
///
/// # Errors
///
/// Why the server does not list them, in words.
pub(crate) async fn list(
    cluster: &Cluster,
    (kind, scope, selector): (&Kind, &Scope, &str),
    mut take: impl FnMut(ObjectMeta),
) -> Result<(), String> {
    let mut pages = Pages::selected(cluster, kind, scope, (selector, CHUNK)).with_managers();
    loop {
        match pages.next().await {
            Ok(Some(items)) => {
                for item in items {
                    let said: Said = serde_json::from_str(&item.text)
                        .map_err(|it| format!("the answer is none that can be read: {it}"))?;
                    take(said.metadata);
                }
            }
            Ok(None) => return Ok(()),
            Err(
                Stop::Forbidden(why) | Stop::Invalid(why) | Stop::Refused(why) | Stop::Lost(why),
            ) => return Err(why),
        }
    }
}

/// The metadata of one object; `None` when there is none.
///
/// # Errors
///
/// When the server cannot be reached, or answers anything else.
pub(crate) async fn one(cluster: &Cluster, path: &str) -> anyhow::Result<Option<ObjectMeta>> {
    let answer = cluster.ask_for(METADATA, path).await?;
    // Who may write and not read is told by what comes of writing.
    if [403, 404].contains(&answer.status) {
        return Ok(None);
    }
    let said: Said = serde_json::from_str(&answer.into_json(path)?)?;
    Ok(Some(said.metadata))
}
