//! Objects that generators make, and how they are written down.

use serde_json::{Map, Value, json};

use crate::kubernetes::Kind;

/// One object, with the reason for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// What kind of object it is, and where the API serves it.
    pub kind: Kind,
    /// Its namespace; `None` for cluster-wide objects.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// Why it is there, as one or two lines of text.
    pub why: String,
    /// The object itself, in the field order that it is written in.
    pub object: Value,
}

impl Manifest {
    /// An object whose `body` holds everything but `apiVersion`, `kind` and the names.
    pub fn new(kind: Kind, namespace: Option<&str>, name: &str, why: &str, body: Value) -> Self {
        let mut object = Map::new();
        object.insert("apiVersion".to_owned(), kind.api_version().into());
        object.insert("kind".to_owned(), kind.kind.into());
        let metadata = match namespace {
            Some(namespace) => json!({"name": name, "namespace": namespace}),
            None => json!({"name": name}),
        };
        object.insert("metadata".to_owned(), metadata);
        if let Value::Object(body) = body {
            object.extend(body);
        }
        Self {
            kind,
            namespace: namespace.map(str::to_owned),
            name: name.to_owned(),
            why: why.to_owned(),
            object: object.into(),
        }
    }

    /// `networkpolicy/default-deny in team-a`, as people name it.
    pub fn title(&self) -> String {
        let kind = self.kind.kind.to_lowercase();
        match &self.namespace {
            Some(namespace) => format!("{kind}/{} in {namespace}", self.name),
            None => format!("{kind}/{}", self.name),
        }
    }

    /// The object as one YAML document, without the `---` before it.
    pub fn to_yaml(&self, comments: bool) -> String {
        let mut text = String::new();
        if comments {
            for line in self.why.lines() {
                text.push_str("# ");
                text.push_str(line);
                text.push('\n');
            }
        }
        text.push_str(&harden_yaml::write(&self.object));
        text
    }
}

/// How a stream of objects is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum ManifestFormat {
    /// YAML documents
    #[default]
    Yaml,
    /// One JSON object: a List when there are several
    Json,
}

/// Writes objects as one text that `kubectl apply --server-side -f -` takes.
pub fn render(manifests: &[Manifest], format: ManifestFormat, comments: bool) -> String {
    match format {
        ManifestFormat::Yaml => {
            let documents: Vec<_> = manifests.iter().map(|it| it.to_yaml(comments)).collect();
            documents.join("---\n")
        }
        ManifestFormat::Json => {
            let object = match manifests {
                [only] => only.object.clone(),
                several => {
                    let items: Vec<&Value> = several.iter().map(|it| &it.object).collect();
                    json!({"apiVersion": "v1", "kind": "List", "items": items})
                }
            };
            format!("{object:#}\n")
        }
    }
}
