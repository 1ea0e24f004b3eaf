//! Lines for the configuration file of a distribution.

use serde_json::{Map, Value};

use super::Settings;
use crate::platform::Distribution;

/// A file beside others, which the distribution puts together when it starts.
pub(super) fn text(
    settings: &Settings,
    distribution: &Distribution,
    key: Option<&'static str>,
) -> String {
    let Distribution { title, folder, service, .. } = distribution;
    let mut text = format!(
        "# For a file in {folder} on every server node, read when {title} starts:\n\
         # sudo systemctl restart {service}\n\
         # A plus after a key adds to what other files say.\n"
    );
    let mut keys = Map::new();
    let mut arguments: Vec<Value> = Vec::new();
    for (index, (flag, value)) in settings.flags.iter().enumerate() {
        match (index, key) {
            (0, Some(key)) => drop(keys.insert(key.to_owned(), value.as_str().into())),
            _ if distribution.rotates && flag.starts_with("audit-log-") => {}
            _ if *flag == "audit-log-path" => {
                arguments.push(format!("{flag}={}", distribution.audit_log).into());
            }
            _ => arguments.push(format!("{flag}={value}").into()),
        }
    }
    if !arguments.is_empty() {
        keys.insert("kube-apiserver-arg+".to_owned(), arguments.into());
    }
    text.push_str(&harden_yaml::write(&Value::Object(keys)));
    text
}
