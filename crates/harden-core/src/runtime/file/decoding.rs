//! Values of items, as yaml-cpp makes texts, numbers and booleans of them.

use std::borrow::Cow;
use std::collections::BTreeSet;

use harden_yaml::Place;

use crate::runtime::problem::{Code, Loaded, Problem};

/// The text of a scalar, whatever its type is; none of what is no scalar.
pub(in crate::runtime) fn scalar(place: Place<'_>) -> Option<Cow<'_, str>> {
    if place.is_map() || place.is_list() || place.is_null() || !place.exists() {
        return None;
    }
    Some(Cow::Borrowed(place.as_str().unwrap_or_else(|| place.source())))
}

#[allow(clippy::unnecessary_box_returns, reason = "it is large only where addresses are")]
pub(in crate::runtime) fn invalid(place: Place<'_>, words: impl Into<String>) -> Box<Problem<'_>> {
    Problem::boxed(Code::YamlValidate, place, words)
}

/// A value that has to be there.
pub(in crate::runtime) fn required<'d>(item: Place<'d>, key: &'static str) -> Loaded<'d, String> {
    match item.get(key) {
        None => Err(invalid(item, format!("Item has no mapping for key '{key}'"))),
        Some(value) => filled(item, key, value),
    }
}

/// A value that may be there; empty only if it is not.
pub(in crate::runtime) fn optional<'d>(
    item: Place<'d>,
    key: &'static str,
) -> Loaded<'d, Option<String>> {
    item.get(key).map(|it| filled(item, key, it)).transpose()
}

/// A value that may be there and may be empty.
pub(in crate::runtime) fn emptiable<'d>(item: Place<'d>, key: &'static str) -> Loaded<'d, String> {
    match item.get(key) {
        Some(value) if !value.is_null() && value.as_str() != Some("") => filled(item, key, value),
        _ => Ok(String::new()),
    }
}

pub(in crate::runtime) fn flag<'d>(item: Place<'d>, key: &'static str) -> Loaded<'d, Option<bool>> {
    let Some(text) = optional(item, key)? else { return Ok(None) };
    let (head, tail) = text.split_at_checked(1).unwrap_or((&text, ""));
    let is_even =
        tail == tail.to_lowercase() || head == head.to_uppercase() && tail == tail.to_uppercase();
    match text.to_lowercase().as_str() {
        "y" | "yes" | "true" | "on" if is_even => Ok(Some(true)),
        "n" | "no" | "false" | "off" if is_even => Ok(Some(false)),
        _ => Err(invalid(item.at(key), "Can't decode YAML scalar value")),
    }
}

pub(in crate::runtime) fn number<'d>(
    item: Place<'d>,
    key: &'static str,
) -> Loaded<'d, Option<u32>> {
    let Some(text) = optional(item, key)? else { return Ok(None) };
    let number = text.parse().ok();
    number.map(Some).ok_or_else(|| invalid(item.at(key), "Can't decode YAML scalar value"))
}

/// A list of scalars.
pub(in crate::runtime) fn texts<'d>(place: Place<'d>) -> Loaded<'d, Vec<String>> {
    if !place.is_list() {
        return Err(invalid(place, "Value is not a sequence"));
    }
    let text = |it: Place<'d>| {
        let text = scalar(it).map(Cow::into_owned);
        text.ok_or_else(|| invalid(it, "sequence value is not scalar"))
    };
    place.items().map(text).collect()
}

pub(in crate::runtime) fn tags(item: Place<'_>) -> Loaded<'_, BTreeSet<String>> {
    let tags = item.get("tags").map(texts).transpose()?;
    Ok(tags.unwrap_or_default().into_iter().collect())
}

fn filled<'d>(item: Place<'d>, key: &'static str, value: Place<'d>) -> Loaded<'d, String> {
    if value.is_null() {
        return Err(invalid(item.at(key), format!("Mapping for key '{key}' is empty")));
    }
    match scalar(value) {
        None => Err(invalid(value, "Value is not a scalar value")),
        Some(text) if text.is_empty() => Err(invalid(value, "Value must be non-empty")),
        Some(text) => Ok(text.into_owned()),
    }
}
