//! What Pod Security level each namespace holds as it is, what blocks the next one, and how to get there.
//!
//! A [`Planner`] learns what Namespaces say and judges pods and pod templates while they stream past. It keeps
//! of them what blocks a level, and nothing of what does not. The checks of [`crate::pod_security`] decide, so
//! that it says what the API server's own dry run of a label says, and of templates, too.

mod answer;
mod block;
mod configured;
mod gathering;
mod json;
mod ladder;
mod markdown;
mod mending;
mod owners;
mod sighting;
mod stages;
mod text;
mod today;

pub use answer::{Answer, Aside, Plan, Rejected, Step};
pub use block::{Block, Failure, Member};
pub use configured::Configured;
pub use json::to_json;
pub use markdown::to_markdown;
pub use mending::Mending;
pub use sighting::State;
pub use stages::Stage;
pub use text::to_text;
pub use today::Today;

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::kubernetes::{GroupKind, Level, MinorVersion};
use crate::object::{Object, PodKind};
use crate::source::{Source, Text};

use gathering::Gathering;
use ladder::Ladder;
use sighting::Sighting;

/// What to plan for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The level to reach: baseline or restricted.
    pub aim: Level,
    /// The version of the API server, beyond which no version is pinned.
    pub server: MinorVersion,
    /// What the API server's own configuration says.
    pub configured: Configured,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The namespaces that were asked about; empty for all that are there.
    pub asked: Vec<String>,
    /// Whether namespaces of Kubernetes itself are planned for, too.
    pub has_system: bool,
    /// The context that commands name; none where no cluster was read.
    pub context: Option<String>,
}

/// Whether objects of a kind are to be read for a plan: Namespaces, what is a Pod or makes some, and kinds of
/// others that may.
pub fn reads(group: &str, kind: &str) -> bool {
    let is_custom = group.contains('.') && !group.ends_with(".k8s.io");
    GroupKind::NAMESPACE.is(group, kind) || PodKind::find(group, kind).is_some() || is_custom
}

/// Plans for the namespaces of an input.
#[derive(Debug)]
pub struct Planner {
    options: Options,
    ladder: Ladder,
    gatherings: BTreeMap<String, Gathering>,
    /// What blocks, each kept once.
    known: FxHashSet<Arc<[Failure]>>,
    /// Texts that could not be read, by the names of their sources.
    broken: BTreeMap<Arc<str>, usize>,
    objects: usize,
}

/// What one text comes to.
#[derive(Debug, Default)]
struct Look {
    sightings: Vec<Sighting>,
    broken: usize,
    objects: usize,
}

impl Planner {
    /// Begins a plan.
    pub fn new(options: Options) -> Self {
        let ladder = Ladder::new(options.server);
        let known = |name: &String| (name.clone(), Gathering::default());
        let gatherings = options.asked.iter().map(known).collect();
        Self {
            options,
            ladder,
            gatherings,
            known: FxHashSet::default(),
            broken: BTreeMap::new(),
            objects: 0,
        }
    }

    /// Learns what the Namespaces of a text say. All texts that may hold one are learnt before any is judged.
    pub fn learn(&mut self, source: &Source<'_>) {
        let text = source.at(0);
        for document in text.documents_with(&["Namespace"]) {
            for object in text.objects(&document).filter(|it| it.is_of(GroupKind::NAMESPACE)) {
                if self.is_asked(object.name()) {
                    let today = Today::read(&object, &self.options);
                    self.gatherings.entry(object.name().to_owned()).or_default().learn(today);
                }
            }
        }
    }

    /// Judges the pods and the pod templates of some texts, on all cores.
    pub fn judge(&mut self, sources: &[Source<'_>]) {
        let looks = each(sources, |it| self.look(it));
        for (source, look) in sources.iter().zip(looks) {
            self.objects += look.objects;
            if look.broken > 0 {
                *self.broken.entry(Arc::clone(&source.name)).or_default() += look.broken;
            }
            for mut sighting in look.sightings {
                sighting.intern(&mut self.known);
                let name = std::mem::take(&mut sighting.namespace);
                self.gatherings.entry(name).or_default().take(sighting);
            }
        }
    }

    fn look(&self, source: &Source<'_>) -> Look {
        let text = source.at(0);
        let mut look = Look::default();
        for (number, document) in (0..).zip(text.documents(Text::WHOLE)) {
            if document.is_empty() && document.problems().is_empty() {
                continue;
            }
            if !document.is_readable() {
                look.broken += 1;
                continue;
            }
            let objects: Vec<_> = text.objects(&document).of(0, number).collect();
            look.objects += objects.iter().filter(|it| it.is_complete()).count();
            let own = (objects.len() == 1).then(|| document.span().text(document.text()));
            for object in objects.iter().filter(|it| !it.is_removal()) {
                let namespace = self.namespace_of(object);
                if self.is_asked(namespace) && !self.is_exempt(namespace) {
                    look.sightings.extend(Sighting::all(object, namespace, self, (source, own)));
                }
            }
        }
        look
    }

    fn namespace_of<'o>(&'o self, object: &Object<'o>) -> &'o str {
        object.namespace().unwrap_or(&self.options.namespace)
    }

    fn is_asked(&self, namespace: &str) -> bool {
        self.options.asked.is_empty() || self.options.asked.iter().any(|it| it == namespace)
    }

    fn is_exempt(&self, namespace: &str) -> bool {
        self.options.configured.exemptions.namespaces.iter().any(|it| it == namespace)
    }
}

/// Does something with each of several, on all cores.
#[cfg(feature = "parallel")]
fn each<T: Sync, R: Send>(all: &[T], act: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;

    all.par_iter().with_min_len(16).map(act).collect()
}

/// Does something with each of several.
#[cfg(not(feature = "parallel"))]
fn each<T, R>(all: &[T], act: impl Fn(&T) -> R) -> Vec<R> {
    all.iter().map(act).collect()
}

#[cfg(test)]
mod tests;
