//! The rules of a NetworkPolicy that let pods resolve names, where nothing is known of the cluster.

use serde_json::{Value, json};

/// What `namespace --only dns` makes; a test holds the one to the other.
pub(super) fn dns_rules() -> Vec<Value> {
    let pods = |name: &str| {
        json!({
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": name}},
        })
    };
    let port = |protocol: &str| json!({"protocol": protocol, "port": 53});
    vec![json!({
        "to": [pods("kube-dns"), pods("node-local-dns"), {"ipBlock": {"cidr": "169.254.0.0/16"}}],
        "ports": [port("UDP"), port("TCP")],
    })]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Facts;
    use crate::generators::Generate as _;
    use crate::generators::namespace::{Options, Part};

    #[test]
    fn they_are_those_that_the_generator_makes() {
        let name = "any".parse().expect("it is a name");
        let options = Options { names: vec![name], only: vec![Part::Dns], ..Options::default() };
        let made = options.generate(&Facts::default()).expect("it is made").manifests;
        let rules = made.iter().filter_map(|it| it.object.pointer("/spec/egress")?.as_array());
        assert_eq!(rules.flatten().cloned().collect::<Vec<_>>(), dns_rules());
    }
}
