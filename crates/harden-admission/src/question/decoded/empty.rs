//! Values that an API server does not keep, because nothing is what they say.

use serde_json::{Map, Value};

/// Maps whose keys are anybody's own, so that what is empty in them is kept.
const MAPS: [&str; 12] = [
    "annotations",
    "binaryData",
    "data",
    "limits",
    "matchLabels",
    "nodeSelector",
    "labels",
    "overhead",
    "parameters",
    "requests",
    "selector",
    "stringData",
];

/// Fields whose `false` is the same as nothing.
const FALSE: [&str; 17] = [
    "hostIPC",
    "hostNetwork",
    "hostPID",
    "paused",
    "publishNotReadyAddresses",
    "readOnly",
    "stdin",
    "stdinOnce",
    "tty",
    "unschedulable",
    "ready",
    "started",
    "shareName",
    "chapAuthDiscovery",
    "chapAuthSession",
    "sslEnabled",
    "globalDefault",
];

/// Fields whose 0 is the same as nothing.
const ZERO: [&str; 9] = [
    "fsGroupOverride",
    "healthCheckNodePort",
    "hostPort",
    "initialDelaySeconds",
    "lun",
    "minReadySeconds",
    "nodePort",
    "observedGeneration",
    "partitionNumber",
];

/// Lists that are kept when they are empty.
const LISTS: [&str; 2] = ["containers", "topologies"];

/// Texts that are kept when they are empty.
const TEXTS: [&str; 18] = [
    "apiGroup",
    "apiVersion",
    "claimName",
    "containerName",
    "ingressClassName",
    "ip",
    "key",
    "kind",
    "mountPath",
    "name",
    "path",
    "port",
    "targetPort",
    "runtimeClassName",
    "service",
    "storageClassName",
    "topologyKey",
    "whenUnsatisfiable",
];

/// Drops what says nothing.
pub(super) fn drop_empty(value: &mut Value) {
    match value {
        Value::Object(fields) => drop_fields(fields),
        Value::Array(items) => items.iter_mut().for_each(drop_empty),
        _ => {}
    }
}

fn drop_fields(fields: &mut Map<String, Value>) {
    for (key, value) in fields.iter_mut() {
        if !is_free(key, value) {
            drop_empty(value);
        }
    }
    if let Some(Value::Array(ports)) = fields.get_mut("ports") {
        for port in ports.iter_mut().filter_map(Value::as_object_mut) {
            port.retain(|key, value| key != "name" || value != "");
        }
    }
    fields.retain(|key, value| !is_dropped(key, value));
}

/// Whether it is a map of texts by anybody's own keys.
fn is_free(key: &str, value: &Value) -> bool {
    let values = value.as_object().into_iter().flatten();
    MAPS.contains(&key) && values.into_iter().all(|(_, it)| !it.is_object() && !it.is_array())
}

fn is_dropped(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(it) => !it && FALSE.contains(&key),
        Value::Number(it) => it.as_i64() == Some(0) && ZERO.contains(&key),
        Value::String(it) => it.is_empty() && !TEXTS.contains(&key),
        Value::Array(items) => items.is_empty() && !LISTS.contains(&key),
        Value::Object(fields) => fields.is_empty() && MAPS.contains(&key),
    }
}
