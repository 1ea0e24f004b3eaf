//! The PushSecret that fills the store from a Secret that is there.

use serde_json::{Value, json};

use super::remote::Remote;
use super::{Options, Part, Provider, store};
use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::Kind;

/// One PushSecret for each Secret.
pub(super) fn manifests(
    options: &Options,
    remotes: &[Remote],
) -> Result<Vec<Manifest>, OptionError> {
    if options.store == Some(Provider::Fake) {
        return Err(OptionError::new(
            "--push",
            "",
            "a fake store keeps nothing that is put into it",
        ));
    }
    remotes.iter().map(|remote| manifest(options, remote)).collect()
}

fn manifest(options: &Options, remote: &Remote) -> Result<Manifest, OptionError> {
    let secret = &remote.secret;
    let data: Vec<Value> = if is_pushed_whole(options, remote) {
        vec![json!({"match": {"remoteRef": {"remoteKey": remote.key}}})]
    } else if remote.entries.is_empty() {
        let rule = format!("needs the keys of Secret {}: name them with --key", secret.name);
        return Err(OptionError::new("--push", "", rule));
    } else {
        remote
            .entries
            .iter()
            .map(|entry| pushed_entry(options, remote, &entry.secret_key))
            .collect()
    };
    let name = store::name(options);
    let spec = json!({
        "refreshInterval": options.refresh_interval.to_string(),
        // What was changed in the store since must not be overwritten by what was here before.
        "updatePolicy": "IfNotExists",
        "deletionPolicy": "None",
        "secretStoreRefs": [{"kind": options.store_kind.name(), "name": name}],
        "selector": {"secret": {"name": secret.name}},
        "data": data,
    });
    let why = format!(
        "Copies the Secret {} into the store, unless it is there already.\n\
         Delete this object when it is done: what it wrote stays.",
        secret.name
    );
    let namespace = secret.namespace.as_str();
    Ok(Manifest::new(Kind::PUSH_SECRET, Some(namespace), &secret.name, &why, json!({"spec": spec})))
}

/// Whether the whole Secret becomes one thing in the store. Most providers look only for that thing when
/// they are asked whether a key exists, so that of several keys all but the first would be left out.
fn is_pushed_whole(options: &Options, remote: &Remote) -> bool {
    match options.store {
        Some(Provider::Onepassword) => false,
        Some(Provider::AwsParameterStore) => remote.entries.is_empty(),
        _ => true,
    }
}

fn pushed_entry(options: &Options, remote: &Remote, key: &str) -> Value {
    let remote_ref = if options.store == Some(Provider::AwsParameterStore) {
        json!({"remoteKey": format!("{}/{key}", remote.key)})
    } else {
        json!({"remoteKey": remote.key, "property": key})
    };
    json!({"match": {"secretKey": key, "remoteRef": remote_ref}})
}

/// What the PushSecrets do not say of themselves.
pub(super) fn notes(options: &Options, remotes: &[Remote]) -> Vec<String> {
    if !options.push || !options.makes(Part::PushSecret) {
        return Vec::new();
    }
    let write = "the account of the store needs the right to write for the PushSecret; take it away when the store is filled";
    let mut notes = vec![write.to_owned()];
    // Another namespace takes bytes as they are; what goes through JSON must be text.
    let is_text = options.store != Some(Provider::Kubernetes)
        && remotes.iter().any(|it| is_pushed_whole(options, it));
    if is_text {
        let text = "a Secret is pushed as one JSON object, so values that are not UTF-8 text do not survive; fill the store \
                    with those by hand, in base64, and set decodingStrategy: Base64";
        notes.push(text.to_owned());
    }
    notes
}
