//! The public data that tests read, cloned from where it is published, at pinned commits.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use harness::Need;

/// Some files of a repository on GitHub.
struct Clone {
    need: Need,
    /// The folder below that of the need.
    name: &'static str,
    repository: &'static str,
    commit: &'static str,
    /// Patterns of the files, as in `.gitignore`.
    files: &'static [&'static str],
}

const CLONES: [Clone; 7] = [
    Clone {
        need: Need::Manifests,
        name: "badpods",
        repository: "BishopFox/badPods",
        commit: "fadd08c13a72ea57768969caf26af7667632d656",
        files: &["/manifests/"],
    },
    Clone {
        need: Need::Manifests,
        name: "kubernetes-goat",
        repository: "madhuakula/kubernetes-goat",
        commit: "56e60a29ed66fda476fa4794b41749e953cbd60f",
        files: &["/scenarios/"],
    },
    Clone {
        need: Need::Manifests,
        name: "kubernetes-examples",
        repository: "kubernetes/examples",
        commit: "279e8e4fe314f6cb7bc55fa3fbc21bbeaa48c0ea",
        files: &["/AI/", "/_archived/", "/databases/", "/web/"],
    },
    Clone {
        need: Need::Manifests,
        name: "kube-prometheus",
        repository: "prometheus-operator/kube-prometheus",
        commit: "4d719f1dea8853540b3823ab1fbe6be74a9953b3",
        files: &["/manifests/"],
    },
    Clone {
        need: Need::Manifests,
        name: "microservices-demo",
        repository: "GoogleCloudPlatform/microservices-demo",
        commit: "34ffea9175946982c3088ed84994fe6019ad6e92",
        files: &["/kubernetes-manifests/", "/kustomize/", "/release/"],
    },
    Clone {
        need: Need::Definitions,
        name: "external-secrets",
        repository: "external-secrets/external-secrets",
        commit: "cc5bfbc2234ace9cb0caff4ea89c435cf517b27b",
        files: &["/config/crds/bases/external-secrets.io_*.yaml"],
    },
    Clone {
        need: Need::Definitions,
        name: "kyverno",
        repository: "kyverno/kyverno",
        commit: "111e07bbecc66abfde36ab99969af22d7a961003",
        files: &[
            "/config/crds/kyverno/",
            "/config/crds/policies.kyverno.io/",
            "/config/crds/policyreport/",
        ],
    },
];

/// Clones what is not there yet, and says where it is.
pub(crate) fn fetch() -> Result<()> {
    let shared = harness::shared().context("HARDEN_SHARED names no folder")?;
    for clone in CLONES {
        let folder = shared.join(clone.need.key()).join(clone.name);
        if !folder.exists() {
            let done = clone.fetch(&folder);
            if done.is_err() {
                // Half a clone would be taken for a whole one.
                let _ = std::fs::remove_dir_all(&folder);
            }
            done.with_context(|| format!("failed to clone {}", clone.repository))?;
        }
        println!("{}", folder.display());
    }
    Ok(())
}

impl Clone {
    /// Fetches the files of one commit, and nothing else of the repository.
    fn fetch(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        let address = format!("https://github.com/{}", self.repository);
        let git = |words: &[&str]| {
            let mut git = Command::new("git");
            git.arg("-C").arg(folder).args(words).stdout(Stdio::null());
            let status = git.status().context("failed to start git")?;
            if status.success() {
                Ok(())
            } else {
                bail!("git {} ended with {status}", words.join(" "))
            }
        };
        git(&["init", "--quiet"])?;
        git(&["remote", "add", "origin", &address])?;
        git(&[&["sparse-checkout", "set", "--no-cone"], self.files].concat())?;
        git(&["fetch", "--quiet", "--depth=1", "--filter=blob:none", "origin", self.commit])?;
        git(&["checkout", "--quiet", self.commit])
    }
}
