//! Texts without the values of Secrets, for places where these must not be.

use std::borrow::Cow;

use harden_yaml::{Kind, Place, Span, Syntax};

use crate::object::Object;
use crate::schema;
use crate::source::{Source, Text};

/// What a Secret says openly; everything else in it may be its value, or a value in the wrong place.
const OPEN: [&str; 4] = ["apiVersion", "kind", "type", "immutable"];

/// What the metadata of a Secret says openly.
const OPEN_METADATA: [&str; 4] = ["name", "generateName", "namespace", "labels"];

/// What the annotations begin with that are ours; others may hold the whole Secret.
const OURS: &str = "harden.kubectl.io/";

/// The text of a source as it may be written to a disk: with other values in Secrets, of which every rule
/// says the same. `None` where it must not be: objects of kinds that Kubernetes does not have may be
/// Secrets that are misspelt, and nobody knows what a text is that cannot be read.
pub fn storable<'s>(source: &'s Source<'_>) -> Option<Cow<'s, str>> {
    let text = source.at(0);
    let mut values = Vec::new();
    for document in text.documents(Text::WHOLE) {
        if document.is_rejected() || document.syntax() != Syntax::Json {
            return None;
        }
        for object in text.objects(&document) {
            if schema::is_custom(&object) {
                return None;
            }
            if object.group.is_empty() && object.kind == "Secret" {
                collect_secret(&object, &mut values);
            }
        }
    }
    values.sort_by_key(|(span, _)| *span);
    Some(replaced(&source.text, &values))
}

fn collect_secret(secret: &Object<'_>, values: &mut Vec<(Span, String)>) {
    for (key, value) in secret.place.entries().filter(|(key, _)| !OPEN.contains(key)) {
        if key != "metadata" {
            collect(value, values);
            continue;
        }
        for (key, value) in value.entries().filter(|(key, _)| !OPEN_METADATA.contains(key)) {
            if key == "annotations" {
                let others = value.entries().filter(|(key, _)| !key.starts_with(OURS));
                others.for_each(|(_, it)| collect(it, values));
            } else {
                collect(value, values);
            }
        }
    }
}

/// Adds what stands in place of every value here and below.
fn collect(place: Place<'_>, values: &mut Vec<(Span, String)>) {
    place.entries().for_each(|(_, it)| collect(it, values));
    place.items().for_each(|it| collect(it, values));
    match place.kind() {
        Kind::String => values.push((place.span(), format!("\"{}\"", disguised(place.as_str())))),
        Kind::Int | Kind::Float => {
            let digits = place.source().replace(|it: char| it.is_ascii_digit(), "1");
            values.push((place.span(), digits));
        }
        _ => {}
    }
}

/// A string of the same length, as JSON writes it, that is base64 if and only if this is.
fn disguised(value: Option<&str>) -> String {
    let disguise = |character| match character {
        'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' => "A",
        '=' => "=",
        // Go passes over these.
        '\n' => "\\n",
        '\r' => "\\r",
        _ => "-",
    };
    value.unwrap_or_default().chars().map(disguise).collect()
}

/// A text with other values at these places, which are in order.
fn replaced<'s>(text: &'s str, values: &[(Span, String)]) -> Cow<'s, str> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Settings, check};
    use crate::rules;

    fn stored(text: &str) -> Option<String> {
        storable(&Source::new("a", text)).map(Cow::into_owned)
    }

    #[test]
    fn what_a_secret_holds_is_replaced_and_the_rest_stays() {
        let text = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a","annotations":{"b":"c","harden.kubectl.io/ignore.x":"why"}},"type":"Opaque","data":{"k":"aHVudGVyMg=="},"stringdata":{"p":"pä ss"},"stringData":{"n":4711}}"#;
        let expected = text
            .replace("\"c\"", "\"A\"")
            .replace("aHVudGVyMg==", "AAAAAAAAAA==")
            .replace("pä ss", "A--AA")
            .replace("4711", "1111");
        assert_eq!(stored(text), Some(expected));
    }

    #[test]
    fn every_rule_says_the_same_of_what_stands_instead() {
        for data in [
            r#""data":{"a":"aGk=","b":"no base64!","c":"aGk","d":"","e":null,"f":7,"g":true}"#,
            r#""data":{"a":"\u0061Gk=","b":"a\nGk="},"stringData":{"a":1.5e3,"b":[1],"c":{"d":"e"}}"#,
            r#""data":[],"stringData":"a","typo":"x","immutable":"yes""#,
        ] {
            let text = format!(
                r#"{{"apiVersion":"v1","kind":"Secret","metadata":{{"name":"a","labels":{{"a":1}}}},{data}}}"#
            );
            let found = |text: &str| {
                let outcome = check(Settings::new(rules::all()), [text.to_owned()]);
                let findings = outcome.findings.into_iter();
                findings.map(|it| (it.about, it.message, it.object)).collect::<Vec<_>>()
            };
            let stored = stored(&text).unwrap_or_default();
            assert_ne!(stored, text);
            assert_eq!(found(&stored), found(&text), "{text}\n{stored}");
        }
    }

    #[test]
    fn what_may_be_a_secret_without_saying_so_is_not_stored() {
        for kind in ["Secrets", "secret", "", "EncryptionConfiguration"] {
            assert_eq!(
                stored(&format!(r#"{{"apiVersion":"v1","kind":"{kind}"}}"#)),
                None,
                "{kind}"
            );
        }
        assert_eq!(stored(r#"{"kind": "Secret", "data": {"#), None);
        assert_eq!(stored("apiVersion: v1\nkind: Pod\n"), None);
        let pod = r#"{"apiVersion":"v1","kind":"Pod","data":{"a":"b"}}"#;
        assert_eq!(stored(pod).as_deref(), Some(pod));
    }
}
