//! Objects as manifests write them.

use harden_core::object;
use harden_yaml::{Kind, Place};
use serde_json::{Map, Value};

use super::Object;

/// Deeper than any object of the API is nested.
const DEEPEST: usize = 256;

impl Object {
    /// An object as it is written; none where it is nested more deeply than any of the API. Items of typed lists
    /// are of the kind that the list says.
    pub fn written(object: &object::Object<'_>) -> Option<Self> {
        let mut json = value(object.place, DEEPEST)?;
        if let Value::Object(fields) = &mut json {
            let reference = object.reference();
            fields.entry("apiVersion").or_insert_with(|| reference.api_version.clone().into());
            fields.entry("kind").or_insert_with(|| reference.kind.clone().into());
        }
        Some(Self::new(json))
    }
}

fn value(place: Place<'_>, left: usize) -> Option<Value> {
    let left = left.checked_sub(1)?;
    Some(match place.kind() {
        Kind::Map => {
            let entries = place.entries().map(|(key, it)| Some((key.to_owned(), value(it, left)?)));
            Value::Object(entries.collect::<Option<Map<_, _>>>()?)
        }
        Kind::List => Value::Array(place.items().map(|it| value(it, left)).collect::<Option<_>>()?),
        _ => scalar(place),
    })
}

fn scalar(place: Place<'_>) -> Value {
    if let Some(text) = place.as_str() {
        text.into()
    } else if let Some(is) = place.as_bool() {
        is.into()
    } else {
        let number = place.number().and_then(|it| serde_json::from_str(&it).ok());
        number.unwrap_or(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use harden_core::object::objects;
    use harden_yaml::Document;
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_are_what_the_api_server_decodes() {
        let text = "{apiVersion: v1, kind: PodList, items: [{metadata: {name: a, x: null}, spec: {b: yes, c: 0x10, d: 1.0, e: 1.5, f: '1'}}]}";
        let document = Document::parse_yaml(text);
        let object = objects(document.root()).next().unwrap();
        let spec = json!({"b": true, "c": 16, "d": 1, "e": 1.5, "f": "1"});
        let whole = json!({"metadata": {"name": "a", "x": null}, "spec": spec, "apiVersion": "v1", "kind": "Pod"});
        assert_eq!(Object::written(&object).unwrap().json(), &whole);
    }
}
