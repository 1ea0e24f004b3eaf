//! ExternalSecrets in place of Secrets, the store that they come from, and what first fills it.
//!
//! Fields are those of the External Secrets Operator 2.9, which serves `external-secrets.io/v1`.

mod aws;
mod azure;
mod commands;
mod fake;
mod gcp;
mod identity;
mod kubernetes;
mod onepassword;
mod part;
mod policy;
mod push;
mod remote;
mod source;
mod store;
mod target;
mod text;
mod vault;

pub use part::Part;
pub use policy::{CreationPolicy, DeletionPolicy, Interval, RefreshPolicy};
pub use store::{Auth, Provider, StoreKind};
pub use vault::KvVersion;

use crate::cluster::{Facts, Need, SecretShape};

use crate::kubernetes::{Label, NamespaceName, ObjectName};

use super::{Generate, Generated, OptionError, Product};

#[cfg(feature = "cli")]
const SECRET: &str = "Secret";
#[cfg(feature = "cli")]
const STORE: &str = "Store";

/// Which Secrets are to come from outside, and from where.
///
/// Secrets are read for the names of their keys and their type only; what they hold is never kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args))]
pub struct Options {
    /// Secret to make; with inputs that name several, only this one of them
    #[cfg_attr(feature = "cli", arg(value_name = "NAME"))]
    pub name: Option<ObjectName>,

    /// Namespace of the Secrets [default: the one in the manifest]
    #[cfg_attr(feature = "cli", arg(short = 'n', long, value_name = "NAME"))]
    pub namespace: Option<NamespaceName>,

    /// File with Secrets, or with workloads that refer to them; - is standard input; repeatable
    #[cfg_attr(feature = "cli", arg(short = 'f', long = "filename", value_name = "FILE"))]
    pub filename: Vec<String>,

    /// Secret of the cluster whose keys are taken over; repeatable. RBAC knows no narrower right than
    /// `get secrets`, but the server is asked for the names of the keys alone; only if it has not
    /// kept them, the Secret itself is read, and what it holds is dropped at once
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub from_cluster: Vec<ObjectName>,

    /// Deployment of the cluster; each Secret that its environment, volumes and image pulls refer to;
    /// repeatable. Needs `get deployments`, and `get secrets` for keys that it does not name
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME"))]
    pub from_deployment: Vec<ObjectName>,

    /// Make only these parts
    #[cfg_attr(feature = "cli", arg(long, value_name = "PART", value_delimiter = ','))]
    pub only: Vec<Part>,

    /// Overwrite files in --output-dir that this command did not write
    #[cfg_attr(feature = "cli", arg(long))]
    pub force: bool,

    /// Key of the Secret; repeatable
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY", value_delimiter = ',', help_heading = SECRET))]
    pub key: Vec<String>,

    /// Type of the Secret: tls, dockerconfigjson, basic-auth, ssh-auth, opaque, or any other in full
    #[cfg_attr(feature = "cli", arg(long = "type", value_name = "TYPE", help_heading = SECRET))]
    pub secret_type: Option<String>,

    /// What the secret is called in the store [default: NAMESPACE/NAME, as the store allows]
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY", help_heading = SECRET))]
    pub remote_key: Option<String>,

    /// Take all keys that the store has, rather than those that are known
    #[cfg_attr(feature = "cli", arg(long, help_heading = SECRET))]
    pub data_from: bool,

    /// When the store is asked again
    #[cfg_attr(feature = "cli", arg(long, value_name = "POLICY", default_value = "periodic", help_heading = SECRET))]
    pub refresh_policy: RefreshPolicy,

    /// How often, with --refresh-policy periodic
    #[cfg_attr(feature = "cli", arg(long, value_name = "TIME", default_value = "1h0m0s", help_heading = SECRET))]
    pub refresh_interval: Interval,

    /// Whose the Secret is
    #[cfg_attr(feature = "cli", arg(long, value_name = "POLICY", default_value = "owner", help_heading = SECRET))]
    pub creation_policy: CreationPolicy,

    /// What happens to the Secret when the store has it no more
    #[cfg_attr(feature = "cli", arg(long, value_name = "POLICY", default_value = "retain", help_heading = SECRET))]
    pub deletion_policy: DeletionPolicy,

    /// Make the store, too
    #[cfg_attr(feature = "cli", arg(long, value_name = "PROVIDER", help_heading = STORE))]
    pub store: Option<Provider>,

    /// Name of the store [default: that of --store]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = STORE))]
    pub store_name: Option<ObjectName>,

    /// For one namespace or for several
    #[cfg_attr(feature = "cli", arg(long, value_name = "KIND", default_value = "SecretStore", help_heading = STORE))]
    pub store_kind: StoreKind,

    /// Namespace that may use a ClusterSecretStore; repeatable [default: those of the Secrets]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = STORE))]
    pub allow_namespace: Vec<NamespaceName>,

