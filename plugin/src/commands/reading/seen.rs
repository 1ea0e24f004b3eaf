//! What of a listing could be read, and what could not.

use std::sync::Arc;

use harden_core::check::{Incomplete, Listed};
use harden_core::kubernetes::GroupKind;
use harden_core::source::Source;

use super::{one_listed, sources_of};
use crate::listing::{Kind, Listing, Part, VALUES_OF_CONFIG_MAPS};

/// What of a listing could be read, and what could not.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) listed: Vec<Listed>,
    pub(crate) lacks: Vec<Lack>,
    /// Why no value of a ConfigMap was read.
    pub(crate) valueless: Option<String>,
    kinds: Vec<Arc<Kind>>,
}

/// Something that was not read.
#[derive(Debug)]
pub(crate) enum Lack {
    /// Some or all objects of a kind, and why.
    Kind(Arc<Kind>, String),
    /// An API, as `rbac.authorization.k8s.io/v1`, and why.
    Api(String, String),
    /// All that did not come before, and why.
    Rest(String),
}

impl Seen {
    /// Takes in a listing without a selector, and hands over the objects of the kinds that are wanted as they come.
    pub(crate) fn take(
        &mut self,
        listing: Listing,
        wants: fn(&Kind) -> bool,
        mut hand_over: impl FnMut(&Kind, Vec<Source<'static>>),
    ) {
        let Listing { origin, parts } = listing;
        let name = format!("cluster {}", origin.context).into();
        for part in parts {
            match part {
                Part::Objects(kind, _) | Part::End(kind, _) if !wants(&kind) => {}
                Part::Objects(kind, texts) => hand_over(&kind, sources_of(&name, texts)),
                Part::End(kind, end) => {
                    self.listed.push(one_listed(&origin, &kind, &end));
                    self.kinds.push(Arc::clone(&kind));
                    self.lacks.extend(end.lack.map(|why| Lack::Kind(kind, why)));
                }
                Part::Unread(what, why) if what == VALUES_OF_CONFIG_MAPS => {
                    self.valueless = Some(why);
                }
                Part::Unread(what, why) => self.lacks.push(Lack::Api(what, why)),
                Part::Interrupted => self.lacks.push(Lack::Rest("interrupted".to_owned())),
                Part::Cut(why) => self.lacks.push(Lack::Rest(why)),
                // No selector is given.
                Part::Selected(_) | Part::Invalid(_) => {}
            }
        }
    }

    /// Those of some kinds of which nothing is known, though nothing says why.
    pub(crate) fn missing<'k>(
        &self,
        kinds: impl Iterator<Item = &'k GroupKind>,
    ) -> Vec<Incomplete> {
        if self.lacks.iter().any(|it| matches!(it, Lack::Rest(_))) {
            return Vec::new();
        }
        let missing = kinds.filter(|it| !self.kinds.iter().any(|kind| kind.is_of(**it)));
        let lack =
            |what: String| Incomplete { what, why: "it is not among what was read".to_owned() };
        missing.map(|it| lack(it.to_string())).collect()
    }
}

impl Lack {
    /// In the words of a report.
    pub(crate) fn told(self) -> Incomplete {
        let (what, why) = match self {
            Self::Kind(kind, why) => (kind.resource(), why),
            Self::Api(what, why) => (what, why),
            Self::Rest(why) => ("other kinds".to_owned(), why),
        };
        Incomplete { what, why }
    }
}
