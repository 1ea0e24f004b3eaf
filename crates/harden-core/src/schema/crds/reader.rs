//! Reads the schema of a custom kind.

use std::borrow::Cow;

use harden_yaml::Place;

use crate::schema::built_in::common;
use crate::schema::limit::Limit;
use crate::schema::table::{Field, Presence, Shape, Table, Versions};
use crate::schema::validation::{Format, Validation};

/// Schemas nested deeper than this are not read; the API server takes none that deep.
const DEEPEST: u8 = 100;

/// The fields of every object, which its schema cannot change.
const OF_OBJECTS: [&str; 3] = ["apiVersion", "kind", "metadata"];

/// Reads schemas into a table.
pub(super) struct Reader<'t>(pub(super) &'t mut Table);

impl Reader<'_> {
    /// The shape of a whole object. Its status is the server's own where it is a subresource.
    pub(super) fn root(&mut self, schema: Place<'_>, has_status: bool) -> Shape {
        if !schema.at("properties").is_map() {
            return Shape::Any;
        }
        let mut fields = self.properties(schema, DEEPEST);
        fields.retain(|it| !OF_OBJECTS.contains(&it.name.as_ref()));
        fields.extend(common(Shape::Metadata));
        if has_status && let Some(status) = fields.iter_mut().find(|it| it.name == "status") {
            status.shape = Shape::Any;
            status.presence = Presence::Optional;
        }
        let shape = self.described(fields, says(schema, PRESERVES));
        self.limited(shape, Validation::of_root(schema))
    }

    /// The shape of a value. Unknown fields of the items of a list are kept if the list keeps them.
    fn shape(&mut self, schema: Place<'_>, left: u8, is_kept: bool) -> Shape {
        let Some(left) = left.checked_sub(1) else { return Shape::Any };
        let shape = self.bare(schema, left, is_kept || says(schema, PRESERVES));
        self.limited(shape, Validation::of_field(schema))
    }

    fn bare(&mut self, schema: Place<'_>, left: u8, is_kept: bool) -> Shape {
        if says(schema, "x-kubernetes-int-or-string") {
            return Shape::LongOrString;
        }
        if says(schema, "x-kubernetes-embedded-resource") {
            let mut fields = self.properties(schema, left);
            fields.retain(|it| !OF_OBJECTS.contains(&it.name.as_ref()));
            fields.extend(common(Shape::Metadata).map(|it| match it.name.as_ref() {
                "metadata" => it,
                _ => Field { presence: Presence::Filled, ..it },
            }));
            return self.described(fields, is_kept);
        }
        match schema.at("type").as_str() {
            Some("string")
                if Format::takes_lists(schema.at("format").as_str().unwrap_or_default()) =>
            {
                Shape::Formatted
            }
            Some("string") => Shape::String,
            Some("boolean") => Shape::Bool,
            Some("integer") => Shape::Int64,
            Some("number") => Shape::Number,
            Some("array") => {
                let item = self.shape(schema.at("items"), left, is_kept);
                Shape::List(self.0.add_shape(item))
            }
            Some("object") => self.map(schema, left, is_kept),
            _ => Shape::Any,
        }
    }

    fn map(&mut self, schema: Place<'_>, left: u8, is_kept: bool) -> Shape {
        let values = schema.at("additionalProperties");
        if values.is_map() {
            let value = self.shape(values, left, false);
            return Shape::Map(self.0.add_shape(value));
        }
        if values.as_bool() == Some(true) || is_kept && schema.at("properties").is_empty() {
            return Shape::Object;
        }
        let fields = self.properties(schema, left);
        self.described(fields, is_kept)
    }

    fn properties(&mut self, schema: Place<'_>, left: u8) -> Vec<Field> {
        let is_required =
            |name: &str| schema.at("required").items().any(|it| it.as_str() == Some(name));
        let entries = schema.at("properties").entries();
        entries
            .map(|(name, property)| {
                // Defaults are written before anything is asked for.
                let is_asked_for = is_required(name) && !property.at("default").exists();
                let presence = match says(property, "nullable") {
                    _ if !is_asked_for => Presence::Optional,
                    true => Presence::Nullable,
                    false => Presence::Required,
                };
                Field {
                    name: Cow::Owned(name.to_owned()),
                    shape: self.shape(property, left, false),
                    presence,
                    versions: Versions::ALL,
                }
            })
            .collect()
    }

    fn described(&mut self, fields: Vec<Field>, is_kept: bool) -> Shape {
        let id = self.0.reserve_type("");
        self.0.describe(id, fields, is_kept);
        Shape::Struct(id)
    }

    fn limited(&mut self, shape: Shape, validation: Option<Validation>) -> Shape {
        match validation {
            Some(it) => self.0.add_limited(shape, Limit::Schema(Box::new(it))),
            None => shape,
        }
    }
}

const PRESERVES: &str = "x-kubernetes-preserve-unknown-fields";

fn says(schema: Place<'_>, key: &'static str) -> bool {
    schema.at(key).as_bool() == Some(true)
}
