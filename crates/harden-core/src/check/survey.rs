//! The first look at an input: what its objects say for others.

use harden_yaml::documents;

use super::checker::Checker;
use super::{Run, Settings};
use crate::inventory::{Context, Extent, Extents};
use crate::kubernetes::GroupKind;
use crate::source::{Charts, Source};

/// Learns what holds for the objects of an input. Every source is shown to it before any is judged: only
/// [`Survey::end`] makes the [`Run`] that judges.
#[derive(Debug)]
pub struct Survey {
    settings: Settings,
    context: Context,
    extents: Extents,
    charts: Charts,
}

impl Survey {
    /// Begins a check.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            context: Context::default(),
            extents: Extents::default(),
            charts: Charts::default(),
        }
    }

    /// Looks at a source; cheap where nothing in it holds for others.
    pub fn learn(&mut self, source: &Source<'_>) {
        self.charts.learn(&source.name, &source.text);
        self.context.learn(&source.at(0));
    }

    /// Takes in the CustomResourceDefinitions of a text that is not judged itself.
    pub fn define(&mut self, text: &str) {
        for document in documents(text).filter(|it| !it.is_rejected()) {
            self.context.define(&document);
        }
    }

    /// Notes how much the caller could see of a kind. Rules that read a kind of which something was
    /// rejected do not run, and coverage names them.
    pub fn note(&mut self, kind: GroupKind, extent: Extent) {
        self.extents.note(kind, extent);
    }

    /// Notes that the caller could not keep everything, so that objects of any kind will be missing. Rules
    /// over all objects do not run, and coverage names them; the caller notes in the run what it lost.
    pub fn note_gap(&mut self) {
        self.extents.note_gap();
    }

    /// Begins to judge, in the light of all that was seen.
    pub fn end<'t>(mut self) -> Run<'t> {
        self.context.settle();
        Run::new(Checker::new(self.settings, self.context, self.extents, self.charts))
    }
}
