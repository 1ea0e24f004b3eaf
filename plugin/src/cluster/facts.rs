//! Asks a cluster for the facts that options depend on.

use anyhow::{Context as _, bail};
use harden_core::kubernetes::{DnsService, EncryptionState, Facts, MinorVersion, Need};
use serde_json::Value;

use super::{Cluster, secrets};

/// Where distributions keep their DNS Service, most common first.
const DNS_SERVICES: [(&str, &str); 4] = [
    ("kube-system", "kube-dns"),
    ("kube-system", "coredns"),
    ("kube-system", "rke2-coredns-rke2-coredns"),
    ("openshift-dns", "dns-default"),
];

/// Learns what is needed, and nothing else.
pub(crate) async fn ask(cluster: &Cluster, needs: &[Need]) -> anyhow::Result<Facts> {
    let mut facts = Facts::default();
    if needs.contains(&Need::Version) {
        facts.version = Some(version(cluster).await?);
    }
    if needs.contains(&Need::Dns) {
        facts.dns = Some(dns(cluster).await?);
    }
    facts.secrets = secrets::ask(cluster, needs).await?;
    if needs.contains(&Need::Encryption) {
        facts.encryption = Some(encryption(cluster).await?);
    }
    Ok(facts)
}

async fn version(cluster: &Cluster) -> anyhow::Result<MinorVersion> {
    let answer = cluster.get("/version").await?.unwrap_or_default();
    // An emulated version decides which policies the server knows, whatever it was built from.
    let emulated =
        answer.get("emulationMinor").and_then(Value::as_str).and_then(|it| it.parse().ok());
    let git_version = answer.get("gitVersion").and_then(Value::as_str).unwrap_or_default();
    emulated.map(MinorVersion).or_else(|| MinorVersion::from_git_version(git_version)).with_context(
        || format!("the API server calls its version `{git_version}`, which is not understood"),
    )
}

async fn encryption(cluster: &Cluster) -> anyhow::Result<EncryptionState> {
    let metrics = cluster.text("/metrics").await?;
    let mut migrations = None;
    for version in ["v1", "v1beta1"] {
        let path = format!("/apis/storagemigration.k8s.io/{version}/storageversionmigrations");
        migrations = cluster.get(&path).await?;
        if migrations.is_some() {
            break;
        }
    }
    Ok(EncryptionState::read(&metrics, migrations.as_ref()))
}

async fn dns(cluster: &Cluster) -> anyhow::Result<DnsService> {
    for (namespace, name) in DNS_SERVICES {
        let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
        let Some(service) = cluster.get(&path).await? else { continue };
        let slices = format!(
            "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D{name}"
        );
        let slices = match cluster.get(&slices).await?.as_ref().and_then(|it| it.get("items")) {
            Some(Value::Array(items)) => items.clone(),
            _ => Vec::new(),
        };
        let node_local =
            cluster.get("/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns").await?;
        return DnsService::read(&service, &slices, node_local.as_ref()).with_context(|| {
            format!("the DNS Service {namespace}/{name} selects no pods and has no endpoints; describe it with --dns custom")
        });
    }
    let looked: Vec<_> =
        DNS_SERVICES.iter().map(|(namespace, name)| format!("{namespace}/{name}")).collect();
    bail!(
        "no DNS Service was found (looked for {}); describe it with --dns custom",
        looked.join(", ")
    )
}
