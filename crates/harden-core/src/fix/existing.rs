//! The objects of an input by their names, looked for when somebody wants to make one more.

use std::sync::OnceLock;

use harden_yaml::Document;
use rustc_hash::FxHashSet;

use super::demands::{ByNamespace, Demands, demands};
use crate::check::Outcome;
use crate::manifest::Manifest;
use crate::object::objects;

/// Group, kind, namespace and name.
type Name = (String, String, String, String);

/// The objects of an input by their names.
#[derive(Debug, Default)]
pub struct Existing<'t> {
    texts: Vec<&'t str>,
    names: OnceLock<FxHashSet<Name>>,
    demands: OnceLock<Vec<ByNamespace>>,
}

impl<'t> Existing<'t> {
    /// Those in these texts, which are read at the first question.
    pub fn of(texts: impl IntoIterator<Item = &'t str>) -> Self {
        Self { texts: texts.into_iter().collect(), ..Self::default() }
    }

    /// Those of a check, as far as its texts are at hand.
    pub fn in_outcome(outcome: &'t Outcome<'_>) -> Self {
        Self::of(outcome.sources.iter().filter_map(|it| it.text.as_deref()))
    }

    /// Whether there is an object of the kind and name of one that is to be made.
    pub(super) fn has(&self, wanted: &Manifest) -> bool {
        let names = self.names.get_or_init(|| self.read());
        let namespace = wanted.namespace.clone().unwrap_or_default();
        let kind = wanted.kind;
        let (group, kind) = (kind.group.to_owned(), kind.kind.to_owned());
        names.contains(&(group, kind, namespace, wanted.name.clone()))
    }

    /// What the objects of a namespace take; of one of the texts it may be told what they take by now.
    pub(super) fn demands(&self, namespace: &str, now: Option<(&str, &ByNamespace)>) -> Demands {
        let all = self.demands.get_or_init(|| self.texts.iter().map(|it| demands(it)).collect());
        let own = now.and_then(|(text, _)| self.texts.iter().position(|it| *it == text));
        let others = all.iter().enumerate().filter(|(at, _)| Some(*at) != own).map(|(_, it)| it);
        let all: Vec<_> = now.map(|it| it.1).into_iter().chain(others).collect();
        let mut together = Demands::default();
        let of = |name: &str| all.iter().filter_map(|it| it.get(name)).collect::<Vec<_>>();
        of(namespace).into_iter().for_each(|it| together.join(it));
        if !together.has_pods() {
            // A kustomization puts them there.
            of("").into_iter().for_each(|it| together.join(it));
        }
        together
    }

    fn read(&self) -> FxHashSet<Name> {
        let mut names = FxHashSet::default();
        let documents = self.texts.iter().flat_map(|it| harden_yaml::documents(it));
        for document in documents.filter(Document::is_readable) {
            for object in objects(document.root()) {
                let field = |key| object.place.at("metadata").at(key).as_str().unwrap_or_default();
                let (namespace, name) = (field("namespace").to_owned(), field("name").to_owned());
                names.insert((object.group.to_owned(), object.kind.to_owned(), namespace, name));
            }
        }
        names
    }
}
