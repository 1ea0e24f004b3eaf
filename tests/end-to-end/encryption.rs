//! A real API server starts with every file that is made, keeps every Secret readable through every
//! procedure, and breaks by the steps that are rejected.

use std::path::{Path, PathBuf};
use std::time::Duration;

use harness::{ControlPlane, Options};

use crate::cluster::harden_on;
use crate::harden::{Ended, finish, harden};
use crate::kubectl::Kubectl;

/// What no value in etcd may hold, and what every reader must get.
const VISIBLE: &str = "visible-to-everyone";

/// A cluster whose data outlives its API server, which is started again for each file.
struct Cluster {
    folder: tempfile::TempDir,
    secrets: Vec<String>,
}

impl Cluster {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), secrets: Vec::new() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn options(&self, file: Option<&str>) -> Options {
        Options {
            data_dir: Some(self.path("data")),
            encryption_config: file.map(|it| self.path(it)),
            no_controllers: true,
            ..Options::default()
        }
    }

    /// Runs `encryption` with these words, in which `@` is the folder.
    fn make(&self, words: &str) -> Ended {
        let folder = format!("{}/", self.folder.path().display());
        harden(format!("encryption {words}").replace('@', &folder).split_whitespace())
    }

    /// Starts the API server, reads every Secret, makes one more and reads that.
    fn run(&mut self, options: &Options) -> Option<ControlPlane> {
        let plane = ControlPlane::for_test(options)?;
        self.read(&plane);
        let name = format!("s{}", self.secrets.len());
        let literal = format!("--from-literal=k={VISIBLE}");
        plane.kubectl_ok(["create", "secret", "generic", &name, &literal]);
        self.secrets.push(name);
        self.read(&plane);
        Some(plane)
    }

    fn start(&mut self, file: Option<&str>) -> Option<ControlPlane> {
        let options = self.options(file);
        self.run(&options)
    }

    fn read(&self, plane: &ControlPlane) {
        let path = "jsonpath={range .items[*]}{.metadata.name}={.data.k} {end}";
        let listed = plane.kubectl_ok(["get", "secrets", "-n", "default", "-o", path]);
        let expected: Vec<_> =
            self.secrets.iter().map(|it| format!("{it}=dmlzaWJsZS10by1ldmVyeW9uZQ==")).collect();
        assert_eq!(listed.split_whitespace().collect::<Vec<_>>(), expected);
    }

    /// What each Secret's value in etcd begins with, up to the name of the key.
    fn prefixes(&self, plane: &ControlPlane) -> Vec<String> {
        let prefix = |name: &String| {
            let stored = plane.stored(&format!("/registry/secrets/default/{name}"));
            let is_plain = stored.windows(VISIBLE.len()).any(|it| it == VISIBLE.as_bytes());
            assert_eq!(is_plain, stored.starts_with(b"k8s\0"), "{name}");
            let text = String::from_utf8_lossy(&stored).into_owned();
            let words: Vec<&str> = text.split(':').take(5).collect();
            if is_plain { "plain".to_owned() } else { words.join(":") }
        };
        self.secrets.iter().map(prefix).collect()
    }

    /// The API server is not ready with this file, as long as anyone would wait.
    fn breaks(&self, file: Option<&str>, reason: &str) {
        let after = |seconds| {
            let timeout = Some(Duration::from_secs(seconds));
            let options = Options { timeout, ..self.options(file) };
            ControlPlane::start(&options).map(drop).unwrap_err().to_string()
        };
        let mut error = after(20);
        // A busy machine may not come so far in that time.
        if !error.contains(reason) {
            error = after(150);
        }
        assert!(error.contains(reason), "{error}");
    }
}

/// Runs the lines of the plan's third step that this is true of.
fn rewrite(plane: &ControlPlane, plan: &str, is_meant: impl Fn(&str) -> bool) {
    let step = plan.split("\n3. ").nth(1).unwrap().split("\n4. ").next().unwrap();
    let lines: Vec<_> = step.lines().map(str::trim).filter(|it| is_meant(it)).collect();
    assert!(!lines.is_empty(), "{plan}");
    let kubectl = Kubectl::new(plane);
    let mut shell = kubectl.environment("/bin/bash");
    shell.args(["-e", "-o", "pipefail", "-c", &lines.join("\n")]);
    finish(&mut shell, "").ok();
}

