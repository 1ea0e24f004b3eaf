//! The cluster-wide configuration of Pod Security: what namespaces without labels are held to.

mod platform;

use serde_json::{Map, Value, json};

use crate::cluster::{Facts, Need};
use crate::configuration::admission;
use crate::configuration::first_document;
use crate::kubernetes::{Level, MinorVersion, NamespaceName, PolicyVersion};
use crate::platform::PlatformName;

use super::api_server::{Kind, Mount, Settings};
use super::version::cluster_version;
use super::{File, Generate, Generated, HostPath, OptionError, Product};

#[cfg(feature = "cli")]
const EXEMPTIONS: &str = "Exemptions";
#[cfg(feature = "cli")]
const SERVER: &str = "API server";

const FILE: &str = "admission-configuration.yaml";
const PATH: &str = "/etc/kubernetes/admission/admission-configuration.yaml";

/// What holds for namespaces that do not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// Pods beyond this level are rejected in namespaces without labels
    #[cfg_attr(feature = "cli", arg(long, value_name = "LEVEL", default_value = "restricted"))]
    pub level: Level,

    /// Pods beyond this level are recorded in the audit log [default: restricted, or privileged if --level is]
    #[cfg_attr(feature = "cli", arg(long, value_name = "LEVEL"))]
    pub audit_level: Option<Level>,

    /// Pods beyond this level are warned about [default: restricted, or privileged if --level is]
    #[cfg_attr(feature = "cli", arg(long, value_name = "LEVEL"))]
    pub warn_level: Option<Level>,

    /// Version of the Pod Security Standards, such as 1.30; latest follows upgrades, cluster asks the
    /// API server [default: v1.37]
    #[cfg_attr(feature = "cli", arg(long, value_name = "VERSION"))]
    pub kubernetes_version: Option<PolicyVersion>,

    /// Platform that it is for: the form that its API server takes, or what to do where it takes none
    #[cfg_attr(feature = "cli", arg(long, value_name = "PLATFORM"))]
    pub platform: Option<PlatformName>,

    /// Overwrite files, and exempt what is never meant to be exempt
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

    /// Namespace whose pods are never judged, whatever its labels say; repeatable [default: kube-system]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", value_delimiter = ',', help_heading = EXEMPTIONS))]
    pub exempt_namespace: Vec<NamespaceName>,

    /// Leave kube-system to be judged, too
    #[cfg_attr(feature = "cli", arg(long, conflicts_with = "exempt_namespace", help_heading = EXEMPTIONS))]
    pub exempt_no_namespace: bool,

    /// User whose own pods are never judged; those of their Deployments are. Repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "USER", help_heading = EXEMPTIONS))]
    pub exempt_user: Vec<String>,

    /// Runtime class whose pods are never judged; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", value_delimiter = ',', help_heading = EXEMPTIONS))]
    pub exempt_runtime_class: Vec<String>,

    /// Print the flag of kube-apiserver, the mount of its pod and the same for kubeadm instead of
    /// the configuration, or what the platform has in their place
    #[cfg_attr(feature = "cli", arg(long, help_heading = SERVER))]
    pub print_flags: bool,

    /// Where the configuration is on the control plane nodes
    /// [default: /etc/kubernetes/admission/admission-configuration.yaml, or where the platform has it]
    #[cfg_attr(feature = "cli", arg(long, value_name = "PATH", requires = "print_flags", help_heading = SERVER))]
    pub config_path: Option<HostPath>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            level: Level::Restricted,
            audit_level: None,
            warn_level: None,
            kubernetes_version: None,
            platform: None,
            force: false,
            exempt_namespace: Vec::new(),
            exempt_no_namespace: false,
            exempt_user: Vec::new(),
            exempt_runtime_class: Vec::new(),
            print_flags: false,
            config_path: None,
        }
    }
}

