//! What the API server refuses of claims and volumes of the cluster.

use harden_yaml::Place;

use super::pod::node_selector;
use super::problem::{ProblemKind, Problems};
use super::{names, selector};
use crate::kubernetes::Quantity;
use crate::object::{Object, quantity};

const KIND: ProblemKind = ProblemKind::Object;

/// What a PersistentVolume may be.
const SOURCES: &[&str] = &[
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "csi",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "glusterfs",
    "hostPath",
    "iscsi",
    "local",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
];

pub(super) fn check_claim<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    // A part of a claim asks for something else.
    let is_whole = spec.at("accessModes").exists()
        || spec.at("resources").at("requests").at("storage").exists();
    claim(spec, is_whole, problems);
}

/// The spec of a claim, wherever it stands.
pub(super) fn claim<'d>(spec: Place<'d>, is_whole: bool, problems: &mut Problems<'d>) {
    if !spec.is_map() {
        return;
    }
    let modes = spec.at("accessModes");
    let requests = spec.at("resources").at("requests");
    if is_whole && modes.is_empty() {
        problems.add(KIND, modes, "`accessModes` must have at least one item");
    }
    access(modes, problems);
    let storage = requests.at("storage");
    if is_whole && !storage.exists() {
        problems.required(KIND, storage, "in the requests of a claim");
    }
    if quantity(storage).is_some_and(|it| it <= Quantity::zero()) {
        problems.invalid(KIND, storage, "must be greater than zero");
    }
    selector::check(spec.at("selector"), problems);
    problems.optional_text(ProblemKind::Name, spec.at("storageClassName"), names::subdomain);
}

pub(super) fn check_volume<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let spec = object.place.at("spec");
    access(spec.at("accessModes"), problems);
    let mut stated = SOURCES.iter().map(|it| spec.at(it)).filter(Place::exists);
    match (stated.next(), stated.next()) {
        (Some(first), Some(second)) => {
            let [first, other] = [first, second].map(|it| it.key().unwrap_or_default());
            let message = format!("a volume is of one kind only, not `{first}` and `{other}`");
            problems.add(KIND, second, message);
        }
        // A part of a volume has no size.
        (None, _) if spec.at("capacity").exists() => {
            problems.add(KIND, spec, "a PersistentVolume must say of what kind it is");
        }
        _ => {}
    }
    for path in ["hostPath", "local"].map(|it| spec.at(it).at("path")) {
        problems.text(KIND, path, names::path);
    }
    let affinity = spec.at("nodeAffinity");
    if spec.at("local").is_map() && !affinity.at("required").exists() {
        problems.add(KIND, affinity, "`nodeAffinity` is required for a local volume");
    }
    if affinity.at("required").is_map() {
        node_selector(affinity.at("required"), problems);
    }
    problems.optional_text(ProblemKind::Name, spec.at("storageClassName"), names::subdomain);
}

fn access<'d>(modes: Place<'d>, problems: &mut Problems<'d>) {
    let alone = modes.items().filter(|it| it.as_str() == Some("ReadWriteOncePod")).count();
    if alone > 0 && alone < modes.len() {
        let message = "`ReadWriteOncePod` may not be used with other access modes";
        problems.add(KIND, modes, message);
    }
}
