//! Configurations for server-side apply, which hold the fields that are set.

use serde_json::{Map, Value};

use super::Changed;
use super::lists::Merge;

/// Maps that the API server takes as a whole, by their keys.
const WHOLE: [&str; 16] = [
    "selector",
    "labelSelector",
    "namespaceSelector",
    "objectSelector",
    "podSelector",
    "nodeSelector",
    "matchSelector",
    "secretRef",
    "secretKeyRef",
    "configMapKeyRef",
    "fieldRef",
    "resourceFieldRef",
    "roleRef",
    "claimRef",
    "scopeSelector",
    "requiredDuringSchedulingIgnoredDuringExecution",
];

/// The configuration, or why there is none.
pub(super) fn configuration(changed: &Changed) -> Result<Value, String> {
    let (Value::Object(before), Value::Object(after)) = (&changed.before, &changed.after) else {
        return Err("it is no map: use --patch json6902".to_owned());
    };
    let mut configuration = changed.head();
    for (key, value) in maps(changed, "", before, after)? {
        match (configuration.get_mut(&key), value) {
            (Some(Value::Object(head)), Value::Object(more)) => head.extend(more),
            (_, value) => drop(configuration.insert(key, value)),
        }
    }
    Ok(Value::Object(configuration))
}

fn maps(
    changed: &Changed,
    path: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    if let Some(key) = before.keys().find(|key| !after.contains_key(*key)) {
        return Err(removes(changed, &below(key)));
    }
    let mut set = Map::new();
    for (key, new) in after {
        let path = below(key);
        match (before.get(key), new) {
            (Some(old), new) if old == new => {}
            (Some(Value::Object(old)), Value::Object(new)) if !WHOLE.contains(&key.as_str()) => {
                set.insert(key.clone(), maps(changed, &path, old, new)?.into());
            }
            (Some(Value::Array(old)), Value::Array(new)) => {
                set.insert(key.clone(), lists(changed, &path, old, new)?.into());
            }
            _ => drop(set.insert(key.clone(), new.clone())),
        }
    }
    Ok(set)
}

fn lists(
    changed: &Changed,
    path: &str,
    old: &[Value],
    new: &[Value],
) -> Result<Vec<Value>, String> {
    let keys = match changed.merge(path) {
        Merge::Whole => return Ok(new.to_vec()),
        Merge::Set if old.iter().any(|it| !new.contains(it)) => return Err(removes(changed, path)),
        Merge::Set => return Ok(new.iter().filter(|it| !old.contains(it)).cloned().collect()),
        Merge::Keyed(keys) | Merge::New(keys) => keys,
    };
    let names = |list: &[Value]| -> Option<Vec<Map<String, Value>>> {
        list.iter().map(|it| name(it, keys)).collect()
    };
    let (Some(old_names), Some(new_names)) = (names(old), names(new)) else {
        return Err(format!(
            "items of {path} are without {}, by which server-side apply tells them: use --patch json6902",
            keys.join(" and ")
        ));
    };
    if old_names.iter().any(|it| !new_names.contains(it)) {
        return Err(removes(changed, path));
    }
    let mut items = Vec::new();
    for (name, new) in new_names.into_iter().zip(new) {
        let old = old_names.iter().position(|it| *it == name).and_then(|it| old.get(it));
        match (old, new) {
            (Some(old), new) if old == new => {}
            (Some(Value::Object(old)), Value::Object(new)) => {
                let mut item = name;
                item.extend(maps(changed, &format!("{path}[]"), old, new)?);
                items.push(item.into());
            }
            _ => items.push(new.clone()),
        }
    }
    Ok(items)
}

/// The keys of an item that tell it from others, what the API server fills in included.
fn name(item: &Value, keys: &[&str]) -> Option<Map<String, Value>> {
    let protocol = Value::from("TCP");
    let keys = keys.iter().map(|key| {
        let value = item.get(key).or_else(|| (*key == "protocol").then_some(&protocol))?;
        Some(((*key).to_owned(), value.clone()))
    });
    keys.collect()
}

fn removes(changed: &Changed, path: &str) -> String {
    let instead = if changed.is_built_in { "json6902 or strategic" } else { "json6902" };
    format!(
        "server-side apply removes no field of others, as {path} must be: use --patch {instead}"
    )
}