impl Generate for Options {
    fn product() -> Product {
        Product::Files
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        let asks = self.kubernetes_version == Some(PolicyVersion::Cluster);
        asks.then_some(Need::Version)
            .into_iter()
            .chain(super::platform::need(self.platform))
            .collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        let version = self.version(facts)?;
        let of = super::platform::chosen(self.platform, facts)?;
        let cell = of.map(|it| &it.pod_security);
        if let Some(made) = of.and_then(|it| platform::form(self, it, version).transpose()) {
            return made;
        }
        if self.print_flags {
            let known = cell.and_then(super::platform::path).unwrap_or(PATH);
            let path = self.config_path.clone().unwrap_or(HostPath::known(known));
            let settings = Settings {
                flags: vec![("admission-control-config-file", path.to_string())],
                mounts: vec![Mount {
                    name: "admission-config",
                    path: path.to_string(),
                    kind: Kind::File,
                }],
            };
            let kubeadm = match version {
                PolicyVersion::Pinned(version) => version,
                PolicyVersion::Latest | PolicyVersion::Cluster => MinorVersion::NEWEST_KNOWN,
            };
            let told = cell.and_then(super::platform::told);
            let notes = vec![super::platform::put("configuration", &path, told)];
            let files = vec![settings.to_file("admission-flags.yaml", kubeadm, told)];
            return Ok(Generated { files, notes, ..Generated::default() });
        }
        let text = self.text(version)?;
        let files = vec![File::new(FILE, text)];
        Ok(Generated { files, notes: self.notes(), ..Generated::default() })
    }
}

impl Options {
    /// The whole file, held to what the server takes.
    fn text(&self, version: PolicyVersion) -> Result<String, OptionError> {
        self.check_users()?;
        if self.namespaces().contains(&"default") && !self.force {
            let rule = "whatever names no namespace goes there, and would not be judged; --force goes ahead";
            return Err(OptionError::new("--exempt-namespace", "default", rule));
        }
        let configuration = self.configuration(version, self.namespaces());
        let file = json!({
            "apiVersion": "apiserver.config.k8s.io/v1",
            "kind": "AdmissionConfiguration",
            "plugins": [{"name": "PodSecurity", "configuration": configuration}],
        });
        let text = with_reasons(&file, self.of_upgrades());
        check_names(&text)?;
        Ok(text)
    }

    /// What PodSecurity is told.
    fn configuration(&self, version: PolicyVersion, namespaces: Vec<&str>) -> Value {
        let version = version.to_string();
        let is_quiet = self.level == Level::Privileged;
        let unset = if is_quiet { Level::Privileged } else { Level::Restricted };
        let levels = [
            ("enforce", self.level),
            ("audit", self.audit_level.unwrap_or(unset)),
            ("warn", self.warn_level.unwrap_or(unset)),
        ];
        let mut defaults = Map::new();
        for (mode, level) in levels {
            defaults.insert(mode.to_owned(), level.to_string().into());
            defaults.insert(format!("{mode}-version"), version.clone().into());
        }
        let mut exemptions = Map::new();
        let mut add = |key: &str, list: Vec<&str>| {
            if !list.is_empty() {
                exemptions.insert(key.to_owned(), list.into());
            }
        };
        add("namespaces", namespaces);
        add("usernames", distinct(self.exempt_user.iter().map(String::as_str)));
        add("runtimeClasses", distinct(self.exempt_runtime_class.iter().map(String::as_str)));
        let mut configuration = json!({
            "apiVersion": "pod-security.admission.config.k8s.io/v1",
            "kind": "PodSecurityConfiguration",
            "defaults": defaults,
        });
        if let Some(fields) = configuration.as_object_mut().filter(|_| !exemptions.is_empty()) {
            fields.insert("exemptions".to_owned(), exemptions.into());
        }
        configuration
    }

