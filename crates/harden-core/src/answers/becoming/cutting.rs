//! What would have to be taken away.

use std::collections::{BTreeMap, BTreeSet};

use crate::escalation::{Item, Label, Means, Node, Party, Question, Step, Ways};
use crate::rbac::authorization::{Binding, Rule, Subject};
use crate::source::Spot;

/// What may be taken away.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Cutting {
    /// Bindings; of those that Kubernetes makes, the rules that others wrote into their roles
    #[default]
    Bindings,
    /// Rules of roles; of the roles that Kubernetes makes, the bindings to them
    Rules,
}

/// What has to be taken away so that no path is left.
#[derive(Debug, Clone)]
pub struct Removal {
    /// What may be taken away.
    pub cutting: Cutting,
    /// All of it.
    pub removed: Vec<Removed>,
    /// How many there have to be at least.
    pub at_least: usize,
    /// Those whose paths remain, because what they need is Kubernetes' own.
    pub remaining: Vec<Party>,
}

/// A binding or a rule to take away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// `ClusterRoleBinding ops`, or `rule 2 of Role shop/deployer`.
    pub what: String,
    /// Whether it is a rule.
    pub is_rule: bool,
    /// What the paths use of it, as `create pods`.
    pub used: Vec<String>,
    /// The source that it is in.
    pub source: String,
    /// The line.
    pub line: Option<u32>,
}

/// What can be taken away, by the ways of a graph.
pub(super) struct Items<'a> {
    cutting: Cutting,
    by_way: Vec<Option<Item>>,
    all: Vec<One<'a>>,
}

#[derive(Clone, Copy)]
enum One<'a> {
    Binding(Binding<'a>),
    /// Somebody in a binding that Kubernetes needs for others.
    Subject(Binding<'a>, Subject<'a>),
    Rule(Rule<'a>),
}

impl One<'_> {
    fn key(self) -> (u8, u32, u32) {
        match self {
            Self::Binding(it) => (0, it.id(), 0),
            Self::Rule(it) => (1, it.id(), 0),
            Self::Subject(binding, it) => (2, binding.id(), it.number()),
        }
    }
}

impl<'a> Items<'a> {
    pub(super) fn of(ways: &Ways<'a>, cutting: Cutting) -> Self {
        let mut items = Self { cutting, by_way: Vec::new(), all: Vec::new() };
        let mut known = BTreeMap::new();
        for means in ways.means() {
            let item = items.one(means).and_then(|it| {
                let next = Item::try_from(items.all.len()).ok()?;
                let item = *known.entry(it.key()).or_insert(next);
                if item == next {
                    items.all.push(it);
                }
                Some(item)
            });
            items.by_way.push(item);
        }
        items
    }

    /// What goes for this to go; nothing of what Kubernetes makes.
    fn one(&self, means: &Means<'a>) -> Option<One<'a>> {
        let bound = means.bound.filter(|(_, subject)| !subject.is_built_in());
        let binding = bound.map(|(binding, subject)| {
            if binding.subjects().any(Subject::is_built_in) {
                One::Subject(binding, subject)
            } else {
                One::Binding(binding)
            }
        });
        let rule = means.rule.filter(|it| !it.is_built_in());
        let rule = rule.map(One::Rule);
        match self.cutting {
            Cutting::Bindings => binding.or(rule),
            Cutting::Rules => rule.or(binding),
        }
    }

    /// Whether an edge has to stay, whatever is taken away.
    pub(super) fn keep(&self, edge: &Step<Label>) -> bool {
        let has_to_stay = |way: &u32| self.by_way.get(*way as usize).copied().flatten().is_none();
        edge.needs.iter().all(|it| it.iter().any(has_to_stay))
    }

    pub(super) fn removal(&self, ways: &Ways<'_>, starts: &[Node], target: Node) -> Removal {
        let (graph, items) = (ways.graph(), &self.by_way);
        let cut = Question { graph, starts, target, leads: Label::is_open, items }.cut();
        let mut used: BTreeMap<Item, BTreeSet<String>> = BTreeMap::new();
        // What the shortest paths use of each.
        let routes = graph.routes(target, Label::is_open);
        let paths = starts.iter().filter_map(|it| graph.path(&routes, *it));
        let numbers: BTreeSet<u32> = paths.flatten().collect();
        for edge in numbers.iter().filter_map(|it| graph.edges().get(*it as usize)) {
            for (needed, right) in edge.needs.iter().zip(edge.label.edge.rights) {
                for way in needed {
                    let item = self.by_way.get(*way as usize).copied().flatten();
                    if let Some(item) = item.filter(|it| cut.items.contains(it)) {
                        used.entry(item).or_default().insert(right.to_string());
                    }
                }
            }
        }
        let removed = cut.items.iter().filter_map(|item| {
            let used = used.get(item).into_iter().flatten().cloned().collect();
            Some(removed(self.all.get(*item as usize)?, used))
        });
        Removal {
            cutting: self.cutting,
            removed: removed.collect(),
            at_least: cut.at_least,
            remaining: cut.remaining.iter().filter_map(|it| ways.party(*it).cloned()).collect(),
        }
    }
}

fn removed(one: &One<'_>, used: Vec<String>) -> Removed {
    let (what, is_rule, spot): (_, _, Spot<'_>) = match one {
        One::Binding(it) => (it.to_string(), false, it.spot()),
        One::Subject(binding, it) => (format!("{it} in {binding}"), false, it.spot()),
        One::Rule(it) => (format!("rule {} of {}", it.number() + 1, it.role()), true, it.spot()),
    };
    Removed { what, is_rule, used, source: spot.source.to_owned(), line: spot.line }
}

impl Removal {
    /// Whether it is proved that no fewer do.
    pub fn is_least(&self) -> bool {
        self.removed.len() == self.at_least
    }
}
