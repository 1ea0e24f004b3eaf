//! What a Secret is like: its name, its type and the names of its keys, never what they hold.

use harden_yaml::{Place, Span};
use serde_json::Value;

use crate::object::{Object, SecretUse};

/// What a Secret is like. There is no field for what it holds, so nothing can show it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretShape {
    /// Its namespace, where one is known.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Its type; `None` for `Opaque` and where it is not known.
    pub secret_type: Option<String>,
    /// The names of its keys, in alphabetical order.
    pub keys: Vec<String>,
    /// Whether it may have keys beyond those.
    pub is_partial: bool,
    /// Who makes it, when that is not a person.
    pub maker: Option<Maker>,
}

/// What makes Secrets by itself, so that they are in no store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// Kubernetes: tokens of ServiceAccounts and of joining nodes.
    Kubernetes,
    /// Helm: what it knows of its releases.
    Helm,
    /// cert-manager: certificates that it renews.
    CertManager,
    /// The External Secrets Operator: it is done already.
    ExternalSecrets,
}

/// What is wrong with a Secret; what is written there is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misshapen {
    /// Where.
    pub span: Span,
    /// What is wrong.
    pub flaw: &'static str,
}

impl Misshapen {
    fn new(place: Place<'_>, flaw: &'static str) -> Self {
        Self { span: place.grip(), flaw }
    }
}

impl SecretShape {
    /// Reads a manifest of a Secret.
    ///
    /// # Errors
    ///
    /// The API server would not take it as a Secret.
    pub fn of_manifest(object: &Object<'_>) -> Result<Self, Misshapen> {
        let place = object.place;
        let name = object.name();
        if !super::is_subdomain(name) {
            return Err(Misshapen::new(place.at("metadata").at("name"), "is no name of a Secret"));
        }
        let mut keys = Vec::new();
        for field in ["data", "stringData"] {
            let entries = place.at(field);
            if entries.exists() && !entries.is_map() {
                return Err(Misshapen::new(entries, "must be a map of keys"));
            }
            for (key, value) in entries.entries() {
                // In `{password, hunter2}` the second word is hardly meant as a key.
                let is_bare = value.is_null() && !has_colon(value);
                if is_bare || !is_secret_key(key) {
                    return Err(Misshapen::new(value, "has a key that no Secret can have"));
                }
                keys.push(key.to_owned());
            }
        }
        let kind = place.at("type");
        let secret_type = match kind.as_str() {
            Some(text) if !is_secret_type(text) => {
                return Err(Misshapen::new(kind, "is no type of a Secret"));
            }
            Some(text) => Some(text.to_owned()),
            None if kind.exists() => return Err(Misshapen::new(kind, "must be text")),
            None => None,
        };
        let metadata = place.at("metadata");
        let owners = metadata.at("ownerReferences").items();
        let owner_kinds: Vec<&str> = owners.filter_map(|it| it.at("kind").as_str()).collect();
        let has_annotation = |key: &str| metadata.at("annotations").get(key).is_some();
        let maker = maker(secret_type.as_deref(), &owner_kinds, has_annotation);
        let namespace = object.namespace().map(str::to_owned);
        let mut shape =
            Self { namespace, name: name.to_owned(), secret_type, keys, is_partial: false, maker };
        shape.tidy();
        Ok(shape)
    }

    /// Reads the Secret of a fetched table of one row, in which the server shows its type, how many
    /// keys it has, and in `managedFields` what they are called. `None` when that is not all of them.
    pub fn of_table(table: &Value) -> Option<Self> {
        let row = table.pointer("/rows/0")?;
        let cell = |name: &str| {
            let columns = table.pointer("/columnDefinitions")?.as_array()?;
            let index = columns.iter().position(|it| {
                it.get("name").and_then(Value::as_str).is_some_and(|it| it == name)
            })?;
            row.pointer("/cells")?.as_array()?.get(index)
        };
        let count = cell("Data")?.as_u64()?;
        let secret_type = cell("Type")?.as_str()?.to_owned();
        let metadata = row.pointer("/object/metadata")?;
        let managed = metadata.get("managedFields")?.as_array()?;
        let fields = managed.iter().flat_map(|manager| {
            ["/fieldsV1/f:data", "/fieldsV1/f:stringData"]
                .into_iter()
                .filter_map(|path| manager.pointer(path)?.as_object())
        });
        let keys = fields.flat_map(|it| it.keys()).filter_map(|it| it.strip_prefix("f:"));
        let keys = keys.map(str::to_owned).collect();
        let shape = Self::fetched(metadata, secret_type, keys)?;
        (u64::try_from(shape.keys.len()) == Ok(count)).then_some(shape)
    }

