//! Texts as they may wait on a disk.

use std::borrow::Cow;

use harden_yaml::Syntax;

use super::{disguise, objects};
use crate::schema;
use crate::source::{Source, Text};

/// The text of a source as it may be written to a disk: with other values in Secrets, of which every rule
/// says the same. `None` where it must not be: objects of kinds that Kubernetes does not have may be
/// Secrets that are misspelt, nobody knows what a text is that cannot be read, and of other passwords than
/// those of Secrets rules would not say the same.
pub fn storable<'s>(source: &'s Source<'_>) -> Option<Cow<'s, str>> {
    let text = source.at(0);
    let mut values = Vec::new();
    for document in text.documents(Text::WHOLE) {
        if document.is_rejected() || document.syntax() != Syntax::Json {
            return None;
        }
        let is_secret = |it: &crate::object::Object<'_>| it.is("", "Secret");
        let objects: Vec<_> = text.objects(&document).collect();
        if objects.iter().any(schema::is_custom) {
            return None;
        }
        let mut found = objects::Found::default();
        objects.iter().filter(|it| is_secret(it)).for_each(|it| found.hide_secret(it.place));
        let others = objects.iter().filter(|it| !is_secret(it));
        others.for_each(|it| objects::read_below(it.place, &mut found));
        let is_secret_only = found.reasons.iter().all(|it| *it == super::Reason::Secret);
        let is_simple = found.spans.is_empty() && document.problems().is_empty();
        if !found.reasons.is_empty() && (!is_secret_only || !is_simple) {
            return None;
        }
        values.extend(found.values.iter().map(|it| (it.span(), disguise::of_json(*it))));
    }
    values.sort_by_key(|(span, _)| *span);
    Some(disguise::replace(&source.text, &values))
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
            .replace("\"c\"", "\"<->\"")
            .replace("aHVudGVyMg==", "ABABABABAB==")
            .replace("pä ss", "A!-BA")
            .replace("4711", "1111");
        assert_eq!(stored(text), Some(expected));
    }

    #[test]
    fn every_rule_says_the_same_of_what_stands_instead() {
        for data in [
            r#""data":{"a":"aGk=","b":"no base64!","c":"aGk","d":"","e":null,"f":7,"g":true}"#,
            r#""data":{"a":"\u0061Gk=","b":"a\nGk="},"stringData":{"a":1.5e3,"b":[1]}"#,
            r#""data":[],"stringData":"a","typo":"x","immutable":"yes""#,
            r#""data":{"a":"<blank>","b":"REPLACE_ME","c":"$(A)","d":"${A}","e":["YOUR_PASSWORD"],"f":"xxxx","g":"!!","h":"ab"}"#,
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
        // A key may be a value that got to where none belongs.
        let nested = r#"{"apiVersion":"v1","kind":"Secret","data":{"a":{"hunter2":"b"}}}"#;
        assert_eq!(stored(nested), None);
        assert_eq!(stored("apiVersion: v1\nkind: Pod\n"), None);
        let pod = r#"{"apiVersion":"v1","kind":"Pod","data":{"a":"b"}}"#;
        assert_eq!(stored(pod).as_deref(), Some(pod));
    }
}
