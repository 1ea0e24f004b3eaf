//! The container image: whole, valid by the published schemas, and run as it will be run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::built;
use crate::sandbox::{self, Sandbox, finish};

/// A pod without a flaw, or nearly.
const POD: &str = include_str!("../../docs/ci/pod.yaml");

const PRIVILEGED: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a:1, securityContext: {privileged: true}}]}\n";

/// The image that was built, unpacked to what its layout is.
struct Layout(TempDir);

impl Layout {
    fn built() -> Option<Self> {
        let file = built::file("kubectl-harden-v", "-image.tar")?;
        let folder = tempfile::tempdir().unwrap();
        unpack(&file, folder.path());
        Some(Self(folder))
    }

    fn path(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").expect("every digest is a SHA-256");
        self.0.path().join("blobs/sha256").join(hex)
    }

    fn index(&self) -> Value {
        json(&self.0.path().join("index.json"))
    }

    /// The manifest and the configuration for this machine.
    fn ours(&self) -> (Value, Value) {
        let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
        let image = json(&self.path(text(&self.index(), "/manifests/0/digest")));
        let manifests = image["manifests"].as_array().unwrap();
        let ours = manifests.iter().find(|it| it["platform"]["architecture"] == arch);
        let manifest = json(&self.path(text(ours.expect("an image for us"), "/digest")));
        let config = json(&self.path(text(&manifest, "/config/digest")));
        (manifest, config)
    }

    /// The files that a container of this machine sees.
    fn root(&self) -> TempDir {
        let root = tempfile::tempdir().unwrap();
        let (manifest, _) = self.ours();
        for layer in manifest["layers"].as_array().unwrap() {
            unpack(&self.path(text(layer, "/digest")), root.path());
        }
        // Whoever made it for us alone would lock out the user of the container.
        Command::new("chmod").arg("0755").arg(root.path()).status().unwrap();
        root
    }
}

fn unpack(tar: &Path, folder: &Path) {
    let mut command = Command::new("tar");
    command.args(["--numeric-owner", "-xpf"]).arg(tar).arg("-C").arg(folder);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer}: {value}"))
}

fn sha256(bytes: &[u8]) -> String {
    let hex: String = Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect();
    format!("sha256:{hex}")
}

/// The configuration of a process as a container runtime would make it.
fn contained(config: &Value, root: &Path, has_network: bool) -> Command {
    let (user, group) = text(config, "/config/User").split_once(':').unwrap();
    assert_eq!(user, group);
    let sandbox = Sandbox {
        root,
        folder: text(config, "/config/WorkingDir"),
        user: user.parse().unwrap(),
        is_read_only: true,
        has_network,
    };
    let mut command = sandbox.command(text(config, "/config/Entrypoint/0"));
    for variable in config["config"]["Env"].as_array().unwrap() {
        let (name, value) = variable.as_str().unwrap().split_once('=').unwrap();
        command.env(name, value);
    }
    command
}

#[test]
fn every_part_is_there_once_and_as_it_was_promised() {
    let Some(layout) = Layout::built() else { return };
    let mut seen = BTreeSet::new();
    let mut ahead = vec![layout.index()];
    while let Some(document) = ahead.pop() {
        let parts = ["manifests", "layers"].iter().filter_map(|it| document[it].as_array());
        let config = document["config"].get("digest").map(|_| &document["config"]);
        for part in parts.flatten().chain(config) {
            let digest = text(part, "/digest");
            let content = std::fs::read(layout.path(digest)).unwrap();
            assert_eq!(sha256(&content), digest);
            assert_eq!(part["size"], content.len(), "{part}");
            let media_type = text(part, "/mediaType");
            if media_type.ends_with("index.v1+json") || media_type.ends_with("manifest.v1+json") {
                let document: Value = serde_json::from_slice(&content).unwrap();
                assert_eq!(document["mediaType"], media_type);
                ahead.push(document);
            }
            seen.insert(layout.path(digest));
        }
    }
    let blobs = std::fs::read_dir(layout.0.path().join("blobs/sha256")).unwrap();
    assert_eq!(blobs.map(|it| it.unwrap().path()).collect::<BTreeSet<_>>(), seen);
}

