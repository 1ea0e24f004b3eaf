//! The commands that fill the store by hand. They hold placeholders, never values.

use super::identity::Identity;
use super::remote::Remote;
use super::{Options, Provider, aws, azure, gcp, kubernetes, onepassword, vault};
use crate::generators::OptionError;

/// One note for each Secret.
pub(super) fn notes(options: &Options, remotes: &[Remote]) -> Result<Vec<String>, OptionError> {
    let Some(provider) = options.store else {
        return Err(OptionError::new(
            "--print-commands",
            "",
            "needs --store: how a store is filled depends on it",
        ));
    };
    let fill = remotes.iter().map(|remote| {
        let commands = match provider {
            Provider::Vault => vault::commands(options, remote)?,
            Provider::AwsSecretsManager | Provider::AwsParameterStore => {
                aws::commands(options, provider, remote)?
            }
            Provider::Gcp => gcp::commands(options, remote)?,
            Provider::Azure => azure::commands(options, remote)?,
            Provider::Onepassword => onepassword::commands(options, remote)?,
            Provider::Kubernetes => kubernetes::commands(options, remote)?,
            Provider::Fake => vec!["edit the values in the store's manifest".to_owned()],
        };
        let lines: String = commands.iter().map(|it| format!("\n  {it}")).collect();
        let (namespace, name) = (&remote.secret.namespace, &remote.secret.name);
        Ok(format!(
            "to fill the store for {namespace}/{name} by hand:{}{lines}",
            shape(provider, remote)
        ))
    });
    let mut notes: Vec<String> = fill.collect::<Result<_, OptionError>>()?;
    if provider == Provider::Vault {
        notes.extend(access(options, remotes)?);
    }
    Ok(notes)
}

/// How Vault learns who may read what: once for each ServiceAccount.
fn access(options: &Options, remotes: &[Remote]) -> Result<Vec<String>, OptionError> {
    let mut accounts: Vec<(Identity<'_>, Vec<&Remote>)> = Vec::new();
    for remote in remotes {
        let identity = Identity::new(options, remote.secret.namespace.as_str());
        match accounts.iter_mut().find(|(it, _)| it.namespace == identity.namespace) {
            Some((_, all)) => all.push(remote),
            None => accounts.push((identity, vec![remote])),
        }
    }
    let mut notes = Vec::new();
    for (identity, remotes) in accounts {
        let commands = vault::access(options, &identity, &remotes)?;
        if !commands.is_empty() {
            let lines: String = commands.iter().map(|it| format!("\n  {it}")).collect();
            notes.push(format!(
                "to let ServiceAccount {}/{} in:{lines}",
                identity.namespace,
                identity.account()
            ));
        }
    }
    Ok(notes)
}

/// What the file is to be like that a command reads, where it is one for all keys.
fn shape(provider: Provider, remote: &Remote) -> String {
    let takes_json = match provider {
        Provider::AwsSecretsManager | Provider::Gcp | Provider::Azure => true,
        Provider::Vault | Provider::AwsParameterStore => remote.entries.is_empty(),
        _ => false,
    };
    if !takes_json {
        return String::new();
    }
    let keys: Vec<String> = match remote.entries.as_slice() {
        [] => vec!["\"KEY\": \"VALUE\"".to_owned()],
        entries => entries.iter().map(|it| format!("\"{}\": \"VALUE\"", it.secret_key)).collect(),
    };
    format!("\n  (with {}.json: {{{}}})", remote.secret.name, keys.join(", "))
}
