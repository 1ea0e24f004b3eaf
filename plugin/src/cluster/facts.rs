//! Asks a cluster for the facts that options depend on.

use anyhow::{Context as _, bail};
use harden_core::cluster::{
    DnsService, EncryptionState, EndpointPort, Endpoints, Facts, Need, identify,
};
use harden_core::kubernetes::{Endpoint, MinorVersion};
use harden_core::platform::Platform;
use harden_yaml::Document;
use k8s_openapi::List;
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::discovery::v1::EndpointSlice;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIGroupList;
use k8s_openapi::apimachinery::pkg::version::Info;

use super::{Cluster, secrets};

/// Learns what is needed, and nothing else.
pub(crate) async fn ask(cluster: &Cluster, needs: &[Need]) -> anyhow::Result<Facts> {
    let mut facts = Facts::default();
    if needs.contains(&Need::Version) {
        facts.version = Some(version(cluster).await?);
    }
    if needs.contains(&Need::Dns) {
        facts.dns = Some(dns(cluster).await?);
    }
    if needs.contains(&Need::Platform) {
        facts.platform = Some(platform(cluster).await?);
    }
    if needs.contains(&Need::ApiServers) {
        facts.api_servers = Some(api_servers(cluster).await?);
    }
    facts.secrets = secrets::ask(cluster, needs).await?;
    if needs.contains(&Need::Encryption) {
        facts.encryption = Some(encryption(cluster).await?);
    }
    Ok(facts)
}

/// The names of the namespaces.
pub(crate) async fn namespaces(cluster: &Cluster) -> anyhow::Result<Vec<String>> {
    let list: Option<List<Namespace>> = cluster.read("/api/v1/namespaces?limit=500").await?;
    Ok(list.unwrap_or_default().items.into_iter().filter_map(|it| it.metadata.name).collect())
}

async fn version(cluster: &Cluster) -> anyhow::Result<MinorVersion> {
    let Info { git_version, emulation_minor, .. } = info(cluster).await?;
    Ok(MinorVersion::of_server(&git_version, emulation_minor.as_deref())?)
}

async fn info(cluster: &Cluster) -> anyhow::Result<Info> {
    Ok(cluster.read("/version").await?.unwrap_or_default())
}

/// Some nodes, which all say the same of their platform.
const NODES: &str = "/api/v1/nodes?limit=20";

async fn platform(cluster: &Cluster) -> anyhow::Result<&'static Platform> {
    let version = info(cluster).await?.git_version;
    let groups: Option<APIGroupList> = cluster.read("/apis").await?;
    let groups = groups.unwrap_or_default().groups.into_iter().map(|it| it.name);
    // Who may not list nodes may still be told by the version and the groups.
    let answer = cluster.ask(http::Method::GET, NODES, "", Vec::new()).await?;
    let nodes = if answer.status == 403 { None } else { Some(answer.into_json(NODES)?) };
    let nodes = nodes.as_deref().map(|it| Document::parse_json(it));
    let nodes = nodes.as_ref().map(Document::root);
    Ok(identify(&version, &groups.collect::<Vec<_>>(), nodes)?)
}

async fn api_servers(cluster: &Cluster) -> anyhow::Result<Vec<Endpoint>> {
    let slices = slices(cluster, "default", "kubernetes").await?.unwrap_or_default();
    let addresses = Endpoints::servers(&slices);
    let endpoints: Vec<_> = addresses.iter().filter_map(|it| it.parse().ok()).collect();
    if endpoints.is_empty() {
        bail!(
            "the Service default/kubernetes has no endpoints that tell where the API server is; name it with --allow-apiserver CIDR:PORT"
        );
    }
    Ok(endpoints)
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
    let migrations = migrations.as_deref().map(|it| Document::parse_json(it));
    let mut state = EncryptionState::read(&metrics, migrations.as_ref().map(Document::root));
    // Who may not list them may still ask the one that answers.
    if let Ok(Some(slices)) = slices(cluster, "default", "kubernetes").await {
        let addresses = Endpoints::servers(&slices);
        state.servers = Some(Vec::new());
        if addresses.len() > 1 {
            for address in addresses {
                let answer = ask_server(cluster, &address).await.map_err(|it| format!("{it:#}"));
                state.add(&address, answer);
            }
        }
    }
    Ok(state)
}

/// The EndpointSlices of a Service; in those of `kubernetes` each API server lists itself. `None` where the server
/// does not know such objects.
async fn slices(
    cluster: &Cluster,
    namespace: &str,
    service: &str,
) -> anyhow::Result<Option<Vec<Endpoints>>> {
    let path = format!(
        "/apis/discovery.k8s.io/v1/namespaces/{namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D{service}"
    );
    let list: Option<List<EndpointSlice>> = cluster.read(&path).await?;
    Ok(list.map(|it| it.items.into_iter().map(endpoints).collect()))
}

fn endpoints(slice: EndpointSlice) -> Endpoints {
    let ports = slice.ports.into_iter().flatten().map(|it| EndpointPort {
        name: it.name.unwrap_or_default(),
        number: it.port.and_then(|it| it.try_into().ok()),
        protocol: it.protocol.unwrap_or_default(),
    });
    let addresses = slice.endpoints.into_iter().flatten().flat_map(|it| it.addresses);
    Endpoints { ports: ports.collect(), addresses: addresses.collect() }
}

async fn ask_server(cluster: &Cluster, address: &str) -> anyhow::Result<EncryptionState> {
    Ok(EncryptionState::read(&cluster.at(address)?.text("/metrics").await?, None))
}

async fn dns(cluster: &Cluster) -> anyhow::Result<DnsService> {
    for (namespace, name) in DnsService::PLACES {
        let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
        let Some(service) = cluster.get(&path).await? else { continue };
        let slices = slices(cluster, namespace, name).await?.unwrap_or_default();
        let node_local =
            cluster.get("/apis/apps/v1/namespaces/kube-system/daemonsets/node-local-dns").await?;
        let service = Document::parse_json(&service);
        let node_local = node_local.as_deref().map(|it| Document::parse_json(it));
        let node_local = node_local.as_ref().map(Document::root);
        return DnsService::read(service.root(), &slices, node_local).with_context(|| {
            format!("the DNS Service {namespace}/{name} selects no pods and has no endpoints; describe it with --dns custom")
        });
    }
    let looked = DnsService::PLACES.map(|(namespace, name)| format!("{namespace}/{name}"));
    bail!(
        "no DNS Service was found (looked for {}); describe it with --dns custom",
        looked.join(", ")
    )
}
