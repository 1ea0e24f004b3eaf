//! Volumes must be of kinds that give no access to the node or to unmanaged storage.

use std::collections::BTreeSet;

use harden_yaml::Place;

use crate::kubernetes::Level;
use crate::pod_security::message::{plural, quoted};
use crate::pod_security::{Check, Fault, Pod, Revision, Violation};

pub(super) static CHECK: Check = Check {
    id: "restrictedVolumes",
    level: Level::Restricted,
    summary: "volumes are configMaps, CSI volumes, downwardAPI, emptyDirs, ephemeral volumes, images, \
              persistentVolumeClaims, projected volumes or secrets",
    fields: &["spec.volumes[*]"],
    revisions: &[Revision::since(0, allowed_types).overriding(&["hostPathVolumes"])],
};

/// The sources of volumes that the restricted level allows.
pub const ALLOWED_VOLUMES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// In the order in which upstream looks for them: a volume with several is named after the first.
const RESTRICTED: [&str; 21] = [
    "hostPath",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "nfs",
    "iscsi",
    "glusterfs",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "fc",
    "azureFile",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "storageos",
];

fn allowed_types<'d>(pod: &Pod<'d>) -> Option<Violation<'d>> {
    let mut names = Vec::new();
    let mut types = BTreeSet::new();
    let mut faults = Vec::new();
    for volume in pod.volumes?.items() {
        if has_allowed_source(volume) {
            continue;
        }
        let source = RESTRICTED.iter().find(|kind| volume.at(kind).exists());
        if source.is_none() && pod.defaults_volumes {
            continue;
        }
        names.push(volume.at("name").as_str().unwrap_or(""));
        types.insert(*source.unwrap_or(&"unknown"));
        faults.push(Fault::decide(source.map_or(volume, |kind| volume.at(kind))));
    }
    if names.is_empty() {
        return None;
    }
    let detail = format!(
        "{} {} {} {} {}",
        plural(names.len(), "volume", "volumes"),
        quoted(&names),
        plural(names.len(), "uses", "use"),
        plural(types.len(), "restricted volume type", "restricted volume types"),
        quoted(&types)
    );
    Some(Violation { reason: "restricted volume types", detail, faults })
}

fn has_allowed_source(volume: Place<'_>) -> bool {
    volume.entries().any(|(key, value)| ALLOWED_VOLUMES.contains(&key) && value.exists())
}
