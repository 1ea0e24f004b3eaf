//! An object of a list, without what nobody reads and what may hold secrets.

use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use harden_core::secrecy::LAST_APPLIED;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::listing::Kind;

/// What of the metadata counts the changes of an object.
const COUNTERS: [&str; 2] = ["generation", "resourceVersion"];

/// A list, whose items stay text.
#[derive(Deserialize)]
pub(super) struct Page<'p> {
    #[serde(default)]
    pub(super) metadata: Metadata,
    /// None where there are none, in lists of metadata.
    #[serde(borrow, default)]
    pub(super) items: Option<Vec<&'p RawValue>>,
}

/// What is said of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metadata {
    #[serde(default, rename = "continue")]
    pub(super) next: Option<String>,
    #[serde(default)]
    pub(super) resource_version: Option<String>,
    #[serde(default)]
    pub(super) remaining_item_count: Option<u64>,
}

/// An object that was read.
#[derive(Debug)]
pub(super) struct Item {
    /// Its namespace and name, joined by `/`: the order of lists.
    pub(super) key: String,
    /// Its text.
    pub(super) text: String,
    /// Its version; empty where it has none.
    pub(super) resource_version: String,
    /// Whether it is being deleted.
    pub(super) is_leaving: bool,
    /// Those that made it.
    pub(super) owners: Vec<Owner>,
}

/// Who made an object, as the object says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Owner {
    #[serde(default)]
    pub(super) api_version: String,
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) name: String,
}