    /// What an upgrade of Kubernetes changes of what is rejected: an API server takes a version that it
    /// does not know yet for its own.
    fn of_upgrades(&self) -> &'static [&'static str] {
        match self.kubernetes_version {
            Some(PolicyVersion::Latest) => &[
                "For namespaces that have no label of their own; a label always wins. The version is that",
                "of the API server, so that an upgrade of Kubernetes changes what is rejected.",
            ],
            Some(PolicyVersion::Cluster) => &[
                "For namespaces that have no label of their own; a label always wins. The version is",
                "pinned, so that an upgrade of Kubernetes does not change what is rejected.",
            ],
            Some(PolicyVersion::Pinned(_)) | None => &[
                "For namespaces that have no label of their own; a label always wins. The version is",
                "pinned: from that version on, an upgrade of Kubernetes does not change what is rejected.",
                "An older API server goes by the rules of its own.",
            ],
        }
    }

    fn namespaces(&self) -> Vec<&str> {
        if self.exempt_no_namespace {
            return Vec::new();
        }
        if self.exempt_namespace.is_empty() {
            return vec!["kube-system"];
        }
        distinct(self.exempt_namespace.iter().map(NamespaceName::as_str))
    }

    fn check_users(&self) -> Result<(), OptionError> {
        const OPTION: &str = "--exempt-user";
        for user in &self.exempt_user {
            let reject = |rule: &str| Err(OptionError::new(OPTION, user, rule));
            let parts = user.split(':').count();
            if user.is_empty() {
                return reject("must not be empty");
            } else if user.contains('*') {
                return reject(
                    "names are compared as they are, without wildcards: it would exempt nobody",
                );
            } else if is_group(user) {
                return reject(
                    "it is the name of a group, and only users are exempt: it would exempt nobody",
                );
            } else if user.starts_with("system:serviceaccount:") && parts != 4 {
                return reject("a ServiceAccount is called system:serviceaccount:NAMESPACE:NAME");
            } else if makes_pods(user) && !self.force {
                return reject(
                    "it makes the pods of every Deployment or Job, so nothing would be judged; --force goes ahead",
                );
            }
        }
        Ok(())
    }

    /// The version to pin, never one that the server does not know.
    fn version(&self, facts: &Facts) -> Result<PolicyVersion, OptionError> {
        match self.kubernetes_version {
            Some(PolicyVersion::Cluster) => Ok(PolicyVersion::Pinned(cluster_version(facts)?)),
            Some(version) => Ok(version),
            None => Ok(PolicyVersion::Pinned(MinorVersion::NEWEST_KNOWN)),
        }
    }

    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.level == Level::Restricted {
            notes.push(
                "this rejects pods beyond restricted in every namespace without labels: with --level baseline, \
                 restricted is only audited and warned about"
                    .to_owned(),
            );
        }
        if self.level == Level::Privileged {
            notes.push(
                "namespaces without labels admit every pod: the plugin is told what it does anyway"
                    .to_owned(),
            );
        } else {
            notes.push(
                "pods that run already stay; look before with: kubectl label --dry-run=server --overwrite namespace --all \
                 pod-security.kubernetes.io/enforce="
                    .to_owned()
                    + &self.level.to_string(),
            );
        }
        notes
    }
}

/// The server's own verdict on what the options do not check.
fn check_names(text: &str) -> Result<(), OptionError> {
    let document = first_document(text);
    let Err(rejection) = admission::read(&document, MinorVersion::NEWEST_KNOWN) else {
        return Ok(());
    };
    let faults: Vec<_> = rejection.faults.iter().map(|it| it.message.as_str()).collect();
    let is_class = faults.iter().any(|it| it.starts_with("exemptions.runtimeClasses"));
    let option = if is_class { "--exempt-runtime-class" } else { "--level" };
    Err(OptionError::new(
        option,
        "",
        format!("the API server would not start: {}", faults.join(", ")),
    ))
}

fn is_group(name: &str) -> bool {
    matches!(
        name,
        "system:masters" | "system:authenticated" | "system:unauthenticated" | "system:nodes"
    ) || name.starts_with("system:serviceaccounts")
}

/// Controllers that make the pods of everybody's templates.
fn makes_pods(user: &str) -> bool {
    const CONTROLLERS: [&str; 8] = [
        "cronjob-controller",
        "daemon-set-controller",
        "daemonset-controller",
        "deployment-controller",
        "job-controller",
        "replicaset-controller",
        "replication-controller",
        "statefulset-controller",
    ];
    user == "system:kube-controller-manager"
        || user
            .strip_prefix("system:serviceaccount:kube-system:")
            .is_some_and(|it| CONTROLLERS.contains(&it))
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut list = Vec::new();
    for name in names {
        if !list.contains(&name) {
            list.push(name);
        }
    }
    list
}

/// The file, with a comment above each part of it.
fn with_reasons(file: &Value, of_upgrades: &'static [&'static str]) -> String {
    let mut text = String::new();
    for line in harden_yaml::write(file).lines() {
        let reason: &[&str] = match line.trim() {
            "apiVersion: apiserver.config.k8s.io/v1" => {
                &["What kube-apiserver is told with --admission-control-config-file."]
            }
            "defaults:" => of_upgrades,
            "exemptions:" => &[
                "Never judged, whatever labels say. Names are compared as they are: no wildcards, no groups.",
            ],
            _ => &[],
        };
        let indent = line.len() - line.trim_start().len();
        for reason in reason {
            text.push_str(&" ".repeat(indent));
            text.push_str("# ");
            text.push_str(reason);
            text.push('\n');
        }
        text.push_str(line);
        text.push('\n');
    }
    text
}
