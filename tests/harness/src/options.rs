//! How a control plane is started.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::wait::PATIENCE;

/// What differs from a plain control plane; [`Default`] is the plain one.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A directory that keeps what etcd stores, for another start with the same one.
    pub data_dir: Option<PathBuf>,
    /// An `EncryptionConfiguration` file.
    pub encryption_config: Option<PathBuf>,
    /// An audit `Policy` file; needs [`Options::audit_log`].
    pub audit_policy: Option<PathBuf>,
    /// The file that audit events are appended to, one JSON object a line.
    pub audit_log: Option<PathBuf>,
    /// An `AdmissionConfiguration` file.
    pub admission_config: Option<PathBuf>,
    /// The minor version to behave as, such as `1.34`; down to three below the binary's own.
    pub emulated_version: Option<String>,
    /// Flags of kube-apiserver: `("profiling", "false")` is `--profiling=false`.
    pub apiserver_args: Vec<(String, String)>,
    /// Flags of kube-controller-manager.
    pub controller_manager_args: Vec<(String, String)>,
    /// Start no kube-controller-manager; Pods then need no `ServiceAccount`.
    pub no_controllers: bool,
    /// How long until it must be ready; some minutes if not said.
    pub timeout: Option<Duration>,
}

impl Options {
    /// The command line of `run`.
    pub(crate) fn arguments(&self) -> Vec<OsString> {
        let mut arguments: Vec<OsString> = vec!["--until-stdin-closes".into()];
        let mut add = |flag: &str, value: OsString| arguments.extend([flag.into(), value]);
        for (flag, path) in [
            ("--data-dir", &self.data_dir),
            ("--encryption-config", &self.encryption_config),
            ("--audit-policy", &self.audit_policy),
            ("--audit-log", &self.audit_log),
            ("--admission-config", &self.admission_config),
        ] {
            if let Some(path) = path {
                add(flag, path.into());
            }
        }
        if let Some(version) = &self.emulated_version {
            add("--emulated-version", version.into());
        }
        for (key, value) in &self.apiserver_args {
            add("--apiserver-arg", format!("{key}={value}").into());
        }
        for (key, value) in &self.controller_manager_args {
            add("--controller-manager-arg", format!("{key}={value}").into());
        }
        let timeout = self.timeout.unwrap_or(PATIENCE);
        add("--timeout", format!("{}ms", timeout.as_millis()).into());
        if self.no_controllers {
            arguments.push("--no-controllers".into());
        }
        arguments
    }
}