/// The keys of a map, with their values as they are written.
struct Fields<'f>(Vec<(Cow<'f, str>, &'f RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::with_capacity(8);
                while let Some((Key(key), value)) = map.next_entry()? {
                    fields.push((key, value));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

/// A key, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Key<'k>(#[serde(borrow)] Cow<'k, str>);

impl Item {
    /// Reads an item of a list of this kind, with who changed what if that is wanted.
    ///
    /// # Errors
    ///
    /// When it is no object, or its metadata is none.
    pub(super) fn read(raw: &str, kind: &Kind, with_managers: bool) -> serde_json::Result<Self> {
        let Fields(fields) = serde_json::from_str(raw)?;
        // Of a Secret, nothing is asked for but its metadata; whatever else came is dropped.
        let is_secret = kind.is("", "Secret");
        let mut said = Said::default();
        let mut text = String::with_capacity(raw.len() + 64);
        text.push_str(r#"{"apiVersion":"#);
        text.push_str(&serde_json::to_string(&kind.api_version())?);
        text.push_str(r#","kind":"#);
        text.push_str(&serde_json::to_string(&kind.kind)?);
        for (name, value) in fields {
            match &*name {
                "apiVersion" | "kind" => {}
                "metadata" => {
                    text.push_str(r#","metadata":"#);
                    said = push_metadata(&mut text, value.get(), with_managers)?;
                }
                _ if is_secret => {}
                _ => push_field(&mut text, ',', &name, value.get())?,
            }
        }
        text.push('}');
        let Said { namespace, name, resource_version, is_leaving, owners } = said;
        let key = if namespace.is_empty() { name } else { format!("{namespace}/{name}") };
        Ok(Self { key, text, resource_version, is_leaving, owners })
    }

    /// A hash of what of it is judged: neither its state, nor what counts its changes.
    pub(super) fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        let Ok(Fields(fields)) = serde_json::from_str(&self.text) else { return 0 };
        for (name, value) in fields.iter().filter(|(name, _)| name != "status") {
            let metadata = if name == "metadata" { value.get() } else { "" };
            if let Ok(Fields(fields)) = serde_json::from_str(metadata) {
                let judged = fields.iter().filter(|(name, _)| !COUNTERS.contains(&&**name));
                judged.for_each(|(name, value)| (name, value.get()).hash(&mut hasher));
            } else {
                (name, value.get()).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

/// What the metadata of an object says that is read here.
#[derive(Default)]
struct Said {
    namespace: String,
    name: String,
    resource_version: String,
    is_leaving: bool,
    owners: Vec<Owner>,
}

/// Appends what stays of the metadata; returns what it says.
fn push_metadata(text: &mut String, raw: &str, with_managers: bool) -> serde_json::Result<Said> {
    let mut said = Said::default();
    let Fields(fields) = serde_json::from_str(raw)?;
    let mut separator = '{';
    for (name, value) in fields {
        match &*name {
            "managedFields" if !with_managers => continue,
            "namespace" => said.namespace = serde_json::from_str(value.get())?,
            "name" => said.name = serde_json::from_str(value.get())?,
            "deletionTimestamp" => said.is_leaving = value.get() != "null",
            "resourceVersion" => said.resource_version = serde_json::from_str(value.get())?,
            // What is no list of owners names none.
            "ownerReferences" => {
                said.owners = serde_json::from_str(value.get()).unwrap_or_default();
            }
            _ => {}
        }
        if &*name == "annotations" {
            // What is no map is no annotations, and says nothing.
            let Ok(Fields(annotations)) = serde_json::from_str(value.get()) else { continue };
            let mut kept = String::from("{");
            for (name, value) in annotations.iter().filter(|(name, _)| name != LAST_APPLIED) {
                let separator = if kept.len() == 1 { "" } else { "," };
                kept.push_str(separator);
                push_pair(&mut kept, name, value.get())?;
            }
            kept.push('}');
            push_field(text, separator, &name, &kept)?;
        } else {
            push_field(text, separator, &name, value.get())?;
        }
        separator = ',';
    }
    text.push_str(if separator == '{' { "{}" } else { "}" });
    Ok(said)
}

fn push_field(
    text: &mut String,
    separator: char,
    name: &str,
    value: &str,
) -> serde_json::Result<()> {
    text.push(separator);
    push_pair(text, name, value)
}

fn push_pair(text: &mut String, name: &str, value: &str) -> serde_json::Result<()> {
    text.push_str(&serde_json::to_string(name)?);
    text.push(':');
    text.push_str(value);
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn kind(kind: &str) -> Kind {
        Kind {
            group: String::new(),
            version: "v1".to_owned(),
            kind: kind.to_owned(),
            plural: String::new(),
            is_namespaced: true,
        }
    }

    #[test]
    fn what_kubectl_remembers_and_managers_is_dropped() {
        let raw = r#"{"metadata": {"name": "a", "managedFields": [{"x": 1}], "namespace": "n",
            "annotations": {"a": "b", "kubectl.kubernetes.io/last-applied-configuration": "marker", "c\"": "d"}},
            "spec": {"b": [1, 2]}, "kind": "Other"}"#;
        let item = Item::read(raw, &kind("Pod"), false).unwrap();
        assert_eq!(
            item.text,
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"n","annotations":{"a":"b","c\"":"d"}},"spec":{"b": [1, 2]}}"#
        );
        assert_eq!(item.key, "n/a");
        let only = r#"{"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "marker"}}}"#;
        let item = Item::read(only, &kind("Pod"), false).unwrap();
        assert_eq!(item.text, r#"{"apiVersion":"v1","kind":"Pod","metadata":{"annotations":{}}}"#);
        // The key may be written with escapes, which every reader takes for the same.
        let escaped = only.replace("last-applied", "last\\u002dapplied");
        assert!(!Item::read(&escaped, &kind("Pod"), false).unwrap().text.contains("marker"));
    }

    #[test]
    fn of_a_secret_only_the_metadata_stays() {
        let raw =
            r#"{"metadata": {"name": "a"}, "data": {"password": "marker"}, "type": "Opaque"}"#;
        let item = Item::read(raw, &kind("Secret"), false).unwrap();
        assert_eq!(item.text, r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"}}"#);
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for raw in ["1", "[]", "null", r#"{"metadata": 1}"#, r#"{"metadata": {"name": 1}}"#] {
            assert!(Item::read(raw, &kind("Pod"), false).is_err(), "{raw}");
        }
    }
}
