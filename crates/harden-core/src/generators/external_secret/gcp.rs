//! Google Cloud Secret Manager.

use serde_json::{Map, Value, json};

use super::identity::Identity;
use super::remote::Remote;
use super::store::{Auth, Scaffold, auth, static_note};
use super::text::{needed, quoted, word};
use crate::generators::OptionError;

#[cfg(feature = "cli")]
const HEADING: &str = "Google Cloud";

/// What only Google Cloud needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), group(skip))]
pub struct Options {
    /// Project of the secrets
    #[cfg_attr(feature = "cli", arg(id = "gcp-project", long = "gcp-project", value_name = "ID", help_heading = HEADING))]
    pub project: Option<String>,

    /// Name of the GKE cluster [default: the one that the operator runs in]
    #[cfg_attr(feature = "cli", arg(id = "gcp-cluster", long = "gcp-cluster", value_name = "NAME", help_heading = HEADING))]
    pub cluster: Option<String>,

    /// Location of the GKE cluster [default: the one that the operator runs in]
    #[cfg_attr(feature = "cli", arg(id = "gcp-cluster-location", long = "gcp-cluster-location", value_name = "LOCATION", help_heading = HEADING))]
    pub cluster_location: Option<String>,

    /// Google service account that the ServiceAccount stands for [default: none, it has rights itself]
    #[cfg_attr(feature = "cli", arg(id = "gcp-service-account", long = "gcp-service-account", value_name = "EMAIL", help_heading = HEADING))]
    pub service_account: Option<String>,
}

impl Options {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        [("--gcp-project", self.project.is_some())]
            .into_iter()
            .chain(self.of_identity())
            .find_map(|(option, given)| given.then_some(option))
    }

    fn of_identity(&self) -> [(&'static str, bool); 3] {
        [
            ("--gcp-cluster", self.cluster.is_some()),
            ("--gcp-cluster-location", self.cluster_location.is_some()),
            ("--gcp-service-account", self.service_account.is_some()),
        ]
    }

    fn project(&self) -> Result<&str, OptionError> {
        needed("--gcp-project", self.project.as_ref(), "the project of the secrets")
    }
}

pub(super) fn scaffold(
    options: &super::Options,
    identity: &Identity<'_>,
) -> Result<Scaffold, OptionError> {
    let gcp = &options.gcp;
    let mut scaffold = Scaffold { block: "gcpsm", ..Scaffold::default() };
    let method = if auth(options, &[Auth::Identity, Auth::Static])? == Auth::Identity {
        let mut annotations = Map::new();
        if let Some(email) = word("--gcp-service-account", gcp.service_account.as_ref())? {
            if !email.ends_with(".iam.gserviceaccount.com") || !email.contains('@') {
                let rule = "must be an address such as eso@my-project.iam.gserviceaccount.com";
                return Err(OptionError::new("--gcp-service-account", email, rule));
            }
            annotations.insert("iam.gke.io/gcp-service-account".to_owned(), email.into());
        }
        scaffold.account = Some(annotations);
        let mut method = Map::new();
        if let Some(location) = word("--gcp-cluster-location", gcp.cluster_location.as_ref())? {
            method.insert("clusterLocation".to_owned(), location.into());
        }
        if let Some(name) = word("--gcp-cluster", gcp.cluster.as_ref())? {
            method.insert("clusterName".to_owned(), name.into());
        }
        method.insert("serviceAccountRef".to_owned(), identity.account_ref());
        json!({"workloadIdentity": method})
    } else {
        let given = gcp.of_identity().into_iter().find_map(|(it, given)| given.then_some(it));
        if let Some(option) = given {
            return Err(OptionError::new(option, "", "means nothing with --auth static"));
        }
        let what = "the key of a Google service account (key key.json)";
        scaffold.notes.push(static_note(identity, what, "--auth identity needs none"));
        json!({"secretRef": {"secretAccessKeySecretRef": identity.credential_ref("key.json")}})
    };
    let mut block = Map::new();
    block.insert("projectID".to_owned(), gcp.project()?.into());
    block.insert("auth".to_owned(), method);
    scaffold.provider = Value::Object(block);
    Ok(scaffold)
}

/// The command that fills the store by hand.
pub(super) fn commands(
    options: &super::Options,
    remote: &Remote,
) -> Result<Vec<String>, OptionError> {
    Ok(vec![format!(
        "gcloud secrets create {} --project={} --replication-policy=automatic --data-file={}.json",
        quoted(&remote.key),
        quoted(options.gcp.project()?),
        remote.secret.name
    )])
}
