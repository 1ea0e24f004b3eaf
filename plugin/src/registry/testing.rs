//! Layouts of images that tests make.

use std::fs;
use std::path::{Path, PathBuf};

use harden_sigstore::Digest;
use serde_json::{Value, json};

use super::manifest::{INDEX, MANIFEST};

pub(super) const BUNDLE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
pub(super) const SIMPLE: &str = "application/vnd.dev.cosign.simplesigning.v1+json";

/// An OCI layout that grows.
pub(super) struct Made {
    folder: tempfile::TempDir,
    entries: Vec<Value>,
}

impl Made {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("blobs/sha256")).unwrap();
        fs::write(folder.path().join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
        Self { folder, entries: Vec::new() }
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(super) fn text(&self) -> String {
        self.path().display().to_string()
    }

    pub(super) fn blob_path(&self, descriptor: &Value) -> PathBuf {
        let digest = descriptor["digest"].as_str().unwrap();
        self.path().join("blobs/sha256").join(digest.trim_start_matches("sha256:"))
    }

    /// A blob, and what points to it.
    pub(super) fn blob(&self, bytes: &[u8], media_type: &str) -> Value {
        let descriptor = descriptor(bytes, media_type);
        fs::write(self.blob_path(&descriptor), bytes).unwrap();
        descriptor
    }

    /// A manifest of an image for a kind of machine.
    pub(super) fn image(&self, architecture: &str) -> Value {
        let config = self.blob(&config(architecture), "application/vnd.oci.image.config.v1+json");
        let layer = self.blob(b"\x1f\x8b layer", "application/vnd.oci.image.layer.v1.tar+gzip");
        let manifest =
            json!({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]});
        let mut manifest = self.blob(manifest.to_string().as_bytes(), MANIFEST);
        manifest["platform"] = json!({"os": "linux", "architecture": architecture});
        manifest
    }

    pub(super) fn index(&self, manifests: &[Value]) -> Value {
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        self.blob(index.to_string().as_bytes(), INDEX)
    }

    /// A manifest with a bundle about an image.
    pub(super) fn referrer(&self, subject: &Value, kind: &str, bundle: &str) -> Value {
        let layer = self.blob(bundle.as_bytes(), kind);
        let manifest = referrer(subject, kind, &[layer]);
        let mut manifest = self.blob(manifest.to_string().as_bytes(), MANIFEST);
        manifest["artifactType"] = json!(kind);
        manifest
    }

    /// An entry of the index of all, with the name that it has.
    pub(super) fn add(&mut self, mut entry: Value, name: Option<&str>) {
        if let Some(name) = name {
            entry["annotations"]["org.opencontainers.image.ref.name"] = json!(name);
        }
        self.entries.push(entry);
        let index = json!({"schemaVersion": 2, "manifests": self.entries});
        fs::write(self.path().join("index.json"), index.to_string()).unwrap();
    }
}

pub(super) fn config(architecture: &str) -> Vec<u8> {
    let config = json!({
        "os": "linux", "architecture": architecture, "rootfs": {"type": "layers", "diff_ids": []},
        "config": {"User": "101", "ExposedPorts": {"8080/tcp": {}}, "Entrypoint": ["/run"], "WorkingDir": "/"}
    });
    config.to_string().into_bytes()
}

pub(super) fn descriptor(bytes: &[u8], media_type: &str) -> Value {
    json!({"mediaType": media_type, "digest": Digest::of(bytes).to_string(), "size": bytes.len()})
}

pub(super) fn referrer(subject: &Value, kind: &str, layers: &[Value]) -> Value {
    let empty = descriptor(b"{}", "application/vnd.oci.empty.v1+json");
    let mut subject = subject.clone();
    subject
        .as_object_mut()
        .unwrap()
        .retain(|name, _| matches!(&**name, "mediaType" | "digest" | "size"));
    json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind, "config": empty,
        "layers": layers, "subject": subject
    })
}

pub(super) fn digest(descriptor: &Value) -> Digest {
    descriptor["digest"].as_str().unwrap().parse().unwrap()
}
