//! Where audit events go.

use crate::generators::api_server::{Kind, Mount, Settings};
use crate::generators::{HostPath, platform};
use crate::platform::Told;

/// Where kube-apiserver sends audit events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Backend {
    /// A file on the node, rotated as CIS asks: 30 days, 10 files of 100 MB
    Log,
    /// A service that is named in a kubeconfig file
    Webhook,
}

const WEBHOOK: &str = "/etc/kubernetes/audit/webhook.yaml";
const LOGS: &str = "/var/log/kubernetes/audit";

impl Backend {
    /// What the server needs, and what the user should know.
    pub(super) fn settings(self, policy: &HostPath, told: Option<Told>) -> (Settings, Vec<String>) {
        let mut settings = Settings {
            flags: vec![("audit-policy-file", policy.to_string())],
            mounts: vec![Mount {
                name: "audit-policy",
                path: policy.to_string(),
                kind: Kind::File,
            }],
        };
        let mut notes = vec![platform::put("policy", policy, told)];
        let mut add = |flag, value: &str| settings.flags.push((flag, value.to_owned()));
        match self {
            Self::Log => {
                // CIS 1.2.16 to 1.2.19.
                add("audit-log-path", &format!("{LOGS}/audit.log"));
                add("audit-log-maxage", "30");
                add("audit-log-maxbackup", "10");
                add("audit-log-maxsize", "100");
                let path = LOGS.to_owned();
                settings.mounts.push(Mount { name: "audit-logs", path, kind: Kind::Logs });
            }
            Self::Webhook => {
                add("audit-webhook-config-file", WEBHOOK);
                add("audit-webhook-mode", "batch");
                add("audit-webhook-initial-backoff", "10s");
                add("audit-webhook-truncate-enabled", "true");
                let path = WEBHOOK.to_owned();
                settings.mounts.push(Mount { name: "audit-webhook", path, kind: Kind::File });
                notes.push(format!(
                    "{WEBHOOK} is a kubeconfig that names the service; while it cannot be reached for long, events are lost"
                ));
            }
        }
        (settings, notes)
    }
}
