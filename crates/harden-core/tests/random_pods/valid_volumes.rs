//! Volumes without what API validation rejects.

use serde_json::{Value, json};

/// Mends volumes: each has a name of its own and one source, with what that source needs.
pub(crate) fn volumes(volumes: &mut Vec<Value>) {
    volumes.retain(Value::is_object);
    for (index, volume) in volumes.iter_mut().enumerate() {
        let fields = volume.as_object_mut().unwrap();
        let mut has_source = false;
        fields.retain(|kind, source| {
            let is_source = !matches!(kind.as_str(), "name" | "unknownVolume") && !source.is_null();
            let is_kept = !(is_source && has_source);
            has_source |= is_source;
            if is_source {
                *source = needed(kind);
            }
            is_kept
        });
        fields.insert("name".to_owned(), json!(format!("v{index}")));
    }
}

fn needed(kind: &str) -> Value {
    match kind {
        "awsElasticBlockStore" | "cinder" | "portworxVolume" => json!({"volumeID": "x"}),
        "azureDisk" => json!({"diskName": "x", "diskURI": "https://x.blob.core.windows.net/x"}),
        "azureFile" => json!({"secretName": "x", "shareName": "x"}),
        "cephfs" => json!({"monitors": ["x"]}),
        "configMap" => json!({"name": "x"}),
        "csi" => json!({"driver": "csi.example.com"}),
        "ephemeral" => json!({"volumeClaimTemplate": {"spec": {"accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}}}}}),
        "fc" => json!({"targetWWNs": ["x"], "lun": 0}),
        "flexVolume" => json!({"driver": "example.com/x"}),
        "flocker" => json!({"datasetName": "x"}),
        "gcePersistentDisk" => json!({"pdName": "x"}),
        "gitRepo" => json!({"repository": "x"}),
        "glusterfs" => json!({"endpoints": "x", "path": "x"}),
        "hostPath" => json!({"path": "/x"}),
        "image" => json!({"reference": "example.com/image:1"}),
        "iscsi" => {
            json!({"targetPortal": "127.0.0.1", "iqn": "iqn.2020-01.com.example:x", "lun": 0})
        }
        "nfs" => json!({"server": "x", "path": "/x"}),
        "persistentVolumeClaim" => json!({"claimName": "x"}),
        "photonPersistentDisk" => json!({"pdID": "x"}),
        "quobyte" => json!({"registry": "x:1", "volume": "x"}),
        "rbd" => json!({"monitors": ["x"], "image": "x"}),
        "scaleIO" => json!({"gateway": "https://x", "system": "x", "volumeName": "x",
            "secretRef": {"name": "x"}}),
        "secret" => json!({"secretName": "x"}),
        "storageos" => json!({"volumeName": "x"}),
        "vsphereVolume" => json!({"volumePath": "x"}),
        _ => json!({}),
    }
}
