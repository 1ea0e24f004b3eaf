//! The set-ups: folders of manifests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use harden_core::source::Source;
use serde_json::{Map, Value, json};

use super::apart;

/// All set-ups, by name.
pub(crate) struct Setups(BTreeMap<String, PathBuf>);

impl Setups {
    pub(crate) fn read(folder: &Path) -> Self {
        let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        let name = |it: &Path| it.file_name().unwrap().to_str().unwrap().to_owned();
        Self(entries.map(|it| (name(&it), it)).collect())
    }

    pub(crate) fn names(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    /// The texts of one; `None` where it is not at hand, as half of all are.
    pub(crate) fn sources(&self, name: &str) -> Option<Vec<Source<'static>>> {
        let mut sources = Vec::new();
        collect(self.0.get(name)?, "", &mut sources);
        for source in &mut sources {
            if apart::ON_THE_HOST.contains(&name) {
                let text = source.text.replace("hostNetwork: true", "hostNetwork: false");
                source.text =
                    text.replace("\"hostNetwork\": true", "\"hostNetwork\": false").into();
            }
            if apart::WITHOUT_A_SELECTOR.contains(&name) {
                source.text = with_selectors(&source.text).into();
            }
        }
        Some(sources)
    }
}

fn collect(folder: &Path, below: &str, sources: &mut Vec<Source<'static>>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), sources);
        } else if [".yaml", ".yml", ".json"].iter().any(|it| name.ends_with(it)) {
            sources.push(Source::new(name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The same objects; `pods` of policies have both selectors.
fn with_selectors(text: &str) -> String {
    let documents = text.split("\n---").map(|it| serde_yaml::from_str::<Value>(it).unwrap());
    let objects = documents.filter(|it| !it.is_null()).map(|mut object| {
        complete(&mut object);
        object
    });
    json!({"apiVersion": "v1", "kind": "List", "items": objects.collect::<Vec<_>>()}).to_string()
}

fn complete(value: &mut Value) {
    match value {
        Value::Object(map) => {
            if let Some(pods) = map.get_mut("pods").and_then(Value::as_object_mut) {
                for name in ["namespaceSelector", "podSelector"] {
                    pods.entry(name).or_insert_with(|| Value::Object(Map::new()));
                }
            }
            map.values_mut().for_each(complete);
        }
        Value::Array(all) => all.iter_mut().for_each(complete),
        _ => {}
    }
}