#[test]
fn the_configuration_names_the_layers_as_they_are_once_unpacked() {
    let Some(layout) = Layout::built() else { return };
    let (manifest, config) = layout.ours();
    let layers = manifest["layers"].as_array().unwrap().iter();
    let unpacked = layers.map(|it| {
        let compressed = std::fs::File::open(layout.path(text(it, "/digest"))).unwrap();
        let output = Command::new("gzip").arg("-dc").stdin(compressed).output().unwrap();
        Value::from(sha256(&output.stdout))
    });
    assert_eq!(config["rootfs"]["diff_ids"], unpacked.collect::<Value>());
}

#[test]
fn documents_are_valid_by_the_published_schemas() {
    let Some(layout) = Layout::built() else { return };
    let validator = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/peers/image-schema");
    let mut go = Command::new("go");
    go.args(["run", "-trimpath", "."]).arg(layout.0.path()).current_dir(validator);
    let Ok(output) = go.env("CGO_ENABLED", "0").output() else {
        harness::skip(
            harness::Need::ControlPlane,
            "the schemas' own validator is built with Go: see https://go.dev/dl",
        );
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for kind in ["layout.header", "image.index", "image.manifest", "image.config"] {
        let kind = format!("valid application/vnd.oci.{kind}.v1+json ");
        assert!(said.contains(&kind), "{kind}: {said}");
    }
}

#[test]
fn it_says_what_it_is() {
    let Some(layout) = Layout::built() else { return };
    let (manifest, config) = layout.ours();
    let labels = &config["config"]["Labels"];
    for label in ["created", "description", "licenses", "revision", "source", "title", "version"] {
        let label = format!("org.opencontainers.image.{label}");
        assert_ne!(labels[&label].as_str().unwrap_or_default(), "", "{label}: {labels}");
        assert_eq!(labels[&label], manifest["annotations"][&label]);
    }
    assert_eq!(labels["org.opencontainers.image.version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(labels["org.opencontainers.image.created"], config["created"]);
}

#[test]
fn it_runs_as_nobody_with_a_read_only_root_and_no_network() {
    let Some(layout) = Layout::built() else { return };
    if !sandbox::is_there() {
        return;
    }
    let (root, (_, config)) = (layout.root(), layout.ours());
    std::fs::write(root.path().join("work/privileged.yaml"), PRIVILEGED).unwrap();
    let run = |words: &str, input: &str| {
        let mut command = contained(&config, root.path(), false);
        finish(command.args(words.split_whitespace()), input.as_bytes())
    };
    let (code, said) = run("version", "");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(env!("CARGO_PKG_VERSION")), "{said}");
    let (code, said) = run("check -", POD);
    assert_eq!(code, Some(0), "{said}");
    // A name that is relative to where manifests are mounted.
    let (code, said) = run("check privileged.yaml", "");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("privileged-container"), "{said}");
    let (code, said) = run("namespace team-a --output-dir out", "");
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("out"), "{said}");
}

#[cfg(feature = "live")]
#[test]
fn it_trusts_the_authorities_in_its_bundle_and_no_other() {
    use crate::server::{Authority, SOUND, respond, serve};

    let Some(layout) = Layout::built() else { return };
    if !sandbox::is_there() {
        return;
    }
    let (root, (_, config)) = (layout.root(), layout.ours());
    let bundle = root.path().join("etc/ssl/certs/ca-certificates.crt");
    let authorities = std::fs::read_to_string(&bundle).unwrap();
    assert!(authorities.matches("-----BEGIN CERTIFICATE-----").count() > 100, "{authorities}");
    let authority = Authority::new("ours");
    let server = serve(Some((&authority, &SOUND)), |_, _, stream| {
        respond(stream, "200 OK", "Content-Type: application/yaml\r\n", POD);
    });
    let check = || {
        let mut command = contained(&config, root.path(), true);
        finish(command.arg("check").arg(format!("{server}/pod.yaml")), b"")
    };
    let (code, said) = check();
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("not from an authority that is trusted here"), "{said}");
    std::fs::write(&bundle, authorities + &authority.pem()).unwrap();
    let (code, said) = check();
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn nothing_is_found_in_the_pod_that_runs_it() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ci/pod.yaml");
    let harden = |words: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kubectl-harden"));
        command.args(words.split_whitespace()).arg(&file).env("HOME", "/nonexistent");
        finish(command.env_remove("KUBECONFIG"), b"")
    };
    let (code, said) = harden("check --fail-on low -o json");
    assert_eq!(code, Some(0), "{said}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["findings"], Value::Array(Vec::new()), "{said}");
    let (code, said) = harden("simulate pod-security --level restricted --filename");
    assert_eq!(code, Some(0), "{said}");
}
