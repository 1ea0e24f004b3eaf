//! Where in the store a Secret is kept, as each kind of store names things.

use super::source::Secret;
use super::store::Provider;
use super::{Options, vault};
use crate::generators::OptionError;

/// A Secret and its place in the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    pub(super) secret: Secret,
    /// What it is called in the store.
    pub(super) key: String,
    /// Where its keys are; empty when all are taken that are there.
    pub(super) entries: Vec<Entry>,
}

/// Where one key of a Secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) secret_key: String,
    pub(super) remote_key: String,
    /// Which part of it, where one thing in the store has several.
    pub(super) property: Option<String>,
}

/// How a store arranges the keys of a Secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One thing with a property for each key.
    Properties,
    /// The same, with properties read as paths, in which a dot must be escaped.
    EscapedProperties,
    /// One thing for each key, below a common path.
    Paths,
    /// One thing whose parts are named in the key itself.
    Fields,
}

/// The places of all Secrets.
pub(super) fn remotes(options: &Options, secrets: &[Secret]) -> Result<Vec<Remote>, OptionError> {
    if let (Some(key), [_, _, ..]) = (&options.remote_key, secrets) {
        let rule =
            format!("{} Secrets cannot all be kept there; choose one by NAME", secrets.len());
        return Err(OptionError::new("--remote-key", key, rule));
    }
    let layout = layout(options);
    let mut remotes: Vec<Remote> = Vec::new();
    for secret in secrets {
        let key = match &options.remote_key {
            Some(key) => checked(options, key)?.to_owned(),
            None => default_key(options.store, secret),
        };
        if let Some(other) = remotes.iter().find(|it| it.key == key) {
            let rule = format!(
                "{}/{} and {}/{} would be the same thing in the store; make them one by one with --remote-key",
                other.secret.namespace, other.secret.name, secret.namespace, secret.name
            );
            return Err(OptionError::new("NAME", "", rule));
        }
        let entries = secret.keys.iter().map(|it| entry(layout, &key, it)).collect();
        remotes.push(Remote { secret: secret.clone(), key, entries });
    }
    Ok(remotes)
}

/// How the store arranges keys; most read properties, so a store that is not known does, too.
pub(super) fn layout(options: &Options) -> Layout {
    match options.store {
        Some(Provider::AwsParameterStore) => Layout::Paths,
        Some(Provider::Onepassword) if !options.onepassword.is_connect() => Layout::Fields,
        Some(Provider::Fake) => Layout::EscapedProperties,
        _ => Layout::Properties,
    }
}

fn entry(layout: Layout, key: &str, secret_key: &str) -> Entry {
    let (remote_key, property) = match layout {
        Layout::Properties => (key.to_owned(), Some(secret_key.to_owned())),
        Layout::EscapedProperties => (key.to_owned(), Some(secret_key.replace('.', r"\."))),
        Layout::Paths | Layout::Fields => (format!("{key}/{secret_key}"), None),
    };
    Entry { secret_key: secret_key.to_owned(), remote_key, property }
}

fn default_key(provider: Option<Provider>, secret: &Secret) -> String {
    let (namespace, name) = (&secret.namespace, &secret.name);
    match provider {
        Some(Provider::AwsParameterStore) => format!("/{namespace}/{name}"),
        // Their names have neither slashes nor dots.
        Some(Provider::Gcp | Provider::Azure | Provider::Onepassword) => {
            format!("{namespace}-{}", name.replace('.', "-"))
        }
        Some(Provider::Kubernetes) => name.clone(),
        _ => format!("{namespace}/{name}"),
    }
}

/// Rejects a name that this kind of store cannot have, or reads otherwise than meant.
fn checked<'a>(options: &Options, key: &'a str) -> Result<&'a str, OptionError> {
    let reject = |rule: &str| Err(OptionError::new("--remote-key", key, rule));
    if key.is_empty() || key.contains(|it: char| it.is_whitespace() || it.is_control()) {
        return reject("must be one word");
    }
    let is_made_of =
        |allowed: &[u8]| key.bytes().all(|it| it.is_ascii_alphanumeric() || allowed.contains(&it));
    match options.store {
        Some(Provider::Vault) => vault::check_key(options, key)?,
        Some(Provider::AwsParameterStore)
            if !is_made_of(b"_.-/") || (key.contains('/') && !key.starts_with('/')) =>
        {
            return reject(
                "must be letters, digits, '_', '.', '-' and '/', with a '/' before the first word of a path",
            );
        }
        Some(Provider::Gcp) if !is_made_of(b"-_") => {
            return reject("must be letters, digits, '-' and '_'");
        }
        Some(Provider::Azure) if !is_made_of(b"-") => {
            return reject("must be letters, digits and '-'");
        }
        Some(Provider::Kubernetes) if !crate::kubernetes::is_subdomain(key) => {
            return reject("must be the name of a Secret");
        }
        _ => {}
    }
    Ok(key)
}
