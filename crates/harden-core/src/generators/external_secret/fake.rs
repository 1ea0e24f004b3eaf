//! A store whose values are in its own manifest, for trying out.

use serde_json::{Map, Value, json};

use super::remote;
use super::source::Secret;
use super::store::{Scaffold, auth};
use crate::generators::OptionError;

/// What stands in place of every value.
const PLACEHOLDER: &str = "placeholder";

pub(super) fn scaffold(
    options: &super::Options,
    secrets: &[Secret],
    namespace: Option<&str>,
) -> Result<Scaffold, OptionError> {
    if options.auth.is_some() {
        auth(options, &[])?;
    }
    let remotes = remote::remotes(options, secrets)?;
    let own =
        remotes.iter().filter(|it| namespace.is_none_or(|own| it.secret.namespace.as_str() == own));
    let data: Vec<Value> = own
        .map(|remote| {
            let mut values = Map::new();
            for entry in &remote.entries {
                values.insert(entry.secret_key.clone(), PLACEHOLDER.into());
            }
            if values.is_empty() {
                values.insert("key".to_owned(), PLACEHOLDER.into());
            }
            json!({"key": remote.key, "value": Value::Object(values).to_string()})
        })
        .collect();
    Ok(Scaffold {
        block: "fake",
        provider: json!({"data": data}),
        notes: vec![
            "a fake store keeps its values in its own manifest, where everyone who may list stores reads them: use it \
             for trying out only"
                .to_owned(),
        ],
        ..Scaffold::default()
    })
}
