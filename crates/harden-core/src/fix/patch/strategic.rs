//! Strategic merge patches.

use serde_json::{Map, Value};

use super::Changed;
use super::lists::Merge;

/// What merges a patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// kubectl and the API server, which may know other items than the file: a patch names only what changes.
    Kubectl,
    /// kustomize, which puts the items of a patch before all others: a patch names all items of a list in
    /// their order.
    Kustomize,
}

/// The patch, or why there is none, as a part of a sentence.
pub(super) fn patch(changed: &Changed, reader: Reader) -> Result<Value, String> {
    if !changed.is_built_in {
        return Err(format!(
            "{} {} is no kind of Kubernetes 1.25 or newer, so it takes no strategic merge patch",
            changed.object.api_version, changed.object.kind
        ));
    }
    if changed.is_renamed() {
        return Err("its apiVersion, kind, name or namespace changes".to_owned());
    }
    let mut patch = changed.head();
    let merger = Merger { changed, reader };
    let (Value::Object(before), Value::Object(after)) = (&changed.before, &changed.after) else {
        return Err("it is no map".to_owned());
    };
    for (key, value) in merger.maps("", before, after)? {
        match (patch.get_mut(&key), value) {
            (Some(Value::Object(head)), Value::Object(more)) => head.extend(more),
            (_, value) => drop(patch.insert(key, value)),
        }
    }
    Ok(Value::Object(patch))
}

struct Merger<'c> {
    changed: &'c Changed,
    reader: Reader,
}

impl Merger<'_> {
    fn maps(
        &self,
        path: &str,
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Result<Map<String, Value>, String> {
        let mut merged = Map::new();
        let removed = before.keys().filter(|key| !after.contains_key(*key));
        merged.extend(removed.map(|key| (key.clone(), Value::Null)));
        for (key, new) in after {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            match (before.get(key), new) {
                (Some(old), new) if old == new => {}
                (Some(Value::Object(old)), Value::Object(new)) => {
                    merged.insert(key.clone(), self.maps(&path, old, new)?.into());
                }
                (Some(Value::Array(old)), Value::Array(new)) => {
                    self.lists(&path, key, (old, new), &mut merged)?;
                }
                _ => drop(merged.insert(key.clone(), new.clone())),
            }
        }
        Ok(merged)
    }

    fn lists(
        &self,
        path: &str,
        key: &str,
        (old, new): (&[Value], &[Value]),
        merged: &mut Map<String, Value>,
    ) -> Result<(), String> {
        let keys = match (self.changed.merge(path), self.reader) {
            (Merge::Whole, _) => {
                merged.insert(key.to_owned(), new.into());
                return Ok(());
            }
            (Merge::Set, _) => return Err(format!("a merge only adds to {path}")),
            (Merge::New(_), Reader::Kustomize) => {
                return Err(format!("kustomize does not know how {path} is merged"));
            }
            (Merge::Keyed(keys), Reader::Kustomize) => keys,
            // The API server has strategic merges tell items by one key alone.
            (Merge::Keyed(keys) | Merge::New(keys), Reader::Kubectl) => {
                keys.get(..1).unwrap_or(keys)
            }
        };
        let names = |list: &[Value]| -> Option<Vec<Map<String, Value>>> {
            list.iter().map(|it| name(it, keys)).collect()
        };
        let (Some(old_names), Some(new_names)) = (names(old), names(new)) else {
            return Err(format!("items of {path} are without {}", keys.join(" and ")));
        };
        if is_twice(&old_names) || is_twice(&new_names) {
            return Err(format!("items of {path} have the same {}", keys.join(" and ")));
        }
        if !keeps_order(&old_names, &new_names) {
            return Err(format!("the order of {path} changes"));
        }
        let names_all = self.reader == Reader::Kustomize;
        let (mut items, mut adds) = (Vec::new(), false);
        for (name, new) in new_names.iter().zip(new) {
            let old = old_names.iter().position(|it| it == name).and_then(|it| old.get(it));
            match (old, new) {
                (Some(old), new) if old == new && !names_all => {}
                (Some(Value::Object(old)), Value::Object(new)) => {
                    let mut item = name.clone();
                    item.extend(self.maps(&format!("{path}[]"), old, new)?);
                    items.push(item.into());
                }
                _ => {
                    adds = true;
                    items.push(new.clone());
                }
            }
        }
        for name in old_names.iter().filter(|it| !new_names.contains(it)) {
            let mut item = name.clone();
            item.insert("$patch".to_owned(), "delete".into());
            items.push(item.into());
        }
        if adds && !names_all && !old.is_empty() {
            let order = new_names.into_iter().map(Value::Object).collect();
            merged.insert(format!("$setElementOrder/{key}"), order);
        }
        merged.insert(key.to_owned(), items.into());
        Ok(())
    }
}

/// The keys of an item that tell it from others; the first must be there.
fn name(item: &Value, keys: &[&str]) -> Option<Map<String, Value>> {
    item.get(keys.first()?)?;
    let keys = keys.iter().filter_map(|key| Some(((*key).to_owned(), item.get(key)?.clone())));
    Some(keys.collect())
}

fn is_twice(names: &[Map<String, Value>]) -> bool {
    names.iter().enumerate().any(|(at, it)| names.iter().take(at).any(|other| other == it))
}

/// Whether those that are in both stand in the same order in both.
fn keeps_order(old: &[Map<String, Value>], new: &[Map<String, Value>]) -> bool {
    let kept = old.iter().filter(|it| new.contains(it));
    kept.eq(new.iter().filter(|it| old.contains(it)))
}
