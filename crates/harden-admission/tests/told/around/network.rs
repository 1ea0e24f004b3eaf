//! Services and Ingresses.

use serde_json::{Value, json};

use super::{fields, set, some};
use crate::dice::Dice;

const HOSTS: [&str; 7] = [
    "shop.example.com",
    "*.example.com",
    "a.shop.example.com",
    "*.shop.example.com",
    "shop.example.org",
    "example.com",
    "localhost",
];

pub(super) fn edit_service(object: &mut Value, dice: &mut Dice) {
    let spec = &mut object["spec"];
    match dice.below(4) {
        0 | 1 => {
            let kinds = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"].map(Value::from);
            let kinds: Vec<_> = kinds.into_iter().chain([Value::Null]).collect();
            set(spec, "type", dice, &kinds);
        }
        2 => {
            let lists = [json!(["203.0.113.7"]), json!(["203.0.113.7", "198.51.100.9"]), json!([])];
            let lists: Vec<_> = lists.into_iter().chain([Value::Null]).collect();
            set(spec, "externalIPs", dice, &lists);
        }
        _ => {
            set(
                spec,
                "ports",
                dice,
                &[json!([{"port": 80}]), json!([{"port": 22, "name": "ssh"}])],
            );
        }
    }
    if spec["type"] == "ExternalName" {
        spec["externalName"] = "db.example.com".into();
    } else {
        fields(spec).remove("externalName");
    }
}

pub(super) fn edit_ingress(object: &mut Value, dice: &mut Dice) {
    let backend = json!({"service": {"name": "web", "port": {"number": 80}}});
    match dice.below(6) {
        0 | 1 => {
            let hosts = some(dice, &HOSTS, 25);
            let rule = |host: String| json!({"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}});
            let mut rules: Vec<Value> = hosts.into_iter().map(rule).collect();
            if dice.chance(20) {
                rules.push(json!({"http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}));
            }
            object["spec"]["rules"] = rules.into();
        }
        2 | 3 => {
            let mut entries = Vec::new();
            for _ in 0..dice.below(3) {
                let mut entry = json!({"secretName": "shop-tls", "hosts": some(dice, &HOSTS, 35)});
                if dice.chance(10) {
                    fields(&mut entry).remove("hosts");
                }
                entries.push(entry);
            }
            object["spec"]["tls"] = entries.into();
        }
        4 => set(&mut object["spec"], "defaultBackend", dice, &[backend, Value::Null, Value::Null]),
        _ => {
            let key = *dice.pick(&[
                "alb.ingress.kubernetes.io/certificate-arn",
                "alb.ingress.kubernetes.io/listen-ports",
                "nginx.ingress.kubernetes.io/ssl-passthrough",
                "traefik.ingress.kubernetes.io/router.tls",
                "route.openshift.io/termination",
                "ingress.gcp.kubernetes.io/pre-shared-cert",
                "example.com/owner",
            ]);
            let values = ["", "true", "false", "[{\"HTTPS\":443}]", "edge"].map(Value::from);
            let values: Vec<_> = values.into_iter().chain([Value::Null]).collect();
            set(&mut object["metadata"]["annotations"], key, dice, &values);
        }
    }
}

/// An Ingress says at least where requests go.
pub(super) fn finish_ingress(mut object: Value) -> Value {
    let spec = &mut object["spec"];
    if spec["rules"].as_array().is_none_or(Vec::is_empty) && spec["defaultBackend"].is_null() {
        spec["defaultBackend"] = json!({"service": {"name": "web", "port": {"number": 80}}});
    }
    object
}
