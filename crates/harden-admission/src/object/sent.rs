//! What of a manifest is sent to an API server, and what only looks like it.

use harden_core::kubernetes::MinorVersion;
use harden_core::object;
use harden_core::schema::{self, Crds};
use harden_yaml::Place;

use super::Object;
use crate::policies::metadata_flaw;

impl Object {
    /// An object as it is sent to an API server; none where none is: what is no object, and what a program reads.
    ///
    /// # Errors
    ///
    /// A sentence where it looks like an object, and nobody can be asked about it.
    pub fn sent(object: &object::Object<'_>) -> Result<Option<Self>, String> {
        if !object.is_complete() {
            return lack(object).map_or(Ok(None), Err);
        }
        if object.program().is_some() {
            return Ok(None);
        }
        match Self::written(object) {
            Some(it) => Ok(Some(it)),
            None => Err(format!(
                "{} is nested more deeply than any object of the API, so it was not read",
                object.reference()
            )),
        }
    }

    /// Why an API server cannot decode an object that is [`sent`](Self::sent), so that no policy is ever asked
    /// about it.
    pub fn undecodable(
        &self,
        object: &object::Object<'_>,
        version: MinorVersion,
    ) -> Option<String> {
        let flaws = schema::check(object, version, &Crds::default());
        let flaw = flaws.iter().find(|it| !schema::can_decode(std::slice::from_ref(*it)));
        let of_kind = flaw.map(|it| (it.place.path(), it.message.clone()));
        let (path, message) = of_kind.or_else(|| metadata_flaw(self))?;
        let what = object.reference();
        Some(format!("the API server cannot decode {what}: {path}: {message}"))
    }
}

/// Why something that looks like an object is none.
fn lack(object: &object::Object<'_>) -> Option<String> {
    let place = object.place;
    if place.items().any(says) {
        return Some("a list of objects that is no List was not judged".to_owned());
    }
    if !says(place) {
        return None;
    }
    let missing = if object.kind.is_empty() { "kind" } else { "apiVersion" };
    let what = if object.kind.is_empty() { "an object" } else { object.kind };
    let is_there = place.at(missing).exists() && !place.at(missing).is_null();
    Some(match (is_there, object.kind) {
        (true, _) => format!("{what} whose {missing} is no text was not judged"),
        (false, "") => format!("an object without {missing} was not judged"),
        (false, kind) => format!("a {kind} without {missing} was not judged"),
    })
}

/// Whether something says, in whatever way, which kind of object it is.
fn says(place: Place<'_>) -> bool {
    place.is_map() && (place.at("apiVersion").exists() || place.at("kind").exists())
}

#[cfg(test)]
mod tests {
    use harden_core::object::objects;
    use harden_yaml::Document;

    use super::*;

    fn sent(text: &str) -> Result<bool, String> {
        let document = Document::parse_yaml(text);
        let object = objects(document.root()).next().unwrap();
        Object::sent(&object).map(|it| it.is_some())
    }

    #[test]
    fn what_looks_like_an_object_and_is_none_is_told() {
        let told = |text: &str| sent(text).unwrap_err();
        assert_eq!(
            told("{apiVersion: 5, kind: [a]}"),
            "an object whose kind is no text was not judged"
        );
        assert_eq!(
            told("{apiVersion: {}, kind: Pod}"),
            "Pod whose apiVersion is no text was not judged"
        );
        assert_eq!(told("{kind: Pod}"), "a Pod without apiVersion was not judged");
        assert_eq!(told("{apiVersion: v1, kind: null}"), "an object without kind was not judged");
        assert_eq!(
            told("[{apiVersion: v1, kind: Pod}]"),
            "a list of objects that is no List was not judged"
        );
        let deep = format!("{}1{}", "{a: ".repeat(300), "}".repeat(300));
        let deep = format!("{{apiVersion: a/v1, kind: A, metadata: {{name: b}}, spec: {deep}}}");
        assert_eq!(
            told(&deep),
            "A b is nested more deeply than any object of the API, so it was not read"
        );
    }

    #[test]
    fn values_of_charts_and_files_of_programs_are_sent_to_nobody() {
        for text in ["replicas: 1", "hello", "[1, {a: b}]", "{apiVersion: v1, kind: Config}"] {
            assert_eq!(sent(text), Ok(false), "{text}");
        }
        assert_eq!(sent("{apiVersion: v1, kind: Pod}"), Ok(true));
    }

    #[test]
    fn metadata_of_another_type_is_decoded_by_nobody() {
        let why = |text: &str| {
            let document = Document::parse_yaml(text);
            let object = objects(document.root()).next().unwrap();
            Object::written(&object).unwrap().undecodable(&object, MinorVersion::NEWEST_KNOWN)
        };
        for metadata in ["[]", "a", "{name: 5}", "{name: a, labels: {b: true}}", "{namespace: []}"]
        {
            for kind in ["{apiVersion: v1, kind: ConfigMap", "{apiVersion: a.example/v1, kind: A"] {
                let told = why(&format!("{kind}, metadata: {metadata}}}"));
                assert!(told.is_some_and(|it| it.contains("metadata")), "{kind} {metadata}");
            }
        }
        for metadata in ["null", "{}", "{name: a, labels: null, annotations: {b: null}}"] {
            assert_eq!(
                why(&format!("{{apiVersion: a.example/v1, kind: A, metadata: {metadata}}}")),
                None
            );
        }
    }
}
