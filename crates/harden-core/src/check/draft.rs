//! What one source comes to, before it is known what all come to together.

use super::Coverage;
use super::owners::Owned;
use crate::finding::Finding;
use crate::ignore::{Choice, Ignore};
use crate::inventory::PodSummary;
use crate::rule::Unjudged;

/// What one source comes to by itself.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Its findings, in the order of the text.
    pub(super) findings: Vec<Finding>,
    /// What was read.
    pub(super) coverage: Coverage,
    /// Documents that are templates of a chart, those included that can be read.
    pub(super) chart_templates: usize,
    /// How many of its objects do not say what they are.
    pub(super) nameless: usize,
    /// The decisions not to count findings that it holds.
    pub(super) ignores: Vec<Ignore>,
    /// Its objects that entries of the file of such decisions are about.
    pub(super) choices: Vec<Choice>,
    /// Those of its objects that say who made them.
    pub(super) owned: Vec<Owned>,
    /// Its pods.
    pub(super) pods: Vec<PodSummary>,
    /// Findings about its pods that count only if a rule confirms them when all objects are known.
    pub(super) held: Vec<Held>,
    /// Whether it holds objects that rules over all objects read.
    pub(super) is_wanted: bool,
    /// Whether it holds objects of kinds that a CustomResourceDefinition may describe.
    pub(super) has_custom_objects: bool,
    /// What nobody judges of its objects, and of what they are about.
    pub(super) unjudged: Vec<Unjudged>,
}

impl Draft {
    /// Whether nothing came of it, and nothing was read that could be an object.
    pub(super) fn is_empty(&self) -> bool {
        self.coverage.objects == 0 && self.says_nothing()
    }

    /// Whether nothing of it is shown or needed later, but for the numbers.
    pub(super) fn says_nothing(&self) -> bool {
        let Self { findings, coverage, ignores, choices, owned, pods, held, unjudged, .. } = self;
        (coverage.broken, self.chart_templates) == (0, 0)
            && (findings.is_empty() && ignores.is_empty() && choices.is_empty())
            && (owned.is_empty() && pods.is_empty() && held.is_empty() && unjudged.is_empty())
            && !self.is_wanted
    }

    /// Makes it that of another place in the input.
    pub(super) fn move_to(&mut self, source: usize) {
        let held = self.held.iter_mut().map(|it| &mut it.finding);
        self.findings.iter_mut().chain(held).for_each(|it| it.source = source);
        self.ignores.iter_mut().for_each(|it| it.source = source);
        self.choices.iter_mut().for_each(|it| it.source = source);
        self.owned.iter_mut().for_each(|it| it.source = source);
    }
}

/// A finding about a pod that a rule has yet to confirm.
#[derive(Debug)]
pub(super) struct Held {
    /// The rule, by its place among those that are shown pods.
    pub(super) rule: usize,
    /// The pod, by its place in the draft.
    pub(super) pod: usize,
    /// What to report, but for the message.
    pub(super) finding: Finding,
}
