//! Whether what runs already fits the quota that is about to be applied.

use std::fmt::Write as _;

use anyhow::bail;
use harden_core::Manifest;
use harden_core::cluster::Usage;
use harden_yaml::Document;

use crate::cluster::Cluster;
use crate::terminal;

const COUNTED: [(&str, &str); 3] =
    [("Pod", "pods"), ("Service", "services"), ("PersistentVolumeClaim", "persistentvolumeclaims")];

/// Rejects quotas below what their namespaces use: nothing would stop, but the next roll-out would
/// be stuck.
pub(super) async fn reject_quota_below_use(
    cluster: &Cluster,
    manifests: &[Manifest],
) -> anyhow::Result<()> {
    let mut text = String::new();
    for quota in manifests.iter().filter(|it| it.kind.kind == "ResourceQuota") {
        let Some(namespace) = &quota.namespace else { continue };
        let Some(usage) = usage(cluster, namespace).await? else { continue };
        for excess in usage.beyond(&quota.object) {
            let _ = write!(
                text,
                "\n  {namespace}: {}={} is below the {} in use",
                excess.resource, excess.hard, excess.used
            );
        }
    }
    if text.is_empty() {
        return Ok(());
    }
    bail!(
        "the quota would be below what is in use, and stop the next roll-out:{text}\n  choose a larger --size, or set these with --quota; --force goes ahead"
    )
}

/// What a namespace uses; `None` when that cannot be seen, which is then said.
async fn usage(cluster: &Cluster, namespace: &str) -> anyhow::Result<Option<Usage>> {
    let mut usage = Usage::default();
    for (kind, plural) in COUNTED {
        let path = format!("/api/v1/namespaces/{namespace}/{plural}");
        let answer = cluster.ask(http::Method::GET, &path, "", Vec::new()).await?;
        match answer.status {
            404 => return Ok(None),
            403 => {
                let text = format!(
                    "whether the quota is below what namespace {namespace} uses was not checked: {}",
                    answer.message()
                );
                terminal::note(&text)?;
                return Ok(None);
            }
            _ => {}
        }
        let list = answer.into_json(&path)?;
        for object in Document::parse_json(&list).root().at("items").items() {
            usage.add(kind, object);
        }
    }
    Ok(Some(usage))
}
