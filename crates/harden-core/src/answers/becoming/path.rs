//! A path in words: steps, what allows each, and where that is written.

use crate::escalation::{Difficulty, Edge, Label, Means, Needs, Party, Ways};
use crate::kubernetes::Level;
use crate::rbac::authorization::Rule;

/// How somebody becomes somebody else.
#[derive(Debug, Clone)]
pub struct Path {
    /// Who it is.
    pub start: Party,
    /// The steps of the shortest way.
    pub steps: Vec<Step>,
    /// The steps of other ways, as many as were asked for.
    pub others: Vec<Vec<Step>>,
    /// Whether there may be more.
    pub has_more: bool,
}

/// A step.
#[derive(Debug, Clone)]
pub struct Step {
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

impl Path {
    /// In words, by the numbers of its edges.
    pub(super) fn of(ways: &Ways<'_>, start: &Party, edges: &[u32]) -> Self {
        let edges = edges.iter().filter_map(|it| ways.graph().edges().get(*it as usize));
        let steps = edges.filter_map(|it| {
            let Label { edge, detail, prevented } = &it.label;
            Some(Step {
                from: ways.party(it.from)?.clone(),
                to: ways.party(it.to)?.clone(),
                edge,
                detail: detail.as_deref().map(ToOwned::to_owned),
                prevented: *prevented,
                rights: rights(ways, edge, &it.needs),
            })
        });
        Self { start: start.clone(), steps: steps.collect(), others: Vec::new(), has_more: false }
    }

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
