//! Secrets of another namespace, or of another cluster.

use serde_json::{Map, Value, json};

use super::Part;
use super::identity::Identity;
use super::remote::{self, Remote};
use super::source::Secret;
use super::store::{Auth, Scaffold, auth, static_note};
use super::text::https;
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::{Kind, NamespaceName};

#[cfg(feature = "cli")]
const HEADING: &str = "Kubernetes";

/// What only another cluster or namespace needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), group(skip))]
pub struct Options {
    /// Namespace that the Secrets are kept in
    #[cfg_attr(feature = "cli", arg(id = "kubernetes-namespace", long = "kubernetes-namespace", value_name = "NAME", help_heading = HEADING))]
    pub namespace: Option<NamespaceName>,

    /// API server of the other cluster [default: that of the same cluster]
    #[cfg_attr(feature = "cli", arg(id = "kubernetes-server", long = "kubernetes-server", value_name = "URL", help_heading = HEADING))]
    pub server: Option<String>,
}

impl Options {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let namespace = self.namespace.as_ref().map(|_| "--kubernetes-namespace");
        namespace.or(self.server.as_ref().map(|_| "--kubernetes-server"))
    }

    fn namespace(&self) -> Result<&NamespaceName, OptionError> {
        self.namespace.as_ref().ok_or_else(|| {
            let rule = "is needed: the namespace that the Secrets are kept in";
            OptionError::new("--kubernetes-namespace", "", rule)
        })
    }
}

pub(super) fn scaffold(
    options: &super::Options,
    identity: &Identity<'_>,
    secrets: &[Secret],
) -> Result<Scaffold, OptionError> {
    let namespace = options.kubernetes.namespace()?;
    let is_elsewhere = options.kubernetes.server.is_some();
    if !is_elsewhere && secrets.iter().any(|it| it.namespace == *namespace) {
        let rule = "must not be the namespace that the Secrets are made in: they would be made of themselves";
        return Err(OptionError::new("--kubernetes-namespace", namespace, rule));
    }
    let mut server = Map::new();
    let (url, ca) = match &options.kubernetes.server {
        Some(url) => (https("--kubernetes-server", Some(url))?, identity.ca_ref(None)),
        // Every namespace has this ConfigMap.
        None => {
            ("https://kubernetes.default.svc".to_owned(), identity.ca_ref(Some("kube-root-ca.crt")))
        }
    };
    let Some(ca) = ca else {
        let rule = "is needed: the operator must know the CA of the other cluster";
        return Err(OptionError::new("--ca-config-map", "", rule));
    };
    server.insert("url".to_owned(), url.into());
    server.insert("caProvider".to_owned(), ca);
    let mut scaffold = Scaffold { block: "kubernetes", ..Scaffold::default() };
    let method = if auth(options, &[Auth::Identity, Auth::Static])? == Auth::Identity {
        scaffold.account = Some(Map::new());
        if is_elsewhere {
            scaffold.notes.push(format!(
                "the other cluster must know the tokens of this one, and let {}:{} read Secrets of namespace {namespace}",
                identity.namespace,
                identity.account()
            ));
        } else {
            scaffold.rights = rights(options, identity, secrets, namespace)?;
        }
        json!({"serviceAccount": identity.account_ref()})
    } else {
        let what = "a bearer token (key token)";
        scaffold.notes.push(static_note(
            identity,
            what,
            "--auth identity needs none in the same cluster",
        ));
        json!({"token": {"bearerToken": identity.credential_ref("token")}})
    };
    scaffold.provider =
        json!({"remoteNamespace": namespace.as_str(), "server": server, "auth": method});
    Ok(scaffold)
}

/// What lets the account read these Secrets and no others; and write them, to fill the store.
fn rights(
    options: &super::Options,
    identity: &Identity<'_>,
    secrets: &[Secret],
    namespace: &NamespaceName,
) -> Result<Vec<Manifest>, OptionError> {
    let remotes = remote::remotes(options, secrets)?;
    let is_own = |it: &&Remote| {
        options.store_kind == super::StoreKind::ClusterSecretStore
            || it.secret.namespace.as_str() == identity.namespace
    };
    let names: Vec<&str> = remotes.iter().filter(is_own).map(|it| it.key.as_str()).collect();
    let pushes = options.push && options.makes(Part::PushSecret);
    let verbs: &[&str] = if pushes { &["get", "update", "patch"] } else { &["get"] };
    let mut rules = vec![
        json!({"apiGroups": [""], "resources": ["secrets"], "resourceNames": names, "verbs": verbs}),
    ];
    if pushes {
        // The name of what is made is not known when it is asked for.
        rules.push(json!({"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]}));
    }
    let name = format!("{}-{}", identity.namespace, identity.account());
    let role = Manifest::new(
        Kind::ROLE,
        Some(namespace.as_str()),
        &name,
        "Lets the store read the Secrets that ExternalSecrets name, and no others.",
        json!({"rules": rules}),
    );
    let subject: Value = json!({
        "kind": "ServiceAccount",
        "name": identity.account(),
        "namespace": identity.namespace,
    });
    let binding = Manifest::new(
        Kind::ROLE_BINDING,
        Some(namespace.as_str()),
        &name,
        "Gives these rights to the account of the store.",
        json!({
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            "subjects": [subject],
        }),
    );
    Ok(vec![role, binding])
}

/// The command that fills the store by hand.
pub(super) fn commands(
    options: &super::Options,
    remote: &Remote,
) -> Result<Vec<String>, OptionError> {
    let namespace = options.kubernetes.namespace()?;
    let files: Vec<String> = match remote.entries.as_slice() {
        [] => vec!["--from-file=KEY=FILE".to_owned()],
        entries => entries
            .iter()
            .map(|it| format!("--from-file={0}=FILE_WITH_{0}", it.secret_key))
            .collect(),
    };
    Ok(vec![format!(
        "kubectl create secret generic {} -n {namespace} {}",
        remote.key,
        files.join(" ")
    )])
}
