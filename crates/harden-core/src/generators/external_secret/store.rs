//! The SecretStore or ClusterSecretStore that ExternalSecrets refer to.

use serde_json::{Map, Value, json};

use super::identity::Identity;
use super::source::Secret;
use super::{Options, aws, azure, fake, gcp, kubernetes, onepassword, vault};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::{Kind, NamespaceName};

/// What keeps the secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Provider {
    /// Vault, engine KV
    Vault,
    /// AWS Secrets Manager
    AwsSecretsManager,
    /// AWS Systems Manager Parameter Store
    AwsParameterStore,
    /// Google Cloud Secret Manager
    Gcp,
    /// Azure Key Vault
    Azure,
    /// 1Password, over Connect with --onepassword-host, else with a service account
    Onepassword,
    /// Secrets of another namespace or cluster
    Kubernetes,
    /// Values in the store's own manifest, for trying out
    Fake,
}

/// For one namespace or for several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum StoreKind {
    /// One namespace
    #[default]
    #[cfg_attr(feature = "cli", value(name = "SecretStore"))]
    SecretStore,
    /// The namespaces of --allow-namespace and --allow-namespace-label
    #[cfg_attr(feature = "cli", value(name = "ClusterSecretStore"))]
    ClusterSecretStore,
}

/// How the operator proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Auth {
    /// Short-lived tokens of a ServiceAccount, by the provider's own workload identity
    Identity,
    /// Vault: tokens of a ServiceAccount, which Vault has the API server review (identity means this)
    Kubernetes,
    /// Vault: tokens of a ServiceAccount, which Vault checks by the cluster's public key
    Jwt,
    /// Vault: a role id and a secret id
    Approle,
    /// A key or token that lives until somebody changes it
    Static,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Vault,
        Self::AwsSecretsManager,
        Self::AwsParameterStore,
        Self::Gcp,
        Self::Azure,
        Self::Onepassword,
        Self::Kubernetes,
        Self::Fake,
    ];

    /// As the command line spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Vault => "vault",
            Self::AwsSecretsManager => "aws-secrets-manager",
            Self::AwsParameterStore => "aws-parameter-store",
            Self::Gcp => "gcp",
            Self::Azure => "azure",
            Self::Onepassword => "onepassword",
            Self::Kubernetes => "kubernetes",
            Self::Fake => "fake",
        }
    }
}

impl StoreKind {
    /// As the API spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SecretStore => "SecretStore",
            Self::ClusterSecretStore => "ClusterSecretStore",
        }
    }
}

impl Auth {
    /// As the command line spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Kubernetes => "kubernetes",
            Self::Jwt => "jwt",
            Self::Approle => "approle",
            Self::Static => "static",
        }
    }
}

/// A store, and what it needs to be more than a promise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Store {
    pub(super) manifest: Manifest,
    /// The ServiceAccount and its rights.
    pub(super) identity: Vec<Manifest>,
    pub(super) notes: Vec<String>,
}

/// What a provider says of a store.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Scaffold {
    /// The name of its block under `provider`.
    pub(super) block: &'static str,
    /// What is in that block.
    pub(super) provider: Value,
    /// The annotations of the ServiceAccount; `None` when there is none.
    pub(super) account: Option<Map<String, Value>>,
    /// What gives the ServiceAccount its rights.
    pub(super) rights: Vec<Manifest>,
    pub(super) notes: Vec<String>,
}

/// The name of the store.
pub(super) fn name(options: &Options) -> String {
    let own = || options.store.map(Provider::name).unwrap_or_default().to_owned();
    options.store_name.as_ref().map_or_else(own, ToString::to_string)
}

/// The stores to make: none, one for the cluster, or one for each namespace.
pub(super) fn stores(options: &Options, secrets: &[Secret]) -> Result<Vec<Store>, OptionError> {
    reject_foreign_options(options)?;
    let Some(provider) = options.store else {
        return if options.store_name.is_some() {
            Ok(Vec::new())
        } else {
            let rule = "say where the secrets are kept, or refer to a store that is there with --store-name";
            Err(OptionError::new("--store", "", rule))
        };
    };
    let mut namespaces: Vec<&str> = Vec::new();
    for secret in secrets {
        if !namespaces.contains(&secret.namespace.as_str()) {
            namespaces.push(secret.namespace.as_str());
        }
    }
    if options.store_kind == StoreKind::ClusterSecretStore {
        let conditions = conditions(options, &namespaces);
        return Ok(vec![store(options, provider, secrets, None, Some(conditions))?]);
    }
    namespaces.iter().map(|it| store(options, provider, secrets, Some(it), None)).collect()
}

