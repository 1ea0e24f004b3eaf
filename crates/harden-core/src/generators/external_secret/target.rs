//! The ExternalSecret, and the template that gives its Secret a type.

use serde_json::{Map, Value, json};

use super::remote::Remote;
use super::{CreationPolicy, DeletionPolicy, Options, RefreshPolicy, store};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::{Kind, TypedSecret};

/// The type of a Secret that is not `Opaque`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SecretType(String);

impl SecretType {
    /// The type that a Secret has already, whatever it is.
    pub(super) fn taken_over(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The keys that such a Secret has.
    pub(super) fn keys(&self) -> Vec<String> {
        let known = TypedSecret::find(&self.0).into_iter().flat_map(|it| it.keys);
        known.map(|key| (*key).to_owned()).collect()
    }
}

/// The type that a word means; `None` for `Opaque`.
pub(super) fn secret_type(text: &str) -> Result<Option<SecretType>, OptionError> {
    match text {
        "" | "opaque" | "Opaque" => return Ok(None),
        "kubernetes.io/service-account-token" | "bootstrap.kubernetes.io/token" => {
            let rule = "Kubernetes makes such tokens itself, and the operator rejects to";
            return Err(OptionError::new("--type", text, rule));
        }
        _ => {}
    }
    if let Some(known) = TypedSecret::ALL.iter().find(|it| it.short == text) {
        return Ok(Some(SecretType(known.name.to_owned())));
    }
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || b"-_./".contains(&it);
    if text.contains('/') && text.bytes().all(is_allowed) {
        return Ok(Some(SecretType(text.to_owned())));
    }
    let rule = "must be tls, dockerconfigjson, dockercfg, basic-auth, ssh-auth, opaque, or a whole type such as \
                example.com/token";
    Err(OptionError::new("--type", text, rule))
}

/// Rejects keys with which the API server would not take a Secret of this type.
pub(super) fn check_keys(
    secret_type: Option<&SecretType>,
    keys: &[String],
    name: &str,
) -> Result<(), OptionError> {
    let Some(typed) = secret_type.and_then(|it| TypedSecret::find(&it.0)) else { return Ok(()) };
    match typed.missing(|key| keys.iter().any(|it| it == key)) {
        Some(missing) if !keys.is_empty() => {
            let rule = format!(
                "Secret {name} of this type must have {missing}, or the API server rejects it"
            );
            Err(OptionError::new("--type", typed.name, rule))
        }
        _ => Ok(()),
    }
}

/// The ExternalSecret that makes a Secret.
pub(super) fn manifest(options: &Options, remote: &Remote) -> Manifest {
    let secret = &remote.secret;
    let mut spec = Map::new();
    spec.insert("refreshPolicy".to_owned(), options.refresh_policy.name().into());
    if options.refresh_policy == RefreshPolicy::Periodic {
        spec.insert("refreshInterval".to_owned(), options.refresh_interval.to_string().into());
    }
    let store = json!({"kind": options.store_kind.name(), "name": store::name(options)});
    spec.insert("secretStoreRef".to_owned(), store);
    let mut target = json!({
        "name": secret.name,
        "creationPolicy": options.creation_policy.name(),
        "deletionPolicy": options.deletion_policy.name(),
    });
    if let (Some(secret_type), Value::Object(target)) = (&secret.secret_type, &mut target) {
        // A template without data gives the Secret its type and leaves its keys as they come.
        target.insert("template".to_owned(), json!({"engineVersion": "v2", "type": secret_type.0}));
    }
    spec.insert("target".to_owned(), target);
    if remote.entries.is_empty() {
        let extract = json!([{"extract": {"key": remote.key}}]);
        spec.insert("dataFrom".to_owned(), extract);
    } else {
        let data: Vec<Value> = remote
            .entries
            .iter()
            .map(|entry| {
                let mut reference = json!({"key": entry.remote_key});
                if let (Some(property), Value::Object(reference)) =
                    (&entry.property, &mut reference)
                {
                    reference.insert("property".to_owned(), property.as_str().into());
                }
                json!({"secretKey": entry.secret_key, "remoteRef": reference})
            })
            .collect();
        spec.insert("data".to_owned(), data.into());
    }
    let namespace = secret.namespace.as_str();
    let why = why(options, &secret.name);
    Manifest::new(Kind::EXTERNAL_SECRET, Some(namespace), &secret.name, &why, json!({"spec": spec}))
}

fn why(options: &Options, name: &str) -> String {
    let first =
        format!("Makes the Secret {name} from what the store holds, so that no manifest has to.");
    let owner = match options.creation_policy {
        CreationPolicy::Owner => "It goes when this object goes",
        CreationPolicy::Orphan => "It stays when this object goes",
        CreationPolicy::Merge => "It must be there already and keeps its other keys",
        CreationPolicy::CreateOrMerge => "It keeps its other keys if it is there already",
    };
    let loss = match options.deletion_policy {
        DeletionPolicy::Retain => "stays as it was when the store loses a key",
        DeletionPolicy::Delete => "goes, too, when the store has none of its keys any more",
        DeletionPolicy::Merge => "loses the keys that the store loses",
    };
    format!("{first}\n{owner}, and {loss}.")
}
