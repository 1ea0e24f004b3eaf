//! What a Secret is like: its name, its type and the names of its keys, never what they hold.

use harden_yaml::{Place, Span};

use crate::kubernetes::{is_secret_key, is_secret_type, is_subdomain};
use crate::object::{SecretUse, objects};

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
    pub fn of_manifest(place: Place<'_>) -> Result<Self, Misshapen> {
        let name = place.at("metadata").at("name");
        if !name.as_str().is_some_and(is_subdomain) {
            return Err(Misshapen::new(name, "is no name of a Secret"));
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
        match kind.as_str() {
            Some(text) if !is_secret_type(text) => {
                return Err(Misshapen::new(kind, "is no type of a Secret"));
            }
            None if kind.exists() => return Err(Misshapen::new(kind, "must be text")),
            _ => {}
        }
        Self::new(place.at("metadata"), kind.as_str(), keys)
            .ok_or_else(|| Misshapen::new(name, "is no name of a Secret"))
    }

    /// A Secret by its metadata, which say in `managedFields` what its keys are called, its type, and how many keys
    /// it has. `None` when those are not all of them.
    pub fn of_metadata(metadata: Place<'_>, secret_type: &str, count: usize) -> Option<Self> {
        let fields = metadata.at("managedFields").items().flat_map(|manager| {
            let fields = manager.at("fieldsV1");
            fields.at("f:data").entries().chain(fields.at("f:stringData").entries())
        });
        let keys = fields.filter_map(|(key, _)| key.strip_prefix("f:")).map(str::to_owned);
        let shape = Self::new(metadata, Some(secret_type), keys.collect())?;
        (shape.keys.len() == count).then_some(shape)
    }

    /// Reads a fetched Secret.
    pub fn of_object(object: Place<'_>) -> Option<Self> {
        let keys = object.at("data").entries().map(|(key, _)| key.to_owned());
        Self::new(object.at("metadata"), object.at("type").as_str(), keys.collect())
    }

    /// What the pods of a fetched object say of Secrets by using them.
    pub fn of_pods(object: Place<'_>, namespace: &str) -> Vec<Self> {
        let pods = objects(object).flat_map(|it| it.pods());
        let uses = pods.flat_map(|it| it.secrets());
        uses.map(|it| Self::of_use(&it, Some(namespace))).collect()
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

    /// What a Secret says of itself; `None` when it has no name.
    fn new(metadata: Place<'_>, secret_type: Option<&str>, keys: Vec<String>) -> Option<Self> {
        let namespace = metadata.at("namespace").as_str().filter(|it| !it.is_empty());
        let mut shape = Self {
            namespace: namespace.map(str::to_owned),
            name: metadata.at("name").as_str()?.to_owned(),
            secret_type: secret_type.map(str::to_owned),
            keys,
            is_partial: false,
            maker: maker(metadata, secret_type),
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

fn maker(metadata: Place<'_>, secret_type: Option<&str>) -> Option<Maker> {
    match secret_type {
        Some("kubernetes.io/service-account-token" | "bootstrap.kubernetes.io/token") => {
            return Some(Maker::Kubernetes);
        }
        Some("helm.sh/release.v1") => return Some(Maker::Helm),
        _ => {}
    }
    let mut owners = metadata.at("ownerReferences").items();
    let has_annotation = |key: &str| metadata.at("annotations").get(key).is_some();
    if owners.any(|it| it.at("kind").as_str() == Some("ExternalSecret"))
        || has_annotation("reconcile.external-secrets.io/data-hash")
    {
        Some(Maker::ExternalSecrets)
    } else if has_annotation("cert-manager.io/certificate-name") {
        Some(Maker::CertManager)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use harden_yaml::Document;
    use serde_json::{Value, json};

    use super::*;

    fn shape(count: usize, fields: &Value) -> Option<SecretShape> {
        let metadata = json!({
            "name": "app",
            "namespace": "team-a",
            "managedFields": [{"fieldsV1": {"f:data": fields, "f:type": {}}}],
        });
        let metadata = metadata.to_string();
        SecretShape::of_metadata(Document::parse_json(&metadata).root(), "Opaque", count)
    }

    #[test]
    fn the_servers_own_book_keeping_names_the_keys() {
        let fields = json!({".": {}, "f:password": {}, "f:user": {}});
        let found = shape(2, &fields).unwrap();
        assert_eq!(found.keys, ["password", "user"]);
        assert_eq!((found.secret_type, found.namespace.as_deref()), (None, Some("team-a")));
        assert_eq!(shape(3, &fields), None, "one key is nobody's");
    }

    #[test]
    fn a_manifest_is_read_without_what_it_holds() {
        let text = "{kind: Secret, metadata: {name: app}, data: {b: bWFya2Vy}, stringData: {a: marker, b: marker}}";
        let document = Document::parse_yaml(text);
        let shape = SecretShape::of_manifest(document.root()).unwrap();
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
}
