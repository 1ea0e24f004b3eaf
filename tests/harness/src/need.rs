//! What tests need that a machine may lack: its name, and how to get it.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::requirement::skip;

/// Something that is no part of the repository, without which a test is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// etcd, kube-apiserver and kubectl.
    ControlPlane,
    /// Manifests of public projects.
    Manifests,
    /// CustomResourceDefinitions of public projects.
    Definitions,
    /// What code and servers of others once answered.
    Answers,
    /// Inputs that were once judged wrong.
    Cases,
    /// The program that runs another on a terminal.
    Terminal,
    /// The files of a release.
    Archives,
    /// krew, and the validator of its index.
    Krew,
    /// The tool that makes a bare Debian.
    Debian,
    /// The rights to give a process another root.
    Root,
    /// The official clients of the Model Context Protocol.
    Clients,
    /// Programs of others that packages and steps are tried with, and data is unpacked with.
    Programs,
}

impl Need {
    /// Each of them.
    pub const ALL: [Self; 12] = [
        Self::ControlPlane,
        Self::Manifests,
        Self::Definitions,
        Self::Answers,
        Self::Cases,
        Self::Terminal,
        Self::Archives,
        Self::Krew,
        Self::Debian,
        Self::Root,
        Self::Clients,
        Self::Programs,
    ];

    /// A word without blanks, which tells it from the others.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::ControlPlane => "control-plane",
            Self::Manifests => "corpora",
            Self::Definitions => "crds",
            Self::Answers => "conformance",
            Self::Cases => "cases",
            Self::Terminal => "terminal",
            Self::Archives => "archives",
            Self::Krew => "krew",
            Self::Debian => "debian",
            Self::Root => "root",
            Self::Clients => "clients",
            Self::Programs => "programs",
        }
    }

    /// What it is, by names that everybody knows.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ControlPlane => "a Kubernetes control plane",
            Self::Manifests => {
                "real manifests (BadPods, Kubernetes Goat, the Kubernetes examples, kube-prometheus and Online Boutique)"
            }
            Self::Definitions => {
                "the CustomResourceDefinitions of the External Secrets Operator and of Kyverno"
            }
            Self::Answers => {
                "recorded answers (of Kubernetes to the fixtures of kubernetes/pod-security-admission and to configuration files, of sigs.k8s.io/yaml to YAML, of Kyverno to patterns)"
            }
            Self::Cases => "small inputs that were once judged wrong",
            Self::Terminal => "the program `script`",
            Self::Archives => "the files of a release",
            Self::Krew => "krew and the validator of its index",
            Self::Debian => "a bare Debian to install packages in",
            Self::Root => {
                "the rights of root on Linux, which bare systems and the image are run with"
            }
            Self::Clients => "the official clients of the Model Context Protocol",
            Self::Programs => {
                "programs that packages and steps are tried with, and data is unpacked with (git, curl, lintian, pre-commit, xz)"
            }
        }
    }

    /// How to get it, as the end of a sentence that begins with the name.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::ControlPlane => {
                "install Go 1.26 (https://go.dev/dl), and the next run builds it, once, in 8 minutes; or let KUBEBUILDER_ASSETS name a folder with etcd, kube-apiserver and kubectl"
            }
            Self::Manifests | Self::Definitions => {
                "`cargo xtask data` clones them into ../shared, or where HARDEN_SHARED says"
            }
            Self::Answers => {
                "these are not published; with a control plane, other tests ask the same code of Kubernetes anew"
            }
            Self::Cases => "these are not published",
            Self::Terminal => "install the package bsdutils or util-linux",
            Self::Archives => "`cargo xtask dist linux-amd64` builds them",
            Self::Krew => "`cargo xtask tools` builds them where Go is there",
            Self::Debian => "`apt-get install mmdebstrap`",
            Self::Root => "run the tests as root, in a container or a virtual machine",
            Self::Clients => "`cargo xtask tools` installs them where npm and pip are there",
            Self::Programs => {
                "`apt-get install git curl lintian xz-utils` and `pip install pre-commit`"
            }
        }
    }

    /// The folder with this data; `None`, said aloud, where it is not at hand.
    ///
    /// # Panics
    ///
    /// It is not at hand where it must be: see [`skip`].
    #[must_use]
    pub fn folder(self) -> Option<PathBuf> {
        self.at("")
    }

    /// A file or folder of this data, by its way inside; `None`, said aloud, where it is not at hand.
    ///
    /// # Panics
    ///
    /// It is not at hand where it must be: see [`skip`].
    #[must_use]
    pub fn at(self, way: &str) -> Option<PathBuf> {
        let inside = if way.is_empty() {
            PathBuf::from(self.key())
        } else {
            Path::new(self.key()).join(way)
        };
        let found = shared().map(|it| it.join(&inside)).filter(|it| it.exists());
        if found.is_none() {
            let (inside, place) = (inside.display(), place());
            skip(self, &format!("no {inside} in {}: {}", place.display(), self.remedy()));
        }
        found
    }
}

/// The folder of all data; `None` where somebody says that there is none.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    Some(place()).filter(|it| !it.as_os_str().is_empty())
}

fn place() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let beside = || here.ancestors().nth(3).unwrap_or(here).join("shared");
    env::var_os("HARDEN_SHARED").map_or_else(beside, PathBuf::from)
}

/// Whether tests fail without it.
pub(crate) fn is_required(need: Need) -> bool {
    let set = |name: &str| env::var_os(name);
    let is_ci = set("CI").is_some_and(|it| it == "true");
    match need {
        Need::ControlPlane => {
            is_ci || set("HARDEN_REQUIRE_CONTROL_PLANE").is_some_and(|it| it == "1")
        }
        Need::Terminal | Need::Krew | Need::Debian | Need::Clients => is_ci,
        Need::Root | Need::Programs => false,
        Need::Archives => is_ci && set("HARDEN_DIST").is_some(),
        _ => is_ci && set("HARDEN_SHARED").as_ref().is_none_or(|it: &OsString| !it.is_empty()),
    }
}
