//! How types and values are called in messages.

use harden_yaml::{Kind, Place};

use super::table::Shape;

/// What a value must be.
pub(super) fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::Any | Shape::Limited(_) => "anything",
        Shape::Object | Shape::Struct(_) | Shape::Map(_) | Shape::Metadata => "a map",
        Shape::String | Shape::Formatted => "a string",
        Shape::Bool => "a boolean",
        Shape::Int32 => "a 32-bit integer",
        Shape::Int64 => "an integer",
        Shape::Number => "a number",
        Shape::Bytes => "base64",
        Shape::Quantity => "a quantity such as 500m or 1Gi",
        Shape::IntOrString | Shape::LongOrString => "an integer or a string",
        Shape::Time => "a time such as 2024-01-31T12:00:00Z",
        Shape::MicroTime => "a time such as 2024-01-31T12:00:00.000000Z",
        Shape::List(_) => "a list",
    }
}

/// What a value is; never its text, which may be a secret.
pub(super) fn found(shape: Shape, place: Place<'_>) -> &'static str {
    match (shape, place.kind()) {
        (Shape::Bytes, Kind::String) => "plain text",
        (Shape::Quantity, Kind::String) => "no quantity",
        (Shape::Time | Shape::MicroTime, Kind::String) => "no such time",
        (Shape::Int32 | Shape::Int64 | Shape::IntOrString | Shape::LongOrString, Kind::Int) => {
            "out of range"
        }
        (_, Kind::Missing | Kind::Null) => "nothing",
        (_, Kind::Bool) => "a boolean",
        (_, Kind::Int) => "an integer",
        (_, Kind::Float) => "a fraction",
        (_, Kind::String) => "a string",
        (_, Kind::List) => "a list",
        (_, Kind::Map) => "a map",
    }
}

/// The name of a Go type without the number that tells it from others of the same name.
pub(super) fn type_name(name: &str) -> &str {
    name.trim_end_matches(|it: char| it.is_ascii_digit())
}
