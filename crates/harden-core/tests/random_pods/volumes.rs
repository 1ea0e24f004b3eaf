//! Volumes.

use serde_json::{Map, Value, json};

use super::Random;

const ALLOWED: [&str; 9] = [
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

const NAMES: [&str; 8] = ["v", "data", "tmp", "", "quo\"te", "back\\slash", "new\nline", "\u{e9}"];

/// A list of volumes.
pub(crate) fn list(random: &mut Random) -> Value {
    if random.chance(3) {
        return Value::Null;
    }
    let volumes = (0..random.below(4)).map(|_| volume(random));
    volumes.collect()
}

fn volume(random: &mut Random) -> Value {
    if random.chance(1) {
        return Value::Null;
    }
    let mut volume = Map::new();
    if random.chance(97) {
        volume.insert("name".to_owned(), json!(random.pick(&NAMES)));
    }
    let mut put = |kind: &str, source: Value| volume.insert(kind.to_owned(), source);
    if !random.wild() {
        let kind = random.pick(&ALLOWED);
        put(kind, json!({}));
        return volume.into();
    }
    if random.chance(15) {
        // Two kinds that upstream looks for one after the other: the first names the volume.
        let neighbours: Vec<&[&str]> = RESTRICTED.windows(2).collect();
        for kind in random.pick(&neighbours).iter().rev() {
            put(kind, json!({}));
        }
        return volume.into();
    }
    for _ in 0..=random.below(3) {
        let kind = match random.below(10) {
            0..2 => *random.pick(&ALLOWED),
            2..5 => "hostPath",
            5 => "unknownVolume",
            _ => *random.pick(&RESTRICTED),
        };
        put(kind, if random.chance(12) { Value::Null } else { json!({}) });
    }
    if random.chance(10) {
        volume.retain(|key, _| key == "name");
    }
    volume.into()
}
