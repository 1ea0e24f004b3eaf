//! Texts without the values of Secrets, for places where these must not be.

use std::borrow::Cow;

use harden_yaml::{Place, Span};

use crate::object::Object;
use crate::schema;
use crate::source::{Source, Text};

/// Keys whose values are those of Secrets, however deep they are.
const KEYS: [&str; 3] = ["data", "stringData", "annotations"];

/// The text of a source, with an `x` for every character of what a Secret holds; lines and columns stay.
/// What is not known to be something else is taken for a Secret. `None` where that cannot be told, because
/// it cannot be read.
pub fn without_secrets<'s>(source: &'s Source<'_>) -> Option<Cow<'s, str>> {
    let text = source.at(0);
    let mut spans = Vec::new();
    for document in text.documents(Text::WHOLE) {
        if document.is_rejected() {
            return None;
        }
        for object in text.objects(&document).filter(may_be_secret) {
            collect(object.place, false, &mut spans);
        }
    }
    spans.sort();
    Some(blanked(&source.text, &spans))
}

/// Whether an object is a Secret, or of a kind that Kubernetes does not have: it may be misspelt.
fn may_be_secret(object: &Object<'_>) -> bool {
    schema::is_custom(object) || object.group.is_empty() && object.kind == "Secret"
}

fn collect(place: Place<'_>, is_secret: bool, spans: &mut Vec<Span>) {
    for (key, value) in place.entries() {
        collect(value, is_secret || KEYS.contains(&key), spans);
    }
    place.items().for_each(|it| collect(it, is_secret, spans));
    if is_secret && !place.is_map() && !place.is_list() && place.exists() {
        spans.push(place.span());
    }
}

/// A text with an `x` for every character of these spans, which are in order, but for quotes around them.
fn blanked<'s>(text: &'s str, spans: &[Span]) -> Cow<'s, str> {
    if spans.is_empty() {
        return text.into();
    }
    let mut result = String::with_capacity(text.len());
    let mut end = 0;
    for span in spans {
        let value = span.text(text);
        result.push_str(text.get(end..span.start as usize).unwrap_or_default());
        for (at, character) in value.char_indices() {
            let is_edge = at == 0 || at + 1 == value.len();
            let stays = character.is_whitespace() || is_edge && matches!(character, '"' | '\'');
            result.push(if stays { character } else { 'x' });
        }
        end = span.end as usize;
    }
    result.push_str(text.get(end..).unwrap_or_default());
    result.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> Option<String> {
        without_secrets(&Source::new("a", text)).map(Cow::into_owned)
    }

    #[test]
    fn what_a_secret_holds_is_blanked_and_nothing_moves() {
        let text = r#"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"a"},"stringData":{"é":"pä ss"}}"#;
        let blank = text.replace("pä ss", "xx xx");
        assert_eq!(without(text), Some(blank));
    }

    #[test]
    fn what_is_misspelt_may_be_a_secret_and_what_is_built_in_is_none() {
        let of = |kind: &str| format!("{{apiVersion: v1, kind: {kind}, data: {{a: b}}}}");
        for kind in ["Secret", "Secrets", "secret", "''"] {
            assert_eq!(without(&of(kind)), Some(of(kind).replace("a: b", "a: x")), "{kind}");
        }
        assert_eq!(without(&of("ConfigMap")), Some(of("ConfigMap")));
    }

    #[test]
    fn what_cannot_be_read_is_not_told() {
        assert_eq!(without("kind: Secret\ndata: [\n"), None);
    }
}
