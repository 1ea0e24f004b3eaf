//! Azure Key Vault.

use serde_json::{Map, Value, json};

use super::identity::Identity;
use super::remote::Remote;
use super::store::{Auth, Scaffold, auth, static_note};
use super::text::{https, needed, quoted, word};
use crate::generators::OptionError;

#[cfg(feature = "cli")]
const HEADING: &str = "Azure";

/// What only Azure needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), group(skip))]
pub struct Options {
    /// Address of the Key Vault
    #[cfg_attr(feature = "cli", arg(id = "azure-vault", long = "azure-vault", value_name = "URL", help_heading = HEADING))]
    pub vault: Option<String>,

    /// Tenant of the Key Vault [default: the one that the operator runs in]
    #[cfg_attr(feature = "cli", arg(id = "azure-tenant", long = "azure-tenant", value_name = "ID", help_heading = HEADING))]
    pub tenant: Option<String>,

    /// Client id of the managed identity that the ServiceAccount stands for
    #[cfg_attr(feature = "cli", arg(id = "azure-client", long = "azure-client", value_name = "ID", help_heading = HEADING))]
    pub client: Option<String>,
}

impl Options {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let vault = self.vault.as_ref().map(|_| "--azure-vault");
        let tenant = self.tenant.as_ref().map(|_| "--azure-tenant");
        vault.or(tenant).or(self.client.as_ref().map(|_| "--azure-client"))
    }
}

pub(super) fn scaffold(
    options: &super::Options,
    identity: &Identity<'_>,
) -> Result<Scaffold, OptionError> {
    let azure = &options.azure;
    let tenant = word("--azure-tenant", azure.tenant.as_ref())?;
    let mut block = Map::new();
    block.insert("vaultUrl".to_owned(), https("--azure-vault", azure.vault.as_ref())?.into());
    let mut scaffold = Scaffold { block: "azurekv", ..Scaffold::default() };
    if auth(options, &[Auth::Identity, Auth::Static])? == Auth::Identity {
        let what = "the client id of the managed identity that the ServiceAccount stands for; --auth static uses a \
                    client secret instead";
        let client = needed("--azure-client", azure.client.as_ref(), what)?;
        let mut annotations = Map::new();
        annotations.insert("azure.workload.identity/client-id".to_owned(), client.into());
        // Said once: the operator rejects a tenant that is given in two places.
        if let Some(tenant) = tenant {
            annotations.insert("azure.workload.identity/tenant-id".to_owned(), tenant.into());
        }
        scaffold.account = Some(annotations);
        block.insert("authType".to_owned(), "WorkloadIdentity".into());
        block.insert("serviceAccountRef".to_owned(), identity.account_ref());
    } else {
        if azure.client.is_some() {
            let rule = "means nothing with --auth static, which takes it from the credentials";
            return Err(OptionError::new("--azure-client", "", rule));
        }
        let tenant = needed(
            "--azure-tenant",
            tenant.map(str::to_owned).as_ref(),
            "the tenant of the Key Vault",
        )?
        .to_owned();
        block.insert("authType".to_owned(), "ServicePrincipal".into());
        block.insert("tenantId".to_owned(), tenant.into());
        block.insert(
            "authSecretRef".to_owned(),
            json!({
                "clientId": identity.credential_ref("client-id"),
                "clientSecret": identity.credential_ref("client-secret"),
            }),
        );
        let what = "a client secret (keys client-id and client-secret)";
        scaffold.notes.push(static_note(identity, what, "--auth identity needs none"));
    }
    scaffold.provider = Value::Object(block);
    Ok(scaffold)
}

/// The command that fills the store by hand.
pub(super) fn commands(
    options: &super::Options,
    remote: &Remote,
) -> Result<Vec<String>, OptionError> {
    let address = https("--azure-vault", options.azure.vault.as_ref())?;
    let host = address.trim_start_matches("https://");
    let vault = host.split('.').next().unwrap_or_default();
    Ok(vec![format!(
        "az keyvault secret set --vault-name {} --name {} --file {}.json",
        quoted(vault),
        quoted(&remote.key),
        remote.secret.name
    )])
}
