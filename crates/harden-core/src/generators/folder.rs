//! One file per object, and the `kustomization.yaml` that lists them.

use serde_json::json;

use super::File;
use crate::Manifest;

/// A file for each object, and last the `kustomization.yaml` by which
/// `kubectl apply --server-side -k` takes them.
pub fn kustomization(manifests: &[Manifest], comments: bool) -> Vec<File> {
    let mut files: Vec<_> =
        manifests.iter().map(|it| File::new(name(it), it.to_yaml(comments))).collect();
    let names: Vec<_> = files.iter().map(|it| it.name.as_str()).collect();
    let text = harden_yaml::write(&json!({
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": names,
    }));
    files.push(File::new("kustomization.yaml", text));
    files
}

fn name(manifest: &Manifest) -> String {
    let kind = manifest.kind.kind.to_lowercase();
    match &manifest.namespace {
        Some(namespace) => format!("{namespace}-{kind}-{}.yaml", manifest.name),
        None => format!("{}-{kind}.yaml", manifest.name),
    }
}
