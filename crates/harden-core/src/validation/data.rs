//! What the API server refuses of ConfigMaps and Secrets. Keys and values of Secrets are not repeated.

use harden_yaml::{Document, Place};

use super::names;
use super::problem::{ProblemKind, Problems};
use crate::object::{Object, is_placeholder, is_template};

const KIND: ProblemKind = ProblemKind::Data;

/// The most bytes that all values may have.
const MOST: usize = 1 << 20;

pub(super) fn check_config_map<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let (data, binary) = (object.place.at("data"), object.place.at("binaryData"));
    keys(data, problems);
    keys(binary, problems);
    for (key, value) in data.entries() {
        if binary.get(key).is_some() {
            problems.add(KIND, value, "`data` and `binaryData` may not have the same key");
        }
    }
    let text = data.entries().filter_map(|(_, it)| it.as_str()).map(str::len);
    let bytes = binary.entries().filter_map(|(_, it)| it.as_str()).map(decoded_length);
    size(data, text.sum::<usize>() + bytes.sum::<usize>(), problems);
}

pub(super) fn check_secret<'d>(object: &Object<'d>, problems: &mut Problems<'d>) {
    let secret = object.place;
    let (data, text) = (secret.at("data"), secret.at("stringData"));
    keys(data, problems);
    keys(text, problems);
    let encoded = data.entries().filter(|(key, _)| text.get(key).is_none());
    let encoded = encoded.filter_map(|(_, it)| it.as_str()).map(decoded_length);
    let plain = text.entries().filter_map(|(_, it)| it.as_str()).map(str::len);
    size(data, encoded.sum::<usize>() + plain.sum::<usize>(), problems);
    // Where keys are filled in by something else, nothing is missing.
    let is_open = [data, text].iter().any(|it| it.entries().any(|(key, _)| is_template(key)));
    if is_open || [data, text].iter().any(|it| it.exists() && !it.is_map()) {
        return;
    }
    let has = |key: &str| data.get(key).is_some() || text.get(key).is_some();
    let mut needs = |keys: &[&str]| {
        let missing: Vec<_> =
            keys.iter().filter(|it| !has(it)).map(|it| format!("`{it}`")).collect();
        if !missing.is_empty() {
            let message = format!("a Secret of this type needs {}", missing.join(" and "));
            problems.add(KIND, secret.at("type"), message);
        }
    };
    match secret.at("type").as_str() {
        Some("kubernetes.io/tls") => needs(&["tls.crt", "tls.key"]),
        Some("kubernetes.io/ssh-auth") => needs(&["ssh-privatekey"]),
        Some("kubernetes.io/dockercfg") => {
            needs(&[".dockercfg"]);
            json(text.at(".dockercfg"), problems);
        }
        Some("kubernetes.io/dockerconfigjson") => {
            needs(&[".dockerconfigjson"]);
            json(text.at(".dockerconfigjson"), problems);
        }
        Some("kubernetes.io/basic-auth") if !has("username") && !has("password") => {
            let message = "a Secret of this type needs `username` or `password`";
            problems.add(KIND, secret.at("type"), message);
        }
        Some("kubernetes.io/service-account-token") => {
            let account =
                secret.at("metadata").at("annotations").at("kubernetes.io/service-account.name");
            problems.required(KIND, account, "for a Secret of this type");
        }
        _ => {}
    }
}

/// Keys, which become names of files.
fn keys<'d>(map: Place<'d>, problems: &mut Problems<'d>) {
    for (key, value) in map.entries().filter(|(key, _)| !is_placeholder(key)) {
        if let Some(rule) = names::data_key(key) {
            problems.add(KIND, value, format!("a key {rule}"));
        }
    }
}

/// A text that must be a JSON object.
fn json<'d>(value: Place<'d>, problems: &mut Problems<'d>) {
    let Some(text) = value.as_str().filter(|it| !is_template(it) && !it.starts_with("ENC[")) else {
        return;
    };
    let document = Document::parse_json(text);
    let root = document.root();
    if document.is_rejected() || !(root.is_map() || root.is_null()) {
        let key = value.key().unwrap_or_default();
        problems.add(KIND, value, format!("`{key}` must be a JSON object"));
    }
}

fn size<'d>(place: Place<'d>, size: usize, problems: &mut Problems<'d>) {
    if size > MOST {
        let message = format!("the data has {size} bytes and may have at most {MOST}");
        problems.add(KIND, place, message);
    }
}

/// How many bytes base64 stands for.
fn decoded_length(text: &str) -> usize {
    text.bytes().filter(|it| it.is_ascii_alphanumeric() || b"+/".contains(it)).count() * 3 / 4
}