fn is_replace(line: &str) -> bool {
    line.contains("| kubectl replace -f -")
}

fn name_of_key(file: &Path) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    text.split("- name: ").nth(1).unwrap().lines().next().unwrap().to_owned()
}

#[test]
fn the_server_starts_with_every_provider_and_etcd_holds_no_plain_text() {
    for (provider, plain, resources) in [
        ("secretbox", "--migrated", "secrets"),
        ("aesgcm", "", "*.*,secrets,configmaps,*.apps,deployments.apps"),
        ("aescbc", "--migrated", "*.,*.apps"),
    ] {
        let mut cluster = Cluster::new();
        let words = format!(
            "--provider {provider} {plain} --resources {resources} --output-file @new.yaml"
        );
        cluster.make(&words).ok();
        let Some(plane) = cluster.start(Some("new.yaml")) else { return };
        let key = name_of_key(&cluster.path("new.yaml"));
        assert_eq!(cluster.prefixes(&plane), [format!("k8s:enc:{provider}:v1:{key}")]);
        plane.kubectl_ok(["create", "configmap", "c", &format!("--from-literal=k={VISIBLE}")]);
        let stored = plane.stored("/registry/configmaps/default/c");
        let is_covered = resources.contains("*.");
        assert_eq!(stored.starts_with(format!("k8s:enc:{provider}:").as_bytes()), is_covered);
    }
}

#[test]
fn a_rotation_keeps_every_secret_readable_and_the_cluster_proves_its_end() {
    let mut cluster = Cluster::new();
    cluster.make("--provider aescbc --output-file @0.yaml").ok();
    let old = format!("k8s:enc:aescbc:v1:{}", name_of_key(&cluster.path("0.yaml")));
    let plan = cluster.make("rotate -f @0.yaml --provider secretbox").ok();
    let Some(plane) = cluster.start(Some("0.yaml")) else { return };
    drop(plane);

    let rejected =
        cluster.make("rotate -f @0.yaml --stage promote --provider secretbox").rejected();
    assert!(rejected.contains("--stage add comes first"), "{rejected}");
    cluster.make("rotate -f @0.yaml --provider secretbox --stage add --output-file @1.yaml").ok();
    let plane = cluster.start(Some("1.yaml")).unwrap();
    assert_eq!(cluster.prefixes(&plane), [old.clone(), old.clone()]);
    drop(plane);

    let rejected = cluster
        .make("rotate -f @1.yaml --provider secretbox --stage retire --reencrypted")
        .rejected();
    assert!(rejected.contains("--stage promote comes first"), "{rejected}");
    cluster
        .make("rotate -f @1.yaml --provider secretbox --stage promote --output-file @2.yaml")
        .ok();
    let new = format!("k8s:enc:secretbox:v1:{}", name_of_key(&cluster.path("2.yaml")));
    let rejected = cluster.make("rotate -f @2.yaml --provider secretbox --stage retire").rejected();
    assert!(rejected.contains("say --reencrypted if it was"), "{rejected}");
    // What is rejected without that statement indeed breaks the server.
    cluster.make("rotate -f @2.yaml --provider secretbox --stage retire --reencrypted --output-file @early.yaml").ok();
    cluster.breaks(Some("early.yaml"), "no matching prefix found");
    let options = Options {
        no_controllers: false,
        controller_manager_args: vec![(
            "controllers".to_owned(),
            "storage-version-migrator-controller".to_owned(),
        )],
        ..cluster.options(Some("2.yaml"))
    };
    let plane = cluster.run(&options).unwrap();
    assert_eq!(cluster.prefixes(&plane), [old.clone(), old, new.clone()]);

    let ask = |words: &str| {
        let folder = format!("{}/", cluster.folder.path().display());
        let words = format!("encryption {words}").replace('@', &folder);
        finish(harden_on(&plane).args(words.split_whitespace()), "")
    };
    let rejected = ask("rotate -f @1.yaml --provider secretbox --stage promote --verify");
    assert!(rejected.stderr.contains("does not use"), "{}", rejected.stderr);
    assert_eq!(rejected.code, 1, "the answer is no");
    let retire =
        "rotate -f @2.yaml --provider secretbox --stage retire --verify --output-file @4.yaml";
    let rejected = ask(retire);
    let why = "no StorageVersionMigration of secrets succeeded";
    assert!(rejected.stderr.contains(why), "{}", rejected.stderr);
    assert_eq!(rejected.code, 1, "the answer is no");
    rewrite(&plane, &plan, |line| line.to_lowercase().contains("storageversionmigration"));
    let ended = ask(retire);
    assert!(ended.stderr.contains("wrote secrets again"), "{}", ended.stderr);
    ended.ok();
    assert_eq!(cluster.prefixes(&plane), vec![new.clone(); 3]);
    cluster.read(&plane);
    drop(plane);

    let plane = cluster.start(Some("4.yaml")).unwrap();
    assert_eq!(cluster.prefixes(&plane), vec![new; 4]);
}

