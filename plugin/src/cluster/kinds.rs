//! Which kinds an API server serves, by its discovery.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::APIResourceList;
use kube::core::discovery::v2::{APIGroupDiscoveryList, APIResourceDiscovery};

use super::Cluster;
use crate::listing::{Kind, Scope, rank};

/// Kinds of which no rule reads anything, and which change all the time or are many.
const NOT_READ: [(&str, &str); 16] = [
    ("", "componentstatuses"),
    ("", "endpoints"),
    ("", "events"),
    ("", "nodes"),
    ("apps", "controllerrevisions"),
    ("coordination.k8s.io", "leases"),
    ("discovery.k8s.io", "endpointslices"),
    ("events.k8s.io", "events"),
    ("metrics.k8s.io", "nodes"),
    ("metrics.k8s.io", "pods"),
    ("openreports.io", "clusterreports"),
    ("openreports.io", "reports"),
    ("storage.k8s.io", "csinodes"),
    ("storage.k8s.io", "volumeattachments"),
    ("wgpolicyk8s.io", "clusterpolicyreports"),
    ("wgpolicyk8s.io", "policyreports"),
];

/// What a server serves.
#[derive(Debug, Default)]
pub(super) struct Served {
    /// Kinds that can be listed, in the order in which they are read, each in the version that the server prefers.
    pub(super) kinds: Vec<Kind>,
    /// Groups and versions that the server says it has and cannot tell of, and why.
    pub(super) unknown: Vec<(String, String)>,
}

/// Asks the server what it serves.
///
/// # Errors
///
/// When the server does not tell at all. A group whose own server is down is no error.
pub(super) async fn discover(cluster: &Cluster) -> anyhow::Result<Served> {
    let mut served = discover_all(cluster).await?;
    let is_read = |it: &Kind| !NOT_READ.contains(&(it.group.as_str(), it.plural.as_str()));
    served.kinds.retain(is_read);
    Ok(served)
}

/// The same with kinds of which no rule reads anything.
pub(super) async fn discover_all(cluster: &Cluster) -> anyhow::Result<Served> {
    let client = cluster.client();
    let [core, groups] = [
        client.list_core_api_versions_aggregated().await.map_err(|it| cluster.fault(&it))?,
        client.list_api_groups_aggregated().await.map_err(|it| cluster.fault(&it))?,
    ];
    let mut served = Served::default();
    if core.items.is_empty() && groups.items.is_empty() {
        // Before 1.26 there is no aggregated discovery, and both answers are lists of another sort.
        one_by_one(cluster, &mut served).await?;
    } else {
        [core, groups].into_iter().for_each(|it| served.add_all(it));
    }
    served.kinds.sort_by_cached_key(rank);
    Ok(served)
}

impl Served {
    /// Leaves what is within this scope.
    pub(super) fn keep_within(&mut self, scope: &Scope) {
        if let Scope::Namespace(_) = scope {
            self.kinds.retain(|it| it.is_namespaced || it.is("", "Namespace"));
        }
    }

    fn add_all(&mut self, list: APIGroupDiscoveryList) {
        for group in list.items {
            let name = group.metadata.and_then(|it| it.name).unwrap_or_default();
            let mut seen = Vec::new();
            for version in group.versions {
                let number = version.version.unwrap_or_default();
                if version.freshness.as_deref() == Some("Stale") {
                    let what = if name.is_empty() { number } else { format!("{name}/{number}") };
                    self.unknown
                        .push((what, "the server behind this API does not answer".to_owned()));
                    continue;
                }
                // Versions come in the order of the server's preference.
                for resource in version.resources {
                    let plural = resource.resource.clone().unwrap_or_default();
                    if !seen.contains(&plural) {
                        seen.push(plural);
                        self.add(&name, &number, resource);
                    }
                }
            }
        }
    }

    fn add(&mut self, group: &str, version: &str, resource: APIResourceDiscovery) {
        let kind = resource.response_kind.and_then(|it| it.kind).unwrap_or_default();
        self.keep(
            Kind {
                group: group.to_owned(),
                version: version.to_owned(),
                kind,
                plural: resource.resource.unwrap_or_default(),
                is_namespaced: resource.scope.as_deref() == Some("Namespaced"),
            },
            &resource.verbs,
        );
    }

    fn keep(&mut self, kind: Kind, verbs: &[String]) {
        if !kind.kind.is_empty() && verbs.iter().any(|it| it == "list") {
            self.kinds.push(kind);
        }
    }

    fn add_old(
        &mut self,
        group: &str,
        version: &str,
        list: APIResourceList,
        seen: &mut Vec<String>,
    ) {
        for resource in list.resources {
            if !resource.name.contains('/') && !seen.contains(&resource.name) {
                seen.push(resource.name.clone());
                let kind = Kind {
                    group: group.to_owned(),
                    version: version.to_owned(),
                    kind: resource.kind,
                    plural: resource.name,
                    is_namespaced: resource.namespaced,
                };
                self.keep(kind, &resource.verbs);
            }
        }
    }
}

/// Asks for each group and version by itself, as servers before 1.26 want it.
async fn one_by_one(cluster: &Cluster, served: &mut Served) -> anyhow::Result<()> {
    let client = cluster.client();
    let core = client.list_core_api_resources("v1").await.map_err(|it| cluster.fault(&it))?;
    served.add_old("", "v1", core, &mut Vec::new());
    let groups = client.list_api_groups().await.map_err(|it| cluster.fault(&it))?;
    for group in groups.groups {
        let mut versions = group.versions;
        let preferred = group.preferred_version.map(|it| it.version);
        versions.sort_by_key(|it| Some(&it.version) != preferred.as_ref());
        let mut seen = Vec::new();
        for version in versions {
            match client.list_api_group_resources(&version.group_version).await {
                Ok(list) => served.add_old(&group.name, &version.version, list, &mut seen),
                Err(error) => {
                    let why = format!("the server behind this API does not answer: {error}");
                    served.unknown.push((version.group_version, why));
                }
            }
        }
    }
    Ok(())
}
