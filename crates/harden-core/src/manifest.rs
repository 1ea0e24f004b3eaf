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
    /// Why each entry of its `rules` is there, in their order; none where the object says enough.
    pub reasons: Vec<String>,
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
            reasons: Vec::new(),
        }
    }

    /// The same with a reason for each entry of its `rules`, of one or more lines.
    #[must_use]
    pub fn explained(self, reasons: Vec<String>) -> Self {
        Self { reasons, ..self }
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
        let object = harden_yaml::write(&self.object);
        if comments && !self.reasons.is_empty() {
            self.push_with_reasons(&mut text, &object);
        } else {
            text.push_str(&object);
        }
        text
    }

    /// Adds the object with a reason before each entry of `rules`, whose lists are not indented.
    fn push_with_reasons(&self, text: &mut String, object: &str) {
        let mut reasons = self.reasons.iter();
        let mut is_in_rules = false;
        for line in object.split_inclusive('\n') {
            if !line.starts_with([' ', '-']) {
                is_in_rules = line == "rules:\n";
            } else if is_in_rules && line.starts_with("- ") {
                for reason in reasons.next().map(|it| it.lines()).into_iter().flatten() {
                    text.push_str("# ");
                    text.push_str(reason);
                    text.push('\n');
                }
            }
            text.push_str(line);
        }
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