#[test]
fn a_running_cluster_is_encrypted_and_taken_back_without_losing_a_secret() {
    let mut cluster = Cluster::new();
    cluster.make("enable --output-dir @on").ok();
    let plan = std::fs::read_to_string(cluster.path("on/plan.txt")).unwrap();
    let Some(plane) = cluster.start(None) else { return };
    drop(plane);
    let plane = cluster.start(Some("on/1-add.yaml")).unwrap();
    assert_eq!(cluster.prefixes(&plane), ["plain", "plain"]);
    drop(plane);
    let plane = cluster.start(Some("on/2-promote.yaml")).unwrap();
    let new = format!("k8s:enc:secretbox:v1:{}", name_of_key(&cluster.path("on/2-promote.yaml")));
    assert_eq!(cluster.prefixes(&plane), ["plain", "plain", &new]);
    drop(plane);
    cluster.breaks(Some("on/4-retire.yaml"), "no matching prefix found");
    cluster.breaks(None, "identity transformer tried to read encrypted data");

    let plane = cluster.start(Some("on/2-promote.yaml")).unwrap();
    rewrite(&plane, &plan, is_replace);
    assert_eq!(cluster.prefixes(&plane), vec![new.clone(); 4]);
    drop(plane);
    let plane = cluster.start(Some("on/4-retire.yaml")).unwrap();
    drop(plane);

    cluster.make("disable -f @on/4-retire.yaml --output-dir @off").ok();
    let plan = std::fs::read_to_string(cluster.path("off/plan.txt")).unwrap();
    let rejected = cluster.make("disable -f @on/4-retire.yaml --stage promote").rejected();
    assert!(rejected.contains("--stage add comes first"), "{rejected}");
    drop(cluster.start(Some("off/1-add.yaml")).unwrap());
    let plane = cluster.start(Some("off/2-promote.yaml")).unwrap();
    let prefixes = cluster.prefixes(&plane);
    assert_eq!((prefixes.first().unwrap(), prefixes.last().unwrap().as_str()), (&new, "plain"));
    rewrite(&plane, &plan, is_replace);
    assert!(cluster.prefixes(&plane).iter().all(|it| it == "plain"));
    drop(plane);
    drop(cluster.start(Some("off/4-retire.yaml")).unwrap());
    cluster.start(None).unwrap();
}

#[test]
fn a_new_key_that_no_server_was_given_before_breaks_it() {
    let mut cluster = Cluster::new();
    cluster.make("--output-file @0.yaml").ok();
    let Some(plane) = cluster.start(Some("0.yaml")) else { return };
    drop(plane);
    cluster.make("rotate -f @0.yaml --stage add --output-file @1.yaml").ok();
    cluster.make("rotate -f @1.yaml --stage promote --output-file @2.yaml").ok();
    cluster.make("rotate -f @2.yaml --stage retire --reencrypted --output-file @4.yaml").ok();
    cluster.breaks(Some("4.yaml"), "no matching key was found");
    // Nothing was lost by it.
    cluster.start(Some("2.yaml")).unwrap();
}
