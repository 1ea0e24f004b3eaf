//! A path in words: steps, what allows each, and where that is written.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::escalation::{Difficulty, Edge, Label, Means, Needs, Party, Ways};
use crate::kubernetes::Level;
use crate::rbac::authorization::Rule;

/// How somebody becomes somebody else.
#[derive(Debug, Clone)]
pub struct Path {
    /// Who it is.
    pub start: Party,
    /// The steps of the shortest way.
    pub steps: Vec<Arc<Step>>,
    /// The steps of other ways, as many as were asked for.
    pub others: Vec<Vec<Arc<Step>>>,
    /// Whether there may be more.
    pub has_more: bool,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
    /// Its number among all steps that anybody can take, the same in each path.
    pub number: u32,
    /// Who takes it.
    pub from: Party,
    /// What they become.
    pub to: Party,
    /// The way of becoming it.
    pub edge: &'static Edge,
    /// What of the cluster makes it so.
    pub detail: Option<String>,
    /// The level of Pod Security that prevents it.
    pub prevented: Option<Level>,
    /// What it needs.
    pub rights: Vec<Right>,
}

/// Something that a step needs, and what gives it.
#[derive(Debug, Clone)]
pub struct Right {
    /// Verbs and resources, as `create pods`.
    pub right: String,
    /// Each of which is enough.
    pub through: Vec<Through>,
}

/// What gives somebody a right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Through {
    /// The binding, as `RoleBinding shop/deployers`; none for a role that is only just bound.
    pub binding: Option<String>,
    /// Whom the binding names.
    pub subject: Option<String>,
    /// The role, as `Role shop/deployer`.
    pub role: String,
    /// Which of its rules, from zero; none where it matters that the role is bound.
    pub rule: Option<u32>,
    /// The source that says it.
    pub source: String,
    /// The line.
    pub line: Option<u32>,
}

/// The steps of paths in words, each made once: many paths share them.
#[derive(Debug)]
pub(super) struct Steps<'w, 'a> {
    ways: &'w Ways<'a>,
    known: FxHashMap<u32, Arc<Step>>,
}

impl<'w, 'a> Steps<'w, 'a> {
    /// Those of some ways.
    pub(super) fn new(ways: &'w Ways<'a>) -> Self {
        Self { ways, known: FxHashMap::default() }
    }

    /// A path, by the numbers of its edges.
    pub(super) fn path(&mut self, start: &Party, edges: &[u32]) -> Path {
        let steps = self.along(edges);
        Path { start: start.clone(), steps, others: Vec::new(), has_more: false }
    }

    /// Steps, by the numbers of their edges.
    pub(super) fn along(&mut self, edges: &[u32]) -> Vec<Arc<Step>> {
        edges.iter().filter_map(|it| self.step(*it)).collect()
    }

    fn step(&mut self, number: u32) -> Option<Arc<Step>> {
        if let Some(step) = self.known.get(&number) {
            return Some(Arc::clone(step));
        }
        let it = self.ways.graph().edges().get(number as usize)?;
        let Label { edge, detail, prevented } = &it.label;
        let step = Arc::new(Step {
            number,
            from: self.ways.party(it.from)?.clone(),
            to: self.ways.party(it.to)?.clone(),
            edge,
            detail: detail.as_deref().map(ToOwned::to_owned),
            prevented: *prevented,
            rights: rights(self.ways, edge, &it.needs),
        });
        self.known.insert(number, Arc::clone(&step));
        Some(step)
    }
}

impl Path {
    /// How many steps somebody takes.
    pub fn steps_taken(&self) -> usize {
        self.steps.iter().filter(|it| it.is_taken()).count()
    }

    /// How hard the hardest step is.
    pub fn difficulty(&self) -> Difficulty {
        self.steps.iter().map(|it| it.edge.difficulty).max().unwrap_or(Difficulty::None)
    }

    pub(super) fn effort(&self) -> Vec<Difficulty> {
        let mut all: Vec<_> = self.steps.iter().map(|it| it.edge.difficulty).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        all
    }

    /// The group by which they have all of it, where they do nothing of their own.
    pub fn by_group(&self) -> Option<&Party> {
        let first = self.steps.first().filter(|it| it.edge.id == "member")?;
        Some(&first.to)
    }
}

impl Step {
    /// Whether it is something that somebody does, and not so already.
    pub fn is_taken(&self) -> bool {
        self.edge.difficulty != Difficulty::None
    }
}

fn rights(ways: &Ways<'_>, edge: &Edge, needs: &Needs) -> Vec<Right> {
    let words = edge.rights.iter().map(ToString::to_string).chain(["bound to the role".to_owned()]);
    let of = needs.iter().zip(words).map(|(all, right)| {
        let means = all.iter().filter_map(|it| ways.means().get(*it as usize));
        let mut through: Vec<_> = means.map(Through::of).collect();
        through.sort_unstable();
        Right { right, through }
    });
    of.collect()
}

impl Through {
    fn of(means: &Means<'_>) -> Self {
        let spot = match (means.rule, means.bound) {
            (Some(rule), _) => rule.spot(),
            (None, Some((binding, _))) => binding.spot(),
            (None, None) => means.role.spot(),
        };
        Self {
            binding: means.bound.map(|(it, _)| it.to_string()),
            subject: means.bound.map(|(_, it)| it.to_string()),
            role: means.role.to_string(),
            rule: means.rule.map(Rule::number),
            source: spot.source.to_owned(),
            line: spot.line,
        }
    }

    /// Where it is written, as `roles.yaml:12`.
    pub fn spot(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.source),
            None => self.source.clone(),
        }
    }
}