    /// Reads a fetched Secret.
    pub fn of_object(object: &Value) -> Option<Self> {
        let keys = object.get("data").and_then(Value::as_object);
        let keys = keys.map(|it| it.keys().cloned().collect()).unwrap_or_default();
        let secret_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
        Self::fetched(object.get("metadata")?, secret_type.to_owned(), keys)
    }

    /// What a pod says of a Secret by using it.
    pub fn of_use(used: &SecretUse<'_>, namespace: Option<&str>) -> Self {
        let mut shape = Self {
            namespace: namespace.map(str::to_owned),
            name: used.name.to_owned(),
            secret_type: used.is_pull_secret.then(|| "kubernetes.io/dockerconfigjson".to_owned()),
            keys: used.keys.iter().map(|it| (*it).to_owned()).collect(),
            is_partial: used.is_whole,
            maker: None,
        };
        shape.tidy();
        shape
    }

    /// Adds what else is known of the same Secret. What the Secret says itself is the whole of it.
    pub fn merge(&mut self, other: Self) {
        match (self.is_partial, other.is_partial) {
            (false, true) if !self.keys.is_empty() => {}
            _ => {
                self.is_partial &= other.is_partial || other.keys.is_empty();
                self.keys.extend(other.keys);
            }
        }
        self.secret_type = self.secret_type.take().or(other.secret_type);
        self.maker = self.maker.or(other.maker);
        self.tidy();
    }

    fn fetched(metadata: &Value, secret_type: String, keys: Vec<String>) -> Option<Self> {
        let text = |key: &str| metadata.get(key).and_then(Value::as_str).map(str::to_owned);
        let owners = metadata.get("ownerReferences").and_then(Value::as_array);
        let owner_kinds: Vec<&str> = owners
            .into_iter()
            .flatten()
            .filter_map(|it| it.get("kind").and_then(Value::as_str))
            .collect();
        let has_annotation =
            |key: &str| metadata.get("annotations").is_some_and(|it| it.get(key).is_some());
        let maker = maker(Some(&secret_type), &owner_kinds, has_annotation);
        let mut shape = Self {
            namespace: text("namespace"),
            name: text("name")?,
            secret_type: Some(secret_type),
            keys,
            is_partial: false,
            maker,
        };
        shape.tidy();
        Some(shape)
    }

    fn tidy(&mut self) {
        self.keys.sort();
        self.keys.dedup();
        self.secret_type = self.secret_type.take().filter(|it| !it.is_empty() && it != "Opaque");
    }
}

/// Whether a key is followed by a colon.
fn has_colon(value: Place<'_>) -> bool {
    let Some(span) = value.key_span() else { return false };
    let after = value.document().text().get(span.range().end..).unwrap_or_default();
    after.trim_start().starts_with(':')
}

fn maker(
    secret_type: Option<&str>,
    owner_kinds: &[&str],
    has_annotation: impl Fn(&str) -> bool,
) -> Option<Maker> {
    match secret_type {
        Some("kubernetes.io/service-account-token" | "bootstrap.kubernetes.io/token") => {
            return Some(Maker::Kubernetes);
        }
        Some("helm.sh/release.v1") => return Some(Maker::Helm),
        _ => {}
    }
    if owner_kinds.contains(&"ExternalSecret")
        || has_annotation("reconcile.external-secrets.io/data-hash")
    {
        Some(Maker::ExternalSecrets)
    } else if has_annotation("cert-manager.io/certificate-name") {
        Some(Maker::CertManager)
    } else {
        None
    }
}

/// A type of Secret whose keys the API server insists on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TypedSecret {
    /// The type without `kubernetes.io/`.
    pub short: &'static str,
    /// The type.
    pub name: &'static str,
    /// The keys.
    pub keys: &'static [&'static str],
    /// Whether one of them is enough.
    pub one_is_enough: bool,
}

