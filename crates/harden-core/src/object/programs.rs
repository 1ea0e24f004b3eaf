//! Files of programs that look like objects, and that no API server stores.

use super::Object;

/// The programs by the API groups of their files, in the order of the groups.
const GROUPS: [(&str, &str); 21] = [
    ("backstage.io", "Backstage"),
    ("client.authentication.k8s.io", "kubectl"),
    ("controllermanager.config.k8s.io", "kube-controller-manager"),
    ("ctlptl.dev", "ctlptl"),
    ("eksctl.io", "eksctl"),
    ("k0sctl.k0sproject.io", "k0sctl"),
    ("k3d.io", "k3d"),
    ("kind.x-k8s.io", "kind"),
    ("kops.k8s.io", "kOps"),
    ("kpt.dev", "kpt"),
    ("krew.googlecontainertools.github.com", "krew"),
    ("kubeadm.k8s.io", "kubeadm"),
    ("kubecontrollermanager.config.k8s.io", "kube-controller-manager"),
    ("kubectl.config.k8s.io", "kubectl"),
    ("kubelet.config.k8s.io", "the kubelet"),
    ("kubeproxy.config.k8s.io", "kube-proxy"),
    ("kubescheduler.config.k8s.io", "kube-scheduler"),
    ("kustomize.config.k8s.io", "kustomize"),
    ("mirror.openshift.io", "oc-mirror"),
    ("skaffold", "skaffold"),
    ("tilt.dev", "Tilt"),
];

/// Files that kube-apiserver reads beside those that rules judge.
const OF_API_SERVER: [&str; 5] = [
    "AuthenticationConfiguration",
    "AuthorizationConfiguration",
    "EgressSelectorConfiguration",
    "ImageReviewConfiguration",
    "TracingConfiguration",
];

impl Object<'_> {
    /// The program whose file it is, if no API server stores it and no rule judges its settings.
    pub fn program(&self) -> Option<&'static str> {
        let is_of_server = matches!(self.group, "apiserver.config.k8s.io" | "apiserver.k8s.io");
        if is_of_server && OF_API_SERVER.contains(&self.kind) {
            return Some("kube-apiserver");
        }
        if (self.group, self.version, self.kind) == ("", "v1", "Config") {
            return Some("kubectl");
        }
        let at = GROUPS.binary_search_by(|(group, _)| (*group).cmp(self.group)).ok()?;
        GROUPS.get(at).map(|(_, program)| *program)
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    fn program(api_version: &str, kind: &str) -> Option<&'static str> {
        let text = format!("{{apiVersion: {api_version}, kind: {kind}}}");
        let document = Document::parse_yaml(&text);
        objects(document.root()).next().and_then(|it| it.program())
    }

    #[test]
    fn files_are_told_from_objects_by_group_and_kind() {
        assert!(GROUPS.is_sorted());
        assert!(
            GROUPS.iter().all(|(group, name)| program(&format!("{group}/v9"), "X") == Some(*name))
        );
        assert_eq!(program("kind.x-k8s.io/v1alpha4", "Cluster"), Some("kind"));
        assert_eq!(program("cluster.x-k8s.io/v1beta1", "Cluster"), None);
        assert_eq!(program("skaffold/v4beta6", "Config"), Some("skaffold"));
        assert_eq!(program("v1", "Config"), Some("kubectl"));
        assert_eq!(program("example.com/v1", "Config"), None);
        let server = "apiserver.config.k8s.io/v1";
        assert_eq!(program(server, "AuthorizationConfiguration"), Some("kube-apiserver"));
        assert_eq!(program(server, "EncryptionConfiguration"), None, "rules judge it");
        assert_eq!(program("audit.k8s.io/v1", "Policy"), None, "rules judge it");
    }
}
