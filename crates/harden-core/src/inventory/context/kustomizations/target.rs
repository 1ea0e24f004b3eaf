//! Which objects a kustomization changes.

use harden_yaml::Place;
use regex_lite::Regex;

use crate::object::Object;

/// Which objects are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    /// Whether the words are names, and not expressions that match names.
    is_exact: bool,
    group: Option<Box<str>>,
    kind: Option<Box<str>>,
    name: Option<Box<str>>,
    namespace: Option<Box<str>>,
    labels: Option<Box<str>>,
    annotations: Option<Box<str>>,
    /// Those that are not meant although all else fits.
    rejects: Vec<Target>,
}

impl Target {
    /// Every object.
    pub(super) fn all() -> Self {
        Self::default()
    }

    /// That which a patch names.
    pub(super) fn of(object: &Object<'_>) -> Self {
        Self {
            is_exact: true,
            group: Some(object.group.into()),
            kind: Some(object.kind.into()),
            name: Some(object.name().into()),
            namespace: object.namespace().map(Into::into),
            ..Self::default()
        }
    }

    /// The target of a patch, or what a replacement selects, as it is written.
    pub(super) fn read(place: Place<'_>) -> Self {
        let word = |key| place.at(key).as_str().filter(|it| !it.is_empty()).map(Into::into);
        Self {
            is_exact: false,
            group: word("group"),
            kind: word("kind"),
            name: word("name"),
            namespace: word("namespace"),
            labels: word("labelSelector"),
            annotations: word("annotationSelector"),
            rejects: Vec::new(),
        }
    }

    /// The same but for these.
    pub(super) fn without(self, rejects: Vec<Self>) -> Self {
        Self { rejects, ..self }
    }

    /// Whether an object is meant, which has had these names until then.
    pub(super) fn is(&self, object: &Object<'_>, names: &[String]) -> bool {
        let is = |wanted: &Option<Box<str>>, word: &str| {
            wanted.as_deref().is_none_or(|wanted| self.is_word(wanted, word))
        };
        let metadata = object.place.at("metadata");
        let have = |wanted: &Option<Box<str>>, key| {
            wanted.as_deref().is_none_or(|it| selects(it, metadata.at(key)))
        };
        is(&self.group, object.group)
            && is(&self.kind, object.kind)
            && (is(&self.name, object.name()) || names.iter().any(|it| is(&self.name, it)))
            // Whatever is not written may be said by a kustomization.
            && object.namespace().is_none_or(|it| is(&self.namespace, it))
            && have(&self.labels, "labels")
            && have(&self.annotations, "annotations")
            && !self.rejects.iter().any(|it| it.is(object, names))
    }

    /// Whether a word is the one that is wanted, or matches the expression as a whole.
    fn is_word(&self, wanted: &str, word: &str) -> bool {
        let matches = || Regex::new(&format!("^(?:{wanted})$")).is_ok_and(|it| it.is_match(word));
        wanted == word || !self.is_exact && matches()
    }
}

/// Whether labels or annotations meet a selector as kubectl writes it. What is not understood selects nothing.
fn selects(selector: &str, labels: Place<'_>) -> bool {
    selector.split(',').all(|term| {
        let term = term.trim();
        let value = |key: &str| labels.get(key.trim()).and_then(|it| it.as_str());
        if let Some((key, wanted)) = term.split_once("!=") {
            value(key) != Some(wanted.trim())
        } else if let Some((key, wanted)) = term.split_once('=') {
            value(key) == Some(wanted.trim_start_matches('=').trim())
        } else if let Some(key) = term.strip_prefix('!') {
            value(key).is_none()
        } else {
            !term.contains(char::is_whitespace) && value(term).is_some()
        }
    })
}