fn store(
    options: &Options,
    provider: Provider,
    secrets: &[Secret],
    namespace: Option<&str>,
    conditions: Option<Value>,
) -> Result<Store, OptionError> {
    let identity = Identity::new(options, namespace.unwrap_or_default());
    let scaffold = match provider {
        Provider::Vault => vault::scaffold(options, &identity)?,
        Provider::AwsSecretsManager | Provider::AwsParameterStore => {
            aws::scaffold(options, provider, &identity)?
        }
        Provider::Gcp => gcp::scaffold(options, &identity)?,
        Provider::Azure => azure::scaffold(options, &identity)?,
        Provider::Onepassword => onepassword::scaffold(options, &identity)?,
        Provider::Kubernetes => kubernetes::scaffold(options, &identity, secrets)?,
        Provider::Fake => fake::scaffold(options, secrets, namespace)?,
    };
    let mut spec = Map::new();
    let is_cluster_wide = conditions.is_some();
    if let Some(conditions) = conditions {
        spec.insert("conditions".to_owned(), conditions);
    }
    let mut block = Map::new();
    block.insert(scaffold.block.to_owned(), scaffold.provider);
    spec.insert("provider".to_owned(), block.into());
    let (kind, why) = if is_cluster_wide {
        (
            Kind::CLUSTER_SECRET_STORE,
            "Where ExternalSecrets of the namespaces named here come from.\n\
             Without conditions, every namespace could read whatever this store can.",
        )
    } else {
        (
            Kind::SECRET_STORE,
            "Where the ExternalSecrets of this namespace come from, and of no other.",
        )
    };
    let account = scaffold.account.map(|annotations| identity.manifest(&annotations));
    let manifest = Manifest::new(kind, namespace, &name(options), why, json!({"spec": spec}));
    identity.check_names(account.is_some(), &manifest)?;
    Ok(Store {
        manifest,
        identity: account.into_iter().chain(scaffold.rights).collect(),
        notes: scaffold.notes,
    })
}

fn conditions(options: &Options, namespaces: &[&str]) -> Value {
    let mut conditions = Vec::new();
    let named: Vec<&str> = options.allow_namespace.iter().map(NamespaceName::as_str).collect();
    if !named.is_empty() {
        conditions.push(json!({"namespaces": named}));
    } else if options.allow_namespace_label.is_empty() {
        conditions.push(json!({"namespaces": namespaces}));
    }
    if !options.allow_namespace_label.is_empty() {
        let labels = options.allow_namespace_label.iter();
        let labels: Map<_, _> =
            labels.map(|it| (it.key.clone(), Value::from(it.value.as_str()))).collect();
        conditions.push(json!({"namespaceSelector": {"matchLabels": labels}}));
    }
    conditions.into()
}

/// The way of proving oneself that was asked for, if this provider knows it.
pub(super) fn auth(options: &Options, known: &[Auth]) -> Result<Auth, OptionError> {
    let default = known.first().copied().unwrap_or(Auth::Static);
    let asked = options.auth.unwrap_or(default);
    if known.contains(&asked) {
        return Ok(asked);
    }
    let names: Vec<_> = known.iter().map(|it| it.name()).collect();
    let store = options.store.map(Provider::name).unwrap_or_default();
    let rule = match names.as_slice() {
        [] => format!("--store {store} knows no credentials"),
        names => format!("--store {store} knows {}", names.join(", ")),
    };
    Err(OptionError::new("--auth", asked.name(), rule))
}

/// What is said of credentials that live on.
pub(super) fn static_note(identity: &Identity<'_>, what: &str, otherwise: &str) -> String {
    format!(
        "the store uses {what} from Secret {}/{}, which lives until somebody changes it and opens the store to whoever \
         reads it; {otherwise}",
        identity.namespace,
        identity.credentials()
    )
}

/// Rejects options that would do nothing.
fn reject_foreign_options(options: &Options) -> Result<(), OptionError> {
    let is = |all: &[Provider]| options.store.is_some_and(|it| all.contains(&it));
    let aws = [Provider::AwsSecretsManager, Provider::AwsParameterStore];
    let groups = [
        (options.vault.given(), is(&[Provider::Vault]), "--store vault"),
        (options.aws.given(), is(&aws), "--store aws-secrets-manager or aws-parameter-store"),
        (options.gcp.given(), is(&[Provider::Gcp]), "--store gcp"),
        (options.azure.given(), is(&[Provider::Azure]), "--store azure"),
        (options.onepassword.given(), is(&[Provider::Onepassword]), "--store onepassword"),
        (options.kubernetes.given(), is(&[Provider::Kubernetes]), "--store kubernetes"),
        (
            options.ca_config_map.as_ref().map(|_| "--ca-config-map"),
            is(&[Provider::Vault, Provider::Kubernetes]),
            "--store vault or kubernetes",
        ),
        (options.auth.map(|_| "--auth"), options.store.is_some(), "--store"),
        (
            options.service_account.as_ref().map(|_| "--service-account"),
            options.store.is_some(),
            "--store",
        ),
        (options.credentials.as_ref().map(|_| "--credentials"), options.store.is_some(), "--store"),
    ];
    for (given, is_for, needed) in groups {
        if let (Some(option), false) = (given, is_for) {
            return Err(OptionError::new(
                option,
                "",
                format!("only means something with {needed}"),
            ));
        }
    }
    let cluster_wide = [
        ("--allow-namespace", !options.allow_namespace.is_empty()),
        ("--allow-namespace-label", !options.allow_namespace_label.is_empty()),
        ("--identity-namespace", options.identity_namespace.is_some()),
    ];
    let is_made = options.store.is_some() && options.store_kind == StoreKind::ClusterSecretStore;
    for (option, given) in cluster_wide {
        if given && !is_made {
            let rule = "only means something with --store and --store-kind ClusterSecretStore";
            return Err(OptionError::new(option, "", rule));
        }
    }
    Ok(())
}