    /// Label of namespaces that may use a ClusterSecretStore; all of several must match
    #[cfg_attr(feature = "cli", arg(long, value_name = "KEY=VALUE", help_heading = STORE))]
    pub allow_namespace_label: Vec<Label>,

    /// How the operator proves who it is [default: identity, or static where a provider knows nothing else]
    #[cfg_attr(feature = "cli", arg(long, value_name = "AUTH", help_heading = STORE))]
    pub auth: Option<Auth>,

    /// ServiceAccount that the operator reads the store as [default: eso- and the store's name]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = STORE))]
    pub service_account: Option<ObjectName>,

    /// Secret with the credentials, for --auth static and approle [default: the store's name and -credentials]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = STORE))]
    pub credentials: Option<ObjectName>,

    /// Namespace of the ServiceAccount, credentials and CA of a ClusterSecretStore [default: external-secrets]
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = STORE))]
    pub identity_namespace: Option<NamespaceName>,

    /// ConfigMap with the CA of the store's server, for vault and kubernetes, under the key ca.crt
    #[cfg_attr(feature = "cli", arg(long, value_name = "NAME", help_heading = STORE))]
    pub ca_config_map: Option<ObjectName>,

    /// Make a PushSecret that fills the store from the Secret that is there now
    #[cfg_attr(feature = "cli", arg(long, help_heading = STORE))]
    pub push: bool,

    /// Say with which commands the store is filled by hand; they hold placeholders
    #[cfg_attr(feature = "cli", arg(long, help_heading = STORE))]
    pub print_commands: bool,

    /// What only Vault needs
    #[cfg_attr(feature = "cli", command(flatten))]
    pub vault: vault::Options,

    /// What only AWS needs
    #[cfg_attr(feature = "cli", command(flatten))]
    pub aws: aws::Options,

    /// What only Google Cloud needs
    #[cfg_attr(feature = "cli", command(flatten))]
    pub gcp: gcp::Options,

    /// What only Azure needs
    #[cfg_attr(feature = "cli", command(flatten))]
    pub azure: azure::Options,

    /// What only 1Password needs
    #[cfg_attr(feature = "cli", command(flatten))]
    pub onepassword: onepassword::Options,

    /// What only another cluster or namespace needs
    #[cfg_attr(feature = "cli", command(flatten))]
    pub kubernetes: kubernetes::Options,

    /// What the files say of Secrets.
    #[cfg_attr(feature = "cli", arg(skip))]
    pub found: Vec<SecretShape>,
}

impl Generate for Options {
    fn product() -> Product {
        Product::Objects
    }

    fn files(&self) -> Vec<String> {
        self.filename.clone()
    }

    /// Takes in what the manifests of a file say of Secrets, without what those hold.
    fn read(&mut self, file: &str, text: &str) -> Result<(), OptionError> {
        let found = source::read(file, text)?;
        self.found.extend(found);
        Ok(())
    }

    fn is_forced(&self) -> bool {
        self.force
    }

    fn needs(&self) -> Vec<Need> {
        // Without a namespace nothing can be asked for, and `generate` rejects.
        let Some(namespace) = &self.namespace else { return Vec::new() };
        let namespace = || namespace.to_string();
        let secrets = self
            .from_cluster
            .iter()
            .map(|name| Need::Secret { namespace: namespace(), name: name.to_string() });
        let deployments = self.from_deployment.iter().map(|name| Need::SecretsOfDeployment {
            namespace: namespace(),
            name: name.to_string(),
        });
        secrets.chain(deployments).collect()
    }

    fn generate(&self, facts: &Facts) -> Result<Generated, OptionError> {
        policy::check(self)?;
        let mut notes = Vec::new();
        let secrets = source::secrets(self, facts, &mut notes)?;
        let stores = store::stores(self, &secrets)?;
        let remotes = remote::remotes(self, &secrets)?;
        let mut generated = Generated::default();
        let mut add = |part, manifests: Vec<_>| {
            if self.makes(part) {
                generated.manifests.extend(manifests);
            }
        };
        for store in stores {
            add(Part::ServiceAccount, store.identity);
            add(Part::Store, vec![store.manifest]);
            notes.extend(store.notes.into_iter().filter(|_| self.makes(Part::Store)));
        }
        if self.push {
            add(Part::PushSecret, push::manifests(self, &remotes)?);
        }
        add(Part::ExternalSecret, remotes.iter().map(|it| target::manifest(self, it)).collect());
        if generated.manifests.is_empty() {
            let rule = "nothing is left to make: service-account and store need --store, push-secret needs --push";
            return Err(OptionError::new("--only", "", rule));
        }
        notes.extend(push::notes(self, &remotes));
        if self.print_commands {
            notes.extend(commands::notes(self, &remotes)?);
        }
        notes.dedup();
        generated.notes = notes;
        Ok(generated)
    }
}

impl Options {
    /// Whether this part is asked for.
    fn makes(&self, part: Part) -> bool {
        self.only.is_empty() || self.only.contains(&part)
    }
}
