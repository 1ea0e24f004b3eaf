//! Why the API server refuses a CustomResourceDefinition, so that nothing is held to it.

use harden_yaml::Place;

use super::{Flaw, FlawKind};
use crate::object::Object;

/// Schemas nested deeper than this are not looked at.
const DEEPEST: u8 = 100;

/// What a part of a schema that is an alternative must not say.
const NOT_IN_ALTERNATIVES: [&str; 11] = [
    "additionalProperties",
    "default",
    "description",
    "nullable",
    "title",
    "type",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-preserve-unknown-fields",
];

/// What no schema of a custom kind may say.
const NEVER: [&str; 7] = [
    "$ref",
    "additionalItems",
    "definitions",
    "dependencies",
    "id",
    "patternProperties",
    "uniqueItems",
];

/// Whether an object is a CustomResourceDefinition.
pub(super) fn is_definition(object: &Object<'_>) -> bool {
    object.kind == "CustomResourceDefinition"
        && object.group == "apiextensions.k8s.io"
        && object.version == "v1"
}

/// The first thing for which the API server refuses a definition.
pub(super) fn first_flaw<'d>(object: &Object<'d>) -> Option<Flaw<'d>> {
    let spec = object.place.at("spec");
    let flaw = |place, message: String| {
        Some(Flaw { kind: FlawKind::InvalidValue, place, message, change: None })
    };
    let names = [spec.at("names").at("plural").as_str(), spec.at("group").as_str()];
    let name = object.place.at("metadata").at("name");
    if let ([Some(plural), Some(group)], Some(written)) = (names, name.as_str())
        && written != format!("{plural}.{group}")
    {
        return flaw(name, format!("the name of this definition must be `{plural}.{group}`"));
    }
    let versions = spec.at("versions");
    let stored = versions.items().filter(|it| it.at("storage").as_bool() == Some(true)).count();
    if versions.is_list() && stored != 1 {
        return flaw(versions, format!("one version must be stored, and {stored} are"));
    }
    if spec.at("preserveUnknownFields").as_bool() == Some(true) {
        let place = spec.at("preserveUnknownFields");
        return flaw(
            place,
            "`preserveUnknownFields` must be false; say in the schema what is kept".into(),
        );
    }
    for version in versions.items() {
        let schema = version.at("schema").at("openAPIV3Schema");
        if schema.is_map() {
            if schema.at("type").as_str() != Some("object") {
                return flaw(schema, "the schema of a kind must have `type: object`".to_owned());
            }
            if schema.at("additionalProperties").exists() {
                let place = schema.at("additionalProperties");
                return flaw(
                    place,
                    "the schema of a kind must not have `additionalProperties`".into(),
                );
            }
            if let Some((place, message)) = of_schema(schema, Above::Object, DEEPEST) {
                return flaw(place, message);
            }
        }
    }
    None
}

/// What a schema belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Above {
    Object,
    Field,
}

fn of_schema(schema: Place<'_>, above: Above, left: u8) -> Option<(Place<'_>, String)> {
    let left = left.checked_sub(1)?;
    if let Some(found) = never(schema) {
        return Some(found);
    }
    let says = |key| schema.at(key).as_bool() == Some(true);
    let is_typed = schema.at("type").as_str().is_some_and(|it| !it.is_empty());
    let keeps = says("x-kubernetes-preserve-unknown-fields");
    if above == Above::Field && !is_typed && !says("x-kubernetes-int-or-string") && !keeps {
        return Some((schema, "a field of a schema must have a `type`".to_owned()));
    }
    let is_list = schema.at("type").as_str() == Some("array");
    if is_list && !schema.at("items").is_map() {
        return Some((schema, "a list must have `items`".to_owned()));
    }
    let properties = schema.at("properties");
    let others = schema.at("additionalProperties");
    if others.is_map() && !properties.is_empty() {
        return Some((
            others,
            "must not be beside `properties`: `additionalProperties`".to_owned(),
        ));
    }
    let list_type = schema.at("x-kubernetes-list-type");
    let keys = schema.at("x-kubernetes-list-map-keys");
    if list_type.exists() && !is_list {
        return Some((list_type, "only a list has an `x-kubernetes-list-type`".to_owned()));
    }
    if list_type.as_str() == Some("map") && keys.is_empty() {
        return Some((
            list_type,
            "a list that is a map needs `x-kubernetes-list-map-keys`".to_owned(),
        ));
    }
    if keys.exists() && list_type.as_str() != Some("map") {
        return Some((
            keys,
            "only a list that is a map has `x-kubernetes-list-map-keys`".to_owned(),
        ));
    }
    let fields = properties.entries().map(|(_, it)| it);
    let items = [schema.at("items"), others].into_iter().filter(Place::is_map);
    fields.chain(items).find_map(|it| of_schema(it, Above::Field, left)).or_else(|| {
        alternatives(schema).find_map(|it| of_alternative(it, says_any_type(schema), left))
    })
}

