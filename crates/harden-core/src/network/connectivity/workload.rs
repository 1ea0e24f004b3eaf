//! Pods, and what makes them.

use std::net::IpAddr;
use std::sync::Arc;

use harden_yaml::Place;

use super::labels::Labels;
use super::reader::Reader;
use super::records::{Mark, NamedPort};
use crate::kubernetes::Protocol;
use crate::object::{Object, PodTemplate};
use crate::source::Positions;

/// A pod that was read, or the template of pods.
#[derive(Debug)]
pub(super) struct PodRecord {
    pub(super) namespace: u32,
    /// What the pod belongs to: its owner, or the pod itself.
    pub(super) kind: Arc<str>,
    pub(super) name: Arc<str>,
    pub(super) labels: Labels,
    pub(super) account: Arc<str>,
    pub(super) ports: Vec<NamedPort>,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) is_on_host: bool,
    pub(super) node: Option<Arc<str>>,
    pub(super) is_template: bool,
    pub(super) mark: Mark,
}

impl PodRecord {
    pub(super) fn key(&self) -> (u32, Arc<str>, Arc<str>) {
        (self.namespace, Arc::clone(&self.kind), Arc::clone(&self.name))
    }
}

/// What is known of pods whose text is gone.
#[derive(Debug, Clone, Copy)]
pub struct KnownPods<'a> {
    /// The API group of what makes them.
    pub group: &'a str,
    /// The kind of that; `Pod` for themselves.
    pub kind: &'a str,
    /// Its namespace; empty where that is not written.
    pub namespace: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Their labels.
    pub labels: &'a [(String, String)],
    /// Their ServiceAccount; none for `default`.
    pub account: Option<&'a str>,
    /// Their ports that have names.
    pub ports: &'a [(Box<str>, Protocol, u16)],
    /// Whether they are in the network of the host.
    pub is_on_host: bool,
    /// What the source is called.
    pub source: &'a str,
}

/// What a reader keeps of such pods; nothing of a kind whose pods may have other labels than its template.
pub(super) fn known(reader: &mut Reader, pods: &KnownPods<'_>) -> Option<PodRecord> {
    let is_pod = (pods.group, pods.kind) == ("", "Pod");
    if !is_pod && !is_template_of_its_pods(pods.group, pods.kind) {
        return None;
    }
    let mut labels = Labels::default();
    pods.labels.iter().for_each(|(key, value)| labels.set(key, value));
    if (pods.group, pods.kind) == ("batch", "Job") {
        name_job(&mut labels, pods.name);
    }
    let ports = pods.ports.iter().map(|(name, protocol, number)| NamedPort {
        name: (**name).into(),
        protocol: *protocol,
        number: *number,
    });
    let mut ports: Vec<_> = ports.collect();
    ports.sort_unstable();
    ports.dedup();
    Some(PodRecord {
        namespace: reader.namespace(pods.namespace),
        kind: pods.kind.into(),
        name: pods.name.into(),
        labels,
        account: pods.account.unwrap_or("default").into(),
        ports,
        addresses: Vec::new(),
        is_on_host: pods.is_on_host,
        node: None,
        is_template: !is_pod,
        mark: Mark { source: pods.source.into(), line: 0 },
    })
}

