//! 1Password, over Connect or with a service account.

use serde_json::json;

use super::identity::Identity;
use super::remote::Remote;
use super::store::{Auth, Scaffold, auth, static_note};
use super::text::{https, quoted};
use crate::generators::OptionError;

#[cfg(feature = "cli")]
const HEADING: &str = "1Password";

/// What only 1Password needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::Args), group(skip))]
pub struct Options {
    /// Address of the Connect server [default: none, the service is asked itself]
    #[cfg_attr(feature = "cli", arg(id = "onepassword-host", long = "onepassword-host", value_name = "URL", help_heading = HEADING))]
    pub host: Option<String>,

    /// Vault that the items are in
    #[cfg_attr(feature = "cli", arg(id = "onepassword-vault", long = "onepassword-vault", value_name = "NAME", help_heading = HEADING))]
    pub vault: Option<String>,
}

impl Options {
    /// The first option that was given.
    pub(super) fn given(&self) -> Option<&'static str> {
        let host = self.host.as_ref().map(|_| "--onepassword-host");
        host.or(self.vault.as_ref().map(|_| "--onepassword-vault"))
    }

    /// Whether a Connect server is asked.
    pub(super) fn is_connect(&self) -> bool {
        self.host.is_some()
    }

    fn vault(&self) -> Result<&str, OptionError> {
        match self.vault.as_deref() {
            Some(name) if !name.is_empty() && !name.contains(char::is_control) => Ok(name),
            Some(name) => {
                Err(OptionError::new("--onepassword-vault", name, "must be the name of a vault"))
            }
            None => Err(OptionError::new(
                "--onepassword-vault",
                "",
                "is needed: the vault that the items are in",
            )),
        }
    }
}

pub(super) fn scaffold(
    options: &super::Options,
    identity: &Identity<'_>,
) -> Result<Scaffold, OptionError> {
    auth(options, &[Auth::Static])?;
    let vault = options.onepassword.vault()?;
    let note = |what| {
        static_note(identity, what, "1Password knows nothing better, so let it see one vault only")
    };
    if options.onepassword.is_connect() {
        let host = https("--onepassword-host", options.onepassword.host.as_ref())?;
        return Ok(Scaffold {
            block: "onepassword",
            provider: json!({
                "connectHost": host,
                "vaults": {vault: 1},
                "auth": {"secretRef": {"connectTokenSecretRef": identity.credential_ref("token")}},
            }),
            notes: vec![note("a Connect token (key token)")],
            ..Scaffold::default()
        });
    }
    Ok(Scaffold {
        block: "onepasswordSDK",
        provider: json!({
            "vault": vault,
            "auth": {"serviceAccountSecretRef": identity.credential_ref("token")},
        }),
        notes: vec![note("the token of a service account (key token)")],
        ..Scaffold::default()
    })
}

/// The command that fills the store by hand.
pub(super) fn commands(
    options: &super::Options,
    remote: &Remote,
) -> Result<Vec<String>, OptionError> {
    let vault = options.onepassword.vault()?;
    let field = |key: &str| {
        // Dots part sections from fields unless they are escaped.
        let label = key.replace('.', r"\.");
        format!("'{label}[password]='\"$(cat FILE_WITH_{key})\"")
    };
    let fields: Vec<String> = match remote.entries.as_slice() {
        [] => vec![field("KEY")],
        entries => entries.iter().map(|it| field(&it.secret_key)).collect(),
    };
    Ok(vec![format!(
        "op item create --category=server --vault={} --title={} {}",
        quoted(vault),
        quoted(&remote.key),
        fields.join(" ")
    )])
}
