//! The lines of a snapshot: a header, then the kinds with their objects, then the end.

use std::fmt;

use harden_core::kubernetes::MinorVersion;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::listing::{End, Kind, Origin, Scope};

/// What the first line says of all files of this format.
pub(super) const FORMAT: &str = "kubectl-harden-snapshot";

/// The version of the format that is written, and the newest that is read.
pub(super) const VERSION: u32 = 1;

/// As much of a header as every version has.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    pub(super) format: String,
    pub(super) version: u32,
    /// The version of the command that wrote it.
    #[serde(default)]
    pub(super) tool: String,
}

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    pub(super) tool: String,
    pub(super) context: String,
    pub(super) kubernetes: String,
    pub(super) time: String,
    /// The namespace that was read; none where all were.
    pub(super) namespace: Option<String>,
    /// Whether ConfigMaps have their values.
    pub(super) config_map_values: bool,
}

/// Any other line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line<'l> {
    /// The objects that follow are of this kind.
    Kind(KindLine),
    /// An object.
    #[serde(borrow)]
    Object(&'l RawValue),
    /// There are no more of the kind.
    End(EndLine),
    /// Something that was not read.
    Unread { what: String, why: String },
    /// The snapshot ends, after so many objects.
    Close { objects: usize },
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KindLine {
    group: String,
    version: String,
    kind: String,
    plural: String,
    namespaced: bool,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndLine {
    resource_version: String,
    pub(super) objects: usize,
    lack: Option<String>,
    /// Whether the reason is that the user may not read them.
    #[serde(default)]
    is_forbidden: bool,
}

impl Header {
    pub(super) fn of(origin: &Origin, config_map_values: bool) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            context: origin.context.clone(),
            kubernetes: origin.version.to_string(),
            time: origin.time.clone(),
            namespace: match &origin.scope {
                Scope::Cluster => None,
                Scope::Namespace(name) => Some(name.clone()),
            },
            config_map_values,
        }
    }

    /// Where the objects come from; none where a word cannot be what it should.
    pub(super) fn origin(&self) -> Option<Origin> {
        let version = MinorVersion::from_git_version(&self.kubernetes)?;
        self.time.parse::<jiff::Timestamp>().ok()?;
        let is_sound = !self.context.chars().any(char::is_control)
            && self.namespace.as_deref().is_none_or(is_name);
        let scope = self.namespace.clone().map_or(Scope::Cluster, Scope::Namespace);
        is_sound.then(|| Origin {
            context: self.context.clone(),
            version,
            time: self.time.clone(),
            scope,
        })
    }
}

impl KindLine {
    pub(super) fn of(kind: &Kind) -> Self {
        let Kind { group, version, kind, plural, is_namespaced } = kind.clone();
        Self { group, version, kind, plural, namespaced: is_namespaced }
    }

    /// The kind; none where a word cannot be what it should. Reports name commands with these words.
    pub(super) fn kind(self) -> Option<Kind> {
        let is_word =
            |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_sound = (self.group.is_empty() || is_name(&self.group))
            && is_word(&self.version)
            && is_word(&self.kind)
            && is_name(&self.plural);
        let Self { group, version, kind, plural, namespaced } = self;
        is_sound.then_some(Kind { group, version, kind, plural, is_namespaced: namespaced })
    }
}

impl EndLine {
    pub(super) fn of(end: &End) -> Self {
        let End { resource_version, objects, lack, is_forbidden, .. } = end.clone();
        Self { resource_version, objects, lack, is_forbidden }
    }

    pub(super) fn end(self) -> End {
        let Self { resource_version, objects, lack, is_forbidden } = self;
        End { resource_version, objects, lack, is_forbidden, selected: None }
    }
}

/// Whether a text can be the name of a namespace, a group or a resource.
fn is_name(text: &str) -> bool {
    let is_part = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit() || b"-.".contains(&it);
    text.bytes().all(is_part) && !text.is_empty() && !text.starts_with('-')
}

/// What an object is called.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Named {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    #[serde(default)]
    name: String,
    #[serde(default)]
    namespace: String,
}

impl Named {
    /// What the object of a text is called.
    pub(super) fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Whether the object is in a namespace, or is the namespace.
    pub(super) fn is_of(&self, namespace: &str, kind: &Kind) -> bool {
        let Metadata { name, namespace: own } = &self.metadata;
        if kind.is_namespaced {
            own == namespace
        } else {
            kind.is("", "Namespace") && name == namespace
        }
    }
}

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Metadata { name, namespace } = &self.metadata;
        if namespace.is_empty() { f.write_str(name) } else { write!(f, "{namespace}/{name}") }
    }
}
