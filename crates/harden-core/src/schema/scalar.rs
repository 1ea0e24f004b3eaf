//! What Go's decoder takes for a scalar.

use harden_yaml::{Kind, Place, decode_base64};

use super::table::Shape;
use crate::finding::{Change, Setting};
use crate::kubernetes::Quantity;

/// Whether a scalar can be decoded; shapes that are no scalars always can.
pub(super) fn fits(shape: Shape, place: Place<'_>) -> bool {
    let kind = place.kind();
    let in_range = |low: i64, high: i64| {
        kind == Kind::Int && place.as_i64().is_some_and(|it| (low..=high).contains(&it))
    };
    match shape {
        Shape::String => kind == Kind::String,
        Shape::Bool => kind == Kind::Bool,
        Shape::Int32 => in_range(i32::MIN.into(), i32::MAX.into()),
        Shape::Int64 => in_range(i64::MIN, i64::MAX),
        Shape::Number => matches!(kind, Kind::Int | Kind::Float),
        // To Go a list of numbers is bytes, too.
        Shape::Bytes => match place.as_str() {
            Some(text) => decode_base64(text).is_some(),
            None => {
                place.is_list()
                    && place.items().all(|it| matches!(it.as_i64(), Some(0..=255)) || it.is_null())
            }
        },
        Shape::Quantity => match place.as_str() {
            Some(text) => text.trim().parse::<Quantity>().is_ok(),
            None => matches!(kind, Kind::Int | Kind::Float),
        },
        Shape::IntOrString => kind == Kind::String || in_range(i32::MIN.into(), i32::MAX.into()),
        Shape::Any
        | Shape::Object
        | Shape::Struct(_)
        | Shape::List(_)
        | Shape::Map(_)
        | Shape::Metadata => true,
    }
}

/// Whether a program will put something else here before the API server sees it: Helm, Flux's
/// variables or OpenShift's templates.
pub(super) fn is_placeholder(place: Place<'_>) -> bool {
    place.as_str().is_some_and(|text| text.contains("{{") || text.contains("${"))
}

/// The value that was meant, where there can be no doubt.
pub(super) fn meant(shape: Shape, place: Place<'_>) -> Change {
    let text = place.as_str();
    let set = |value: Option<Setting>| value.map_or(Change::Decide, Change::Set);
    match (shape, place.kind()) {
        (Shape::String, Kind::Bool | Kind::Int | Kind::Float) => Change::Set(place.source().into()),
        (Shape::Int32 | Shape::Int64, Kind::String) => {
            set(text.and_then(|it| it.parse::<i64>().ok()).map(Setting::from))
        }
        (Shape::Bool, Kind::String) => {
            set(text.and_then(|it| it.parse::<bool>().ok()).map(Setting::from))
        }
        _ => Change::Decide,
    }
}