/// Integers or strings are told from each other in alternatives.
fn says_any_type(schema: Place<'_>) -> bool {
    schema.at("x-kubernetes-int-or-string").as_bool() == Some(true)
}

fn of_alternative(schema: Place<'_>, may_have_type: bool, left: u8) -> Option<(Place<'_>, String)> {
    let left = left.checked_sub(1)?;
    if let Some(found) = never(schema) {
        return Some(found);
    }
    let says = |key: &&str| {
        let value = schema.at(key);
        value.exists() && value.as_bool() != Some(false) && value.as_str() != Some("")
    };
    let may = |key: &str| key == "type" && may_have_type;
    if let Some(key) = NOT_IN_ALTERNATIVES.iter().find(|it| says(it) && !may(it)) {
        let message = format!("`{key}` must not be in allOf, anyOf, oneOf or not");
        return Some((schema.at(key), message));
    }
    let fields = schema.at("properties").entries().map(|(_, it)| it);
    let items = Some(schema.at("items")).filter(Place::is_map);
    fields
        .chain(items)
        .find_map(|it| of_alternative(it, false, left))
        .or_else(|| alternatives(schema).find_map(|it| of_alternative(it, may_have_type, left)))
}

fn alternatives(schema: Place<'_>) -> impl Iterator<Item = Place<'_>> {
    let several = ["allOf", "anyOf", "oneOf"].into_iter().flat_map(move |it| schema.at(it).items());
    several.chain(Some(schema.at("not")).filter(Place::is_map))
}

fn never(schema: Place<'_>) -> Option<(Place<'_>, String)> {
    let key = NEVER.iter().find(|it| {
        let value = schema.at(it);
        value.exists() && value.as_bool() != Some(false) && value.as_str() != Some("")
    })?;
    Some((schema.at(key), format!("`{key}` must not be in the schema of a custom kind")))
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;
    use crate::object::objects;

    /// Whether a definition with this schema for `spec` is taken to be refused.
    fn is_refused(spec: &str) -> bool {
        let text = format!(
            "{{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {{name: a.example.com}}, \
             spec: {{group: example.com, names: {{plural: a, kind: A}}, versions: [{{name: v1, served: true, \
             storage: true, schema: {{openAPIV3Schema: {{type: object, properties: {{spec: {spec}}}}}}}}}]}}}}"
        );
        let document = Document::parse_yaml(&text);
        objects(document.root()).any(|it| first_flaw(&it).is_some())
    }

    #[test]
    fn schemas_are_refused_as_the_server_refuses_them() {
        for good in [
            "{type: object}",
            "{type: object, additionalProperties: false}",
            "{type: object, properties: {a: {type: string}}, additionalProperties: true}",
            "{x-kubernetes-int-or-string: true, anyOf: [{type: integer}, {type: string}]}",
            "{x-kubernetes-preserve-unknown-fields: true}",
        ] {
            assert!(!is_refused(good), "{good}");
        }
        for bad in [
            "{}",
            "{type: array}",
            "{type: object, properties: {a: {description: x}}}",
            "{type: object, properties: {a: {type: string}}, additionalProperties: {type: string}}",
            "{type: object, additionalProperties: {}}",
            "{type: array, uniqueItems: true, items: {type: string}}",
            "{type: array, x-kubernetes-list-type: map, items: {type: object}}",
            "{type: object, x-kubernetes-list-type: set}",
            "{type: object, anyOf: [{type: object}]}",
            "{type: object, oneOf: [{properties: {a: {default: 1}}}]}",
            "{type: object, not: {description: x}}",
        ] {
            assert!(is_refused(bad), "{bad}");
        }
    }
}
