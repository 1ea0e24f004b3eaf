//! Which platform a cluster runs on, told by what it says of itself.

use std::fmt::Write as _;

use harden_yaml::Place;

use crate::platform::{self, Platform, Setting, Sign, Told};

/// Why a platform cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; name it with --platform")]
pub struct Unclear(String);

/// The platform of a cluster, by what its server calls itself, the names of the API groups, and the list of nodes
/// if it could be had.
///
/// # Errors
///
/// It looks like none that is known here, or like several.
pub fn identify(
    version: &str,
    groups: &[String],
    nodes: Option<Place<'_>>,
) -> Result<&'static Platform, Unclear> {
    let shows = |sign: &Sign| shows(*sign, version, groups, nodes);
    let mut found: Vec<_> = platform::all().filter(|it| it.signs.iter().any(shows)).collect();
    // Others make their nodes by kubeadm, too.
    if found.len() > 1 {
        let is_base =
            |it: &Platform| matches!(it.audit.value, Setting::File { told: Told::StaticPod, .. });
        found.retain(|it| !is_base(it));
    }
    match found.as_slice() {
        [one] => Ok(*one),
        [] => {
            let mut text =
                "the cluster looks like none of the platforms that are known here".to_owned();
            if nodes.is_none() {
                text.push_str(", as far as can be told without listing its nodes");
            }
            Err(Unclear(text))
        }
        several => {
            let mut text = "the cluster looks like several platforms".to_owned();
            for (at, it) in several.iter().enumerate() {
                let _ = write!(text, "{} {}", if at == 0 { ":" } else { "," }, it.name);
            }
            Err(Unclear(text))
        }
    }
}

fn shows(sign: Sign, version: &str, groups: &[String], nodes: Option<Place<'_>>) -> bool {
    let any_node = |is_so: &dyn Fn(Place<'_>) -> bool| {
        nodes.is_some_and(|it| it.at("items").items().any(is_so))
    };
    let text =
        |node: Place<'_>, path: &str| node.follow(path).as_str().unwrap_or_default().to_owned();
    match sign {
        Sign::Version(part) => version.contains(part),
        Sign::Group(name) => groups.iter().any(|it| it == name),
        Sign::NodeLabel(key) => any_node(&|it| it.follow("metadata.labels").at(key).exists()),
        Sign::NodeAnnotation(key) => {
            any_node(&|it| it.follow("metadata.annotations").at(key).exists())
        }
        Sign::ProviderId(start) => any_node(&|it| text(it, "spec.providerID").starts_with(start)),
        Sign::OsImage(start) => {
            any_node(&|it| text(it, "status.nodeInfo.osImage").starts_with(start))
        }
        Sign::Kubelet(part) => {
            any_node(&|it| text(it, "status.nodeInfo.kubeletVersion").contains(part))
        }
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;
    use serde_json::{Value, json};

    use super::*;

    fn name(version: &str, groups: &[&str], nodes: Option<Value>) -> Result<&'static str, String> {
        let groups: Vec<_> = groups.iter().map(|it| (*it).to_owned()).collect();
        let list = json!({"items": nodes}).to_string();
        let list = Document::parse_json(&list);
        let nodes = nodes.map(|_| list.root());
        identify(version, &groups, nodes).map(|it| it.name).map_err(|it| it.to_string())
    }

    #[test]
    fn each_platform_is_known_by_what_it_says_of_itself() {
        let of_version = |version| name(version, &[], None);
        assert_eq!(of_version("v1.34.1-gke.3720000"), Ok("gke"));
        assert_eq!(of_version("v1.34.1-eks-3cfe0ce"), Ok("eks"));
        assert_eq!(of_version("v1.34.1+k3s1"), Ok("k3s"));
        assert_eq!(of_version("v1.34.1+rke2r1"), Ok("rke2"));
        assert_eq!(name("v1.34.1", &["apps", "config.openshift.io"], None), Ok("openshift"));
        let of_node = |node: Value| name("v1.34.1", &["apps"], Some(json!([node])));
        let labels = |key: &str| json!({"metadata": {"labels": {key: "x"}}});
        assert_eq!(of_node(labels("kubernetes.azure.com/cluster")), Ok("aks"));
        assert_eq!(of_node(labels("eks.amazonaws.com/nodegroup")), Ok("eks"));
        let talos = json!({"status": {"nodeInfo": {"osImage": "Talos (v1.12.0)"}}});
        assert_eq!(of_node(talos), Ok("talos"));
        let socket = json!({"kubeadm.alpha.kubernetes.io/cri-socket": "unix:///run/containerd/containerd.sock"});
        let kubeadm = json!({"metadata": {"annotations": socket}});
        assert_eq!(of_node(kubeadm.clone()), Ok("kubeadm"));
        let mut kind = kubeadm;
        kind["spec"] = json!({"providerID": "kind://docker/kind/kind-control-plane"});
        assert_eq!(of_node(kind), Ok("kind"));
    }

    #[test]
    fn what_is_not_clear_is_not_guessed() {
        let none = "the cluster looks like none of the platforms that are known here";
        assert_eq!(
            name("v1.34.1", &["apps"], Some(json!([{"metadata": {"name": "a"}}]))),
            Err(format!("{none}; name it with --platform"))
        );
        assert_eq!(
            name("v1.34.1", &["apps"], None),
            Err(format!(
                "{none}, as far as can be told without listing its nodes; name it with --platform"
            ))
        );
        assert_eq!(
            name("v1.34.1+k3s1", &["config.openshift.io"], None),
            Err(
                "the cluster looks like several platforms: k3s, openshift; name it with --platform"
                    .to_owned()
            )
        );
    }

    #[test]
    fn names_of_nodes_and_values_of_labels_tell_nothing() {
        let node = json!({"metadata": {"name": "gke-a", "labels": {"a": "cloud.google.com/gke-nodepool"}}});
        assert!(name("v1.34.1", &[], Some(json!([node, null, 7]))).is_err());
    }
}
