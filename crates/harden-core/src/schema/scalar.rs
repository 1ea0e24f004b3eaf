//! What Go's decoder takes for a scalar.

use harden_yaml::{Action, Kind, Place};

use super::table::Shape;
use super::time;
use crate::kubernetes::Quantity;
use crate::object;

/// Whether a scalar can be decoded; shapes that are no scalars always can.
pub(super) fn fits(shape: Shape, place: Place<'_>) -> bool {
    let kind = place.kind();
    let in_range = |low: i64, high: i64| {
        kind == Kind::Int && place.as_i64().is_some_and(|it| (low..=high).contains(&it))
    };
    match shape {
        Shape::String => kind == Kind::String,
        Shape::Formatted => {
            kind == Kind::String || kind == Kind::List && place.items().all(|it| !has_fields(it))
        }
        Shape::Bool => kind == Kind::Bool,
        Shape::Int32 => in_range(i32::MIN.into(), i32::MAX.into()),
        Shape::Int64 => in_range(i64::MIN, i64::MAX),
        Shape::Number => matches!(kind, Kind::Int | Kind::Float),
        // To Go a list of numbers is bytes, too.
        Shape::Bytes => match place.as_str() {
            Some(text) => is_base64(text),
            None => {
                place.is_list()
                    && place.items().all(|it| matches!(it.as_i64(), Some(0..=255)) || it.is_null())
            }
        },
        Shape::Quantity => match place.as_str() {
            Some(text) => Quantity::amount(text.trim()).is_some(),
            None => matches!(kind, Kind::Int | Kind::Float),
        },
        Shape::IntOrString => kind == Kind::String || in_range(i32::MIN.into(), i32::MAX.into()),
        Shape::LongOrString => kind == Kind::String || in_range(i64::MIN, i64::MAX),
        Shape::Time => place.as_str().is_some_and(time::is_rfc3339),
        Shape::MicroTime => place.as_str().is_some_and(time::is_rfc3339_micro),
        Shape::Any
        | Shape::Limited(_)
        | Shape::Object
        | Shape::Struct(_)
        | Shape::List(_)
        | Shape::Map(_)
        | Shape::Metadata => true,
    }
}

/// Whether a quantity has a suffix or a sign alone.
pub(super) fn is_without_number(place: Place<'_>) -> bool {
    let written = place.as_str().and_then(|it| it.trim().parse::<Quantity>().ok());
    written.is_some_and(|it| !it.has_digits())
}

/// Whether there are fields in a value, of which none can be known.
fn has_fields(place: Place<'_>) -> bool {
    place.is_map() || place.items().any(has_fields)
}

/// Whether a program or somebody will put something else here, or in the one item of a list: brackets make a list
/// of a blank.
pub(super) fn is_placeholder(place: Place<'_>) -> bool {
    has_text(place, object::is_placeholder)
}

/// Whether a program will put something else here.
pub(super) fn is_template(place: Place<'_>) -> bool {
    place.as_str().is_some_and(|text| text.contains("{{") || text.contains("${"))
}

/// Whether somebody is to fill in a value in base64.
pub(super) fn is_blank(place: Place<'_>) -> bool {
    has_text(place, |text| {
        object::is_blank(text)
            || object::is_variable(text)
            || text.starts_with("$(") && text.ends_with(')')
    })
}

/// Whether there is such a text, by itself or as the one item of a list.
fn has_text(place: Place<'_>, is_such: impl Fn(&str) -> bool) -> bool {
    let is_such = |it: Place<'_>| it.as_str().is_some_and(&is_such);
    is_such(place) || place.is_list() && place.len() == 1 && place.items().all(is_such)
}

/// What would write the value that was meant, where there can be no doubt.
pub(super) fn meant(shape: Shape, place: Place<'_>) -> Option<Action> {
    match (shape, place.kind()) {
        (Shape::String | Shape::Formatted, Kind::Bool | Kind::Int | Kind::Float) => {
            Some(Action::set(place.source()))
        }
        (Shape::Int32 | Shape::Int64, Kind::String) => {
            place.as_str()?.parse::<i64>().ok().map(Action::set)
        }
        (Shape::Bool, Kind::String) => place.as_str()?.parse::<bool>().ok().map(Action::set),
        _ => None,
    }
}

/// Standard base64 with padding, lines broken at will.
fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches(['\r', '\n', '=']);
    let padding = text.bytes().filter(|it| *it == b'=').count();
    let mut digits = 0_usize;
    for byte in body.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => digits += 1,
            b'\r' | b'\n' => {}
            _ => return false,
        }
    }
    (digits + padding).is_multiple_of(4) && padding <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_what_go_decodes() {
        for good in ["", "YQ==", "YWI=", "YWJj", "YW\nJj\n", "+/+/", "YR=="] {
            assert!(is_base64(good), "{good}");
        }
        for bad in ["a", "YQ", "YQ=", "YQ===", "Y=Q=", "hunter2!", "YWJj YWJj", "_-_-", "===="] {
            assert!(!is_base64(bad), "{bad}");
        }
    }
}
