//! Kinds whose objects are made of secrets, and what such objects say openly.

use harden_yaml::{Kind, Place};

/// A kind whose objects are made of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Confidential {
    /// Secret, however it is spelt.
    Secret,
    /// EncryptionConfiguration, and its older name.
    Encryption,
    /// A kubeconfig.
    Kubeconfig,
}

/// The kind, in lower case; people write the plural, too.
const SECRETS: [&str; 2] = ["secret", "secrets"];
/// The kind, in lower case, and its older name.
const ENCRYPTION: [&str; 2] = ["encryptionconfiguration", "encryptionconfig"];

/// So many letters may be wrong in a kind that was to be `Secret`.
const MOST_WRONG: usize = 2;

/// What a kind is, as it is written or was meant. Other text may have been folded into it.
pub(super) fn of_kind(kind: &str) -> Option<Confidential> {
    let word = kind.split_whitespace().next().unwrap_or_default().to_lowercase();
    let word = word.strip_suffix("list").unwrap_or(&word);
    let letters = word.chars().count();
    let is_like = |known: &&str| {
        known.len().abs_diff(letters) <= MOST_WRONG
            && strsim::osa_distance(word, known) <= MOST_WRONG
    };
    if SECRETS.contains(&word) || (word.len() >= 4 && SECRETS.iter().any(is_like)) {
        Some(Confidential::Secret)
    } else if ENCRYPTION.iter().any(is_like) {
        Some(Confidential::Encryption)
    } else {
        None
    }
}

/// What a map is, by its kind and its keys. One that is no object by itself, but stands in another, may merely
/// refer to a Secret.
pub(super) fn of_map(map: Place<'_>, is_inside: bool) -> Option<Confidential> {
    let kind = map.at("kind").as_str();
    if is_inside && is_reference(map) {
        return None;
    }
    let is_kubeconfig = || {
        let is_config = kind.is_none_or(|it| it.eq_ignore_ascii_case("config"));
        is_config
            && map.at("users").is_list()
            && map.at("users").items().any(|it| it.at("user").exists())
    };
    let has_string_data =
        || map.entries().any(|(key, _)| key.trim().eq_ignore_ascii_case("stringData"));
    match kind.and_then(of_kind) {
        Some(kind) => Some(kind),
        None if has_string_data() => Some(Confidential::Secret),
        None if has_providers(map) => Some(Confidential::Encryption),
        None => is_kubeconfig().then_some(Confidential::Kubeconfig),
    }
}

/// What references and selectors say of an object beside its kind, none of which a Secret has.
const OF_REFERENCES: [&str; 44] = [
    "annotationSelector",
    "apiGroup",
    "apiVersion",
    "behavior",
    "blockOwnerDeletion",
    "categories",
    "controller",
    "create",
    "delete",
    "fieldPath",
    "fieldPaths",
    "group",
    "health",
    "hookPhase",
    "jqPathExpressions",
    "jsonPath",
    "jsonPointers",
    "key",
    "keys",
    "kind",
    "labelSelector",
    "listKind",
    "managedFieldsManagers",
    "name",
    "namespace",
    "operations",
    "optional",
    "path",
    "plural",
    "property",
    "requiresPruning",
    "resource",
    "resourceVersion",
    "scope",
    "sectionName",
    "shortNames",
    "singular",
    "skip",
    "status",
    "syncPhase",
    "targetPath",
    "uid",
    "valuesKey",
    "version",
];

/// Whether a map only refers to an object: it has nothing that Secrets have, and nothing that is not known.
pub(super) fn is_reference(map: Place<'_>) -> bool {
    let is_plain = |it: Place<'_>| !it.is_map() && !it.is_list() && is_word(it);
    map.at("kind").as_str().is_some_and(|it| it.bytes().all(|it| it.is_ascii_alphanumeric()))
        && map.entries().all(|(key, value)| {
            OF_REFERENCES.contains(&key)
                && (is_plain(value)
                    || value.is_list() && value.items().all(is_plain)
                    || key == "health" && value.entries().all(|(_, it)| is_plain(it)))
        })
}

/// Providers of encryption that have their keys in the file.
const CIPHERS: [&str; 3] = ["aescbc", "aesgcm", "secretbox"];

/// Whether a map says with which keys resources are encrypted.
fn has_providers(map: Place<'_>) -> bool {
    let has = |it: Place<'_>| it.at("resources").is_list() && it.at("providers").is_list();
    let is_cipher = |it: Place<'_>| CIPHERS.iter().any(|key| it.at(key).at("keys").exists());
    has(map) || map.at("resources").items().any(has) || map.at("providers").items().any(is_cipher)
}

impl Confidential {
    /// Whether objects of this kind say the value openly that these keys lead to; items of lists have no
    /// key.
    pub(super) fn is_open(self, keys: &[&str], value: Place<'_>) -> bool {
        let text = value.as_str().unwrap_or_default();
        // Items of a typed list need not say their kind.
        let keys = keys.strip_prefix(&["items"]).unwrap_or(keys);
        let is_said = match (self, keys) {
            // Other values may have got there.
            (_, ["kind"]) => text.bytes().all(|it| it.is_ascii_alphabetic()),
            (Self::Secret, ["immutable"]) => value.kind() == Kind::Bool,
            (Self::Secret, ["type"]) => text == "Opaque" || text.contains('/'),
            (
                _,
                ["apiVersion"]
                | ["metadata", "name" | "generateName" | "namespace"]
                | ["metadata", "labels", _],
            )
            | (Self::Encryption, ["resources", "resources"]) => true,
            (Self::Encryption, ["resources", "providers", _, "keys", "name"]) => {
                !looks_random(value)
            }
            (Self::Encryption, ["resources", "providers", _, key]) => PROVIDER.contains(key),
            (Self::Kubeconfig, [.., last]) => {
                keys.first() != Some(&"users") && !last.ends_with("-data")
            }
            (_, ["metadata", "annotations", key]) => return key.starts_with(OURS),
            _ => false,
        };
        is_said && is_word(value)
    }
}

/// What a provider of encryption says openly.
const PROVIDER: [&str; 5] = ["apiVersion", "cachesize", "endpoint", "name", "timeout"];

/// What the annotations begin with that are ours; others may hold the whole object.
const OURS: &str = "harden.kubectl.io/";

/// Whether a value is one word on one line, as names are: what bad indentation folds into a value is not.
fn is_word(value: Place<'_>) -> bool {
    let source = value.source();
    source.len() <= 256 && !source.contains(char::is_whitespace)
}

fn looks_random(value: Place<'_>) -> bool {
    crate::configuration::looks_like_key(value.as_str().unwrap_or_default())
}
