//! What a value of an object is made of, as far as merging goes.

use serde_json::Value as Json;

use super::table::{self, Fields};
use crate::{Cluster, Object};

/// The shape of a value.
#[derive(Debug, Clone)]
pub(super) struct Shape<'s> {
    pub(super) kind: Kind<'s>,
    /// Whether a map is replaced as a whole.
    pub(super) is_atomic: bool,
}

#[derive(Debug, Clone)]
pub(super) enum Kind<'s> {
    /// Anything; maps within are merged, and lists are replaced.
    Any,
    Text,
    Number,
    Bool,
    /// A map with these fields.
    Fields(Named<'s>),
    /// A map of any keys.
    Map(Box<Shape<'s>>),
    List(Box<Shape<'s>>, Items<'s>),
}

/// Fields that have names.
#[derive(Debug, Clone)]
pub(super) enum Named<'s> {
    BuiltIn(Fields),
    /// A schema of a definition; whether it is that of a whole object.
    Custom(&'s Json, bool),
    /// The metadata of an object of which nothing else is known.
    MetadataAlone,
}

/// How the items of a list are told from each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Items<'s> {
    /// Not at all: the list is replaced.
    Whole,
    /// By what they are.
    Set,
    /// By these fields, and what these are where they are not given.
    By(Vec<(&'s str, Option<&'s str>)>),
}

/// The shape of an object; `None` where its kind is not known.
pub(super) fn of<'s>(object: &Object, cluster: &'s Cluster) -> Option<Shape<'s>> {
    if let Some(fields) = table::of(object.group(), object.version(), object.kind()) {
        return Some(Shape::new(Kind::Fields(Named::BuiltIn(fields))));
    }
    let resource = cluster.resource(object.group(), object.kind());
    let name = format!("{}.{}", resource.name, object.group());
    let definition = cluster.get("apiextensions.k8s.io", "CustomResourceDefinition", "", &name)?;
    let versions = definition.at("/spec/versions").and_then(Json::as_array)?;
    let is_own = |it: &&Json| it.get("name").and_then(Json::as_str) == Some(object.version());
    let schema = versions.iter().find(is_own)?.pointer("/schema/openAPIV3Schema")?;
    Some(Shape::new(Kind::Fields(Named::Custom(schema, true))))
}

impl<'s> Shape<'s> {
    pub(super) fn new(kind: Kind<'s>) -> Self {
        Self { kind, is_atomic: false }
    }

    pub(super) fn any() -> Self {
        Self::new(Kind::Any)
    }

    pub(super) fn of_metadata_alone() -> Self {
        Self::new(Kind::Fields(Named::MetadataAlone))
    }

    /// The shape of a field; anything where there is no such field.
    pub(super) fn field(&self, name: &str) -> Self {
        match &self.kind {
            Kind::Fields(named) => named.field(name).unwrap_or_else(Self::any),
            Kind::Map(of) => (**of).clone(),
            _ => Self::any(),
        }
    }

    fn of_schema(schema: &'s Json) -> Self {
        let text = |key: &str| schema.get(key).and_then(Json::as_str);
        let says = |key: &str| schema.get(key).and_then(Json::as_bool) == Some(true);
        if says("x-kubernetes-int-or-string") {
            return Self::any();
        }
        let kind = match text("type") {
            Some("string") => Kind::Text,
            Some("integer" | "number") => Kind::Number,
            Some("boolean") => Kind::Bool,
            Some("array") => {
                let of = schema.get("items").map_or_else(Self::any, Self::of_schema);
                let keys = schema.get("x-kubernetes-list-map-keys").and_then(Json::as_array);
                let items = match text("x-kubernetes-list-type") {
                    Some("set") => Items::Set,
                    Some("map") => {
                        let default = |key: &str| {
                            schema.pointer(&format!("/items/properties/{key}/default"))?.as_str()
                        };
                        let keys = keys.into_iter().flatten().filter_map(Json::as_str);
                        Items::By(keys.map(|key| (key, default(key))).collect())
                    }
                    _ => Items::Whole,
                };
                Kind::List(Box::new(of), items)
            }
            Some("object") if schema.get("properties").is_some() => {
                Kind::Fields(Named::Custom(schema, says("x-kubernetes-embedded-resource")))
            }
            Some("object") => match schema.get("additionalProperties") {
                Some(of @ Json::Object(_)) => Kind::Map(Box::new(Self::of_schema(of))),
                _ => Kind::Any,
            },
            _ => Kind::Any,
        };
        Self { kind, is_atomic: text("x-kubernetes-map-type") == Some("atomic") }
    }
}

impl<'s> Named<'s> {
    /// The shape of a field; `None` where there is none of this name.
    pub(super) fn field(&self, name: &str) -> Option<Shape<'s>> {
        match self {
            Self::BuiltIn(fields) => fields.field(name),
            Self::MetadataAlone => Some(match name {
                "metadata" => metadata(),
                _ => Shape::any(),
            }),
            Self::Custom(schema, is_object) => {
                match name {
                    "metadata" if *is_object => return Some(metadata()),
                    "apiVersion" | "kind" if *is_object => return Some(Shape::new(Kind::Text)),
                    _ => {}
                }
                let named = schema.get("properties").and_then(|it| it.get(name));
                let keeps = "x-kubernetes-preserve-unknown-fields";
                named.map(Shape::of_schema).or_else(|| {
                    (schema.get(keeps).and_then(Json::as_bool) == Some(true)).then(Shape::any)
                })
            }
        }
    }
}

fn metadata<'s>() -> Shape<'s> {
    table::metadata().map_or_else(Shape::any, |it| Shape::new(Kind::Fields(Named::BuiltIn(it))))
}