impl TypedSecret {
    /// All of them but tokens, which Kubernetes makes itself.
    ///
    /// See `ValidateSecret` in `pkg/apis/core/validation/validation.go`.
    pub const ALL: [Self; 5] = [
        Self::new("tls", "kubernetes.io/tls", &["tls.crt", "tls.key"], false),
        Self::new(
            "dockerconfigjson",
            "kubernetes.io/dockerconfigjson",
            &[".dockerconfigjson"],
            false,
        ),
        Self::new("dockercfg", "kubernetes.io/dockercfg", &[".dockercfg"], false),
        Self::new("basic-auth", "kubernetes.io/basic-auth", &["username", "password"], true),
        Self::new("ssh-auth", "kubernetes.io/ssh-auth", &["ssh-privatekey"], false),
    ];

    const fn new(
        short: &'static str,
        name: &'static str,
        keys: &'static [&'static str],
        one_is_enough: bool,
    ) -> Self {
        Self { short, name, keys, one_is_enough }
    }

    /// What is known of a type, by its whole name.
    pub fn find(name: &str) -> Option<&'static Self> {
        const { &Self::ALL }.iter().find(|it| it.name == name)
    }

    /// What must be among the keys and is not, as in `tls.crt and tls.key`; `None` when they are enough.
    pub fn missing(&self, has: impl Fn(&str) -> bool) -> Option<String> {
        let is_sound = if self.one_is_enough {
            self.keys.iter().any(|it| has(it))
        } else {
            self.keys.iter().all(|it| has(it))
        };
        let word = if self.one_is_enough { " or " } else { " and " };
        (!is_sound).then(|| self.keys.join(word))
    }
}

/// Whether a Secret may have a key of this name.
pub fn is_secret_key(text: &str) -> bool {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    !text.is_empty()
        && text.len() <= 253
        && text.bytes().all(is_allowed)
        && text != "."
        && !text.starts_with("..")
}

/// Whether a Secret may be of this type: the API server takes any text, but people write such names.
fn is_secret_type(text: &str) -> bool {
    let is_allowed = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.' | b'/');
    text.len() <= 316 && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use harden_yaml::Document;
    use serde_json::json;

    use super::*;
    use crate::object::objects;

    fn table(count: u64, fields: &Value) -> Value {
        json!({
            "kind": "Table",
            "columnDefinitions": [{"name": "Name"}, {"name": "Type"}, {"name": "Data"}, {"name": "Age"}],
            "rows": [{
                "cells": ["app", "Opaque", count, "1d"],
                "object": {"metadata": {
                    "name": "app",
                    "namespace": "team-a",
                    "managedFields": [{"fieldsV1": {"f:data": fields, "f:type": {}}}],
                }},
            }],
        })
    }

    #[test]
    fn the_servers_own_book_keeping_names_the_keys() {
        let fields = json!({".": {}, "f:password": {}, "f:user": {}});
        let shape = SecretShape::of_table(&table(2, &fields)).unwrap();
        assert_eq!(shape.keys, ["password", "user"]);
        assert_eq!((shape.secret_type, shape.namespace.as_deref()), (None, Some("team-a")));
        assert_eq!(SecretShape::of_table(&table(3, &fields)), None, "one key is nobody's");
        assert_eq!(SecretShape::of_table(&json!({})), None);
    }

    #[test]
    fn a_manifest_is_read_without_what_it_holds() {
        let text = "{kind: Secret, metadata: {name: app}, data: {b: bWFya2Vy}, stringData: {a: marker, b: marker}}";
        let document = Document::parse_yaml(text);
        let object = objects(document.root()).next().unwrap();
        let shape = SecretShape::of_manifest(&object).unwrap();
        assert_eq!(shape.keys, ["a", "b"]);
        assert!(!format!("{shape:?}").contains("marker"));
    }

    #[test]
    fn what_the_secret_says_itself_is_the_whole_of_it() {
        let own =
            SecretShape { name: "a".into(), keys: vec!["x".into()], ..SecretShape::default() };
        let used = SecretShape { is_partial: true, keys: Vec::new(), ..own.clone() };
        let mut merged = used.clone();
        merged.merge(own.clone());
        assert_eq!((merged.keys, merged.is_partial), (vec!["x".to_owned()], false));
        let mut merged = own.clone();
        merged.merge(used);
        assert_eq!(merged, own);
    }

    #[test]
    fn keys_are_those_that_the_api_server_takes() {
        for good in ["a", ".dockerconfigjson", "tls.crt", "A_b-c"] {
            assert!(is_secret_key(good), "{good}");
        }
        for bad in ["", ".", "..", "..a", "a b", "a=b", "ä"] {
            assert!(!is_secret_key(bad), "{bad}");
        }
    }
}
