//! The Namespace and its Pod Security labels.

use serde_json::{Map, Value, json};

use super::Options;
use crate::Manifest;
use crate::cluster::Facts;
use crate::generators::OptionError;
use crate::generators::version::cluster_version;
use crate::kubernetes::{Kind, Level, MinorVersion, PolicyVersion};
use crate::platform::Platform;

/// What keeps OpenShift from changing the labels of a namespace.
const LABEL_SYNC: &str = "security.openshift.io/scc.podSecurityLabelSync";

const PREFIX: &str = "pod-security.kubernetes.io/";

/// The labels of Pod Security admission, in the order in which they are written.
///
/// See <https://kubernetes.io/docs/concepts/security/pod-security-admission/>.
pub(super) fn labels(
    options: &Options,
    of: Option<&Platform>,
    facts: &Facts,
) -> Result<Vec<(String, String)>, OptionError> {
    let version = version(options, facts)?.to_string();
    let quiet = options.level == Level::Privileged;
    let unset = if quiet { Level::Privileged } else { Level::Restricted };
    let modes = [
        ("enforce", options.level),
        ("audit", options.audit_level.unwrap_or(unset)),
        ("warn", options.warn_level.unwrap_or(unset)),
    ];
    for label in &options.labels {
        if label.key.starts_with(PREFIX) {
            let rule = "Pod Security labels are set by --level, --audit-level, --warn-level and --kubernetes-version";
            return Err(OptionError::new("--label", &label.key, rule));
        }
        if label.key == "kubernetes.io/metadata.name" {
            return Err(OptionError::new(
                "--label",
                &label.key,
                "the API server sets this label to the namespace's name",
            ));
        }
    }
    // OpenShift changes labels of Pod Security by what it lets ServiceAccounts do, unless it is told not to.
    let syncs = of.is_some_and(|it| it.name == "openshift")
        && !options.labels.iter().any(|it| it.key == LABEL_SYNC);
    let sync = syncs.then(|| (LABEL_SYNC.to_owned(), "false".to_owned()));
    let own = options.labels.iter().map(|label| (label.key.clone(), label.value.clone()));
    let standard = modes.into_iter().flat_map(|(mode, level)| {
        [
            (format!("{PREFIX}{mode}"), level.to_string()),
            (format!("{PREFIX}{mode}-version"), version.clone()),
        ]
    });
    Ok(own.chain(standard).chain(sync).collect())
}

/// The version to pin, never one that the cluster does not know.
fn version(options: &Options, facts: &Facts) -> Result<PolicyVersion, OptionError> {
    const OPTION: &str = "--kubernetes-version";
    match (options.kubernetes_version, facts.version) {
        (Some(PolicyVersion::Cluster), _) => Ok(PolicyVersion::Pinned(cluster_version(facts)?)),
        (Some(PolicyVersion::Pinned(version)), Some(cluster)) if version > cluster => {
            let rule = format!(
                "the cluster is {cluster}; a newer version would not mean there what it says"
            );
            Err(OptionError::new(OPTION, version, rule))
        }
        (Some(version), _) => Ok(version),
        (None, cluster) => {
            let newest = MinorVersion::NEWEST_KNOWN;
            Ok(PolicyVersion::Pinned(cluster.map_or(newest, |cluster| cluster.min(newest))))
        }
    }
}

/// What an upgrade of Kubernetes changes of what is rejected: an API server takes a version that it does
/// not know yet for its own.
fn of_upgrades(options: &Options, facts: &Facts) -> &'static str {
    match (options.kubernetes_version, facts.version) {
        (Some(PolicyVersion::Latest), _) => {
            "Admits only pods that meet the restricted Pod Security Standard of the API server's version,\n\
             so that an upgrade of Kubernetes may change what is rejected."
        }
        (_, Some(_)) => {
            "Admits only pods that meet the restricted Pod Security Standard of the version named here,\n\
             so that an upgrade of Kubernetes does not change what is rejected."
        }
        (_, None) => {
            "Admits only pods that meet the restricted Pod Security Standard of the version named here.\n\
             From that version on, an upgrade of Kubernetes does not change what is rejected; an older\n\
             API server goes by the rules of its own."
        }
    }
}

pub(super) fn namespace(
    options: &Options,
    facts: &Facts,
    name: &str,
    labels: &[(String, String)],
) -> Manifest {
    let why = match options.level {
        Level::Restricted => of_upgrades(options, facts),
        Level::Baseline => {
            "Rejects pods that can take over their node by the known ways (Pod Security Standard baseline);\n\
             what is missing to a stricter level is warned about and recorded in the audit log."
        }
        Level::Privileged => {
            "Admits every pod (Pod Security Standard privileged): for trusted infrastructure only.\n\
             Whoever can make a pod here can take over its node."
        }
    };
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), name.into());
    metadata.insert(
        "labels".to_owned(),
        labels.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect(),
    );
    if !options.annotations.is_empty() {
        let annotations: Map<_, _> = options
            .annotations
            .iter()
            .map(|it| (it.key.clone(), Value::from(it.value.as_str())))
            .collect();
        metadata.insert("annotations".to_owned(), annotations.into());
    }
    Manifest::new(Kind::NAMESPACE, None, name, why, json!({"metadata": metadata}))
}
