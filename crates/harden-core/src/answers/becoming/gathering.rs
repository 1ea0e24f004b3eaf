//! Gathers what an answer needs while texts stream past.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Becoming, Options};
use crate::answers::coverage::unread;
use crate::check::Incomplete;
use crate::escalation::Facts;
use crate::kubernetes::{GroupKind, Level};
use crate::rbac::authorization::{Origin, Reader, Settings};
use crate::source::Source;

/// Whether objects of a kind are to be read: roles and bindings, accounts, Namespaces, what is a Pod or makes some,
/// CustomResourceDefinitions, and ConfigMaps.
pub fn reads(group: &str, kind: &str) -> bool {
    crate::rbac::KINDS.iter().any(|it| it.is(group, kind))
        || GroupKind::NAMESPACE.is(group, kind)
        || Facts::reads(group, kind)
}

/// Learns what texts say.
#[derive(Debug)]
pub struct Gathering {
    reader: Reader,
    facts: Facts,
    /// How many documents of a source could not be read and may say something.
    broken: BTreeMap<Arc<str>, usize>,
}

impl Gathering {
    /// Begins to learn; `namespace` is that of objects that name none, and the level what the API server does where
    /// no label says anything.
    pub fn new(origin: Origin, namespace: &str, default: Level) -> Self {
        let settings = Settings { origin, namespace: namespace.to_owned() };
        Self {
            reader: Reader::new(settings),
            facts: Facts::new(default, namespace),
            broken: BTreeMap::new(),
        }
    }

    /// Learns what a text says.
    pub fn learn(&mut self, source: &Source<'_>) {
        self.reader.learn(source);
        let text = source.at(0);
        for document in text.documents_that_may_hold(Facts::WORDS) {
            if document.is_readable() {
                text.objects(&document).for_each(|it| self.facts.learn(&it));
            } else {
                *self.broken.entry(Arc::clone(&source.name)).or_default() += 1;
            }
        }
    }

    /// Whether there is a ConfigMap that maps roles of a cloud, whatever it says.
    pub fn has_mapping(&self) -> bool {
        self.facts.has_mapping()
    }

    /// The answer; `incomplete` is what could not be read at all.
    pub fn answer(self, options: Options, mut incomplete: Vec<Incomplete>) -> Becoming {
        let authorization = self.reader.finish();
        let broken = self.broken.iter().map(|(source, count)| (&**source, *count));
        incomplete.extend(unread(broken, authorization.skipped()));
        Becoming::new(&authorization, &self.facts, options, incomplete)
    }
}