/// The pods that an object is or makes, without those that have ended.
pub(super) fn read(
    reader: &mut Reader,
    object: &Object<'_>,
    text: &dyn Positions,
) -> Vec<PodRecord> {
    let is_pod = object.is("", "Pod");
    let is_plain = is_pod || is_template_of_its_pods(object.group, object.kind);
    let has_ended = matches!(
        object.place.follow("status.phase").as_str(),
        Some("Succeeded" | "Failed") if is_pod
    );
    if !is_plain || has_ended {
        return Vec::new();
    }
    let namespace = reader.namespace_of(object);
    let own = object.generate_name().unwrap_or_else(|| object.name());
    let (kind, name) = if is_pod {
        owner(object.place.at("metadata")).unwrap_or((object.kind, own))
    } else {
        (object.kind, own)
    };
    let (kind, name): (Arc<str>, Arc<str>) = (kind.into(), name.into());
    let mark = reader.mark(text, object.place);
    let pods = object.pods().into_iter();
    let records = pods.map(|pod| PodRecord {
        namespace,
        kind: Arc::clone(&kind),
        name: Arc::clone(&name),
        labels: labels(object, &pod),
        account: account(pod.spec),
        ports: ports(pod.spec),
        addresses: if is_pod { addresses(object.place) } else { Vec::new() },
        is_on_host: pod.spec.at("hostNetwork").as_bool() == Some(true),
        node: pod.spec.at("nodeName").as_str().map(Into::into),
        is_template: !is_pod,
        mark: mark.clone(),
    });
    records.collect()
}

/// Whether the pods of a kind have the labels of its template.
fn is_template_of_its_pods(group: &str, kind: &str) -> bool {
    matches!(
        (group, kind),
        ("apps" | "extensions", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
            | ("", "ReplicationController")
            | ("batch", "Job" | "CronJob")
            | ("argoproj.io", "Rollout")
    )
}

/// What a pod belongs to. A ReplicaSet that was made for a Deployment is called as it and the hash of the template.
fn owner(metadata: Place<'_>) -> Option<(&str, &str)> {
    let mut owners = metadata.at("ownerReferences").items();
    let owner = owners.find(|it| it.at("controller").as_bool() == Some(true)).or_else(|| {
        let mut all = metadata.at("ownerReferences").items();
        all.next()
    })?;
    let (kind, name) = (owner.at("kind").as_str()?, owner.at("name").as_str()?);
    let hash = metadata.at("labels").at("pod-template-hash").as_str();
    let deployment = hash.and_then(|it| name.strip_suffix(it)?.strip_suffix('-'));
    Some(match deployment {
        Some(deployment) if kind == "ReplicaSet" => ("Deployment", deployment),
        _ => (kind, name),
    })
}

/// The labels of the pods, those that the controller of Jobs adds included.
fn labels(object: &Object<'_>, pod: &PodTemplate<'_>) -> Labels {
    let mut labels = Labels::read(pod.metadata.at("labels"));
    if object.is("batch", "Job") {
        name_job(&mut labels, object.name());
    }
    labels
}

fn name_job(labels: &mut Labels, name: &str) {
    if !name.is_empty() {
        labels.set("job-name", name);
        labels.set("batch.kubernetes.io/job-name", name);
    }
}

fn account(spec: Place<'_>) -> Arc<str> {
    let named = ["serviceAccountName", "serviceAccount"].map(|it| spec.at(it).as_str());
    named.into_iter().flatten().find(|it| !it.is_empty()).unwrap_or("default").into()
}

/// The ports that have names, of containers and of init containers that go on running.
fn ports(spec: Place<'_>) -> Vec<NamedPort> {
    let init = spec.at("initContainers").items();
    let sidecars = init.filter(|it| it.at("restartPolicy").as_str() == Some("Always"));
    let listed = spec.at("containers").items().chain(sidecars);
    let mut ports: Vec<_> = listed.flat_map(|it| it.at("ports").items()).filter_map(port).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

fn port(place: Place<'_>) -> Option<NamedPort> {
    let name = place.at("name").as_str().filter(|it| !it.is_empty())?;
    let protocol = place.at("protocol").as_str().map_or(Some(Protocol::Tcp), Protocol::read)?;
    let number = u16::try_from(place.at("containerPort").as_i64()?).ok().filter(|it| *it > 0)?;
    Some(NamedPort { name: name.into(), protocol, number })
}

fn addresses(pod: Place<'_>) -> Vec<IpAddr> {
    let status = pod.at("status");
    let several = status.at("podIPs").items().map(|it| it.at("ip"));
    let all = several.chain([status.at("podIP")]);
    let mut addresses: Vec<_> = all.filter_map(|it| it.as_str()?.parse::<IpAddr>().ok()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    addresses
}
