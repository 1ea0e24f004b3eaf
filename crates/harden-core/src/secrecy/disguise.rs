//! Other values in place of those that may be secret.

use std::borrow::Cow;
use std::cmp::Reverse;

use harden_yaml::{Kind, Place, Span};

use crate::object::{is_blank, is_variable};

/// A text with other values at these places, which are in order and do not overlap.
pub(super) fn replace<'s>(text: &'s str, values: &[(Span, String)]) -> Cow<'s, str> {
    if values.is_empty() {
        return text.into();
    }
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    for (span, value) in values {
        result.push_str(text.get(end..span.start as usize).unwrap_or_default());
        result.push_str(value);
        end = span.end as usize;
    }
    result.push_str(text.get(end..).unwrap_or_default());
    result.into()
}

/// A text with other values at these places; of those that overlap, the widest counts.
pub(super) fn replace_widest(text: &str, mut values: Vec<(Span, String)>) -> String {
    values.sort_by_key(|(span, _)| (span.start, Reverse(span.end)));
    let mut end = 0;
    values.retain(|(span, _)| {
        let is_next = span.start >= end && !span.is_empty();
        end = if is_next { span.end } else { end };
        is_next
    });
    replace(text, &values).into_owned()
}

/// What stands in place of a value in JSON: of the same type, base64 if and only if it is, and a blank if and
/// only if it is.
pub(super) fn of_json(place: Place<'_>) -> String {
    match place.kind() {
        Kind::String => format!("\"{}\"", of_string(place.as_str().unwrap_or_default())),
        Kind::Int | Kind::Float => place.source().replace(|it: char| it.is_ascii_digit(), "1"),
        _ => place.source().to_owned(),
    }
}

fn of_string(value: &str) -> String {
    if value.contains("{{") || value.contains("${") {
        "${-}".to_owned()
    } else if is_blank(value)
        || is_variable(value)
        || value.starts_with("$(") && value.ends_with(')')
    {
        let is_base64 = harden_yaml::decode_base64(value).is_some();
        if is_base64 { "xxxx" } else { "<->" }.to_owned()
    } else {
        value.chars().enumerate().map(|(at, it)| letter(at, it)).collect()
    }
}

/// What stands in place of a text without its quotes: as long, with the same lines, and read as the same type.
pub(super) fn of_text(text: &str) -> String {
    const OPEN: [&str; 10] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n", "~"];
    if OPEN.iter().any(|it| text.eq_ignore_ascii_case(it)) {
        return text.to_owned();
    }
    let is_number = text.bytes().all(|it| it.is_ascii_digit() || b"+-._eE".contains(&it));
    let digit = if is_number { '1' } else { 'A' };
    let mut is_first = true;
    let disguise = |character: char| match character {
        _ if character.is_whitespace() => character,
        '0'..='9' => digit,
        'A'..='Z' | 'a'..='z' | '+' | '/' if !is_number => 'A',
        '=' => '=',
        _ if is_number => character,
        // At the beginning it would open a list.
        _ if std::mem::take(&mut is_first) => 'A',
        _ => '-',
    };
    text.chars().map(disguise).collect()
}

/// A character of a string as JSON writes it. Twice the same would make a blank of it.
fn letter(at: usize, character: char) -> &'static str {
    match character {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' => {
            if at.is_multiple_of(2) {
                "A"
            } else {
                "B"
            }
        }
        '=' => "=",
        // Go passes over these.
        '\n' => "\\n",
        '\r' => "\\r",
        _ if at.is_multiple_of(2) => "-",
        _ => "!",
    }
}
