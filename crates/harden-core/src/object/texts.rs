//! Manifests that are texts in the data of other objects, as those of a ClusterResourceSet.

use harden_yaml::{Document, documents};

use super::{Object, objects};

impl Object<'_> {
    /// Whether its data has a text that is a manifest itself: nobody stores it until something applies it.
    /// Files of programs, such as a kubeconfig, are none.
    pub fn holds_manifests(&self) -> bool {
        let field = match self.kind {
            "ConfigMap" if self.group.is_empty() => "data",
            "Secret" if self.group.is_empty() => "stringData",
            _ => return false,
        };
        let values = self.place.at(field).entries();
        values.filter_map(|(_, value)| value.as_str()).any(is_manifest)
    }
}

fn is_manifest(text: &str) -> bool {
    // Whatever lacks either word has no object, and most data lacks both.
    if !text.contains("apiVersion") || !text.contains("kind") {
        return false;
    }
    let is_object = |document: &Document<'_>| {
        objects(document.root())
            .any(|it| !it.is_guessed && !it.kind.is_empty() && it.program().is_none())
    };
    documents(text).any(|document| is_object(&document))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(kind: &str, field: &str, value: &str) -> bool {
        let text = format!(
            "apiVersion: v1\nkind: {kind}\n{field}:\n  plain: words\n  key: |\n    {}\n",
            value.replace('\n', "\n    ")
        );
        let document = Document::parse_yaml(&text);
        objects(document.root()).any(|it| it.holds_manifests())
    }

    #[test]
    fn manifests_in_data_are_told_from_other_files() {
        let pod = "apiVersion: v1\nkind: Pod\nspec: {hostNetwork: true}";
        assert!(holds("ConfigMap", "data", pod));
        assert!(holds("ConfigMap", "data", &format!("# words\n---\na: b\n---\n{pod}")));
        assert!(holds("ConfigMap", "data", r#"{"apiVersion": "v1", "kind": "Pod"}"#));
        assert!(holds("Secret", "stringData", pod));
        assert!(!holds("ConfigMap", "binaryData", pod));
        assert!(!holds("ConfigMap", "data", "apiVersion: v1\nkind: Config\nclusters: []"));
        assert!(!holds("ConfigMap", "data", "the kind of apiVersion: v1"));
        assert!(!holds(
            "ConfigMap",
            "data",
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration"
        ));
    }
}
