//! Who becomes cluster-admin by way of somebody else, by all roles and bindings together.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::escalation::{
    Difficulty, From, Item, Label, MASTERS, Node, Party, Power, Question, Routes, Step, Ways,
};
use crate::rbac::authorization::Binding;

/// The paths of everybody to cluster-admin.
pub(super) struct Paths<'w, 'a> {
    ways: &'w Ways<'a>,
    routes: Routes,
    target: Node,
}

/// A path by way of somebody else.
pub(super) struct Path {
    /// Where it begins.
    pub(super) start: Node,
    /// The bindings that give what its first step needs.
    pub(super) bindings: BTreeSet<u32>,
    /// Its steps, after whoever takes them.
    pub(super) words: String,
    /// All bindings that it uses and that are not Kubernetes' own.
    pub(super) uses: BTreeSet<Item>,
}

/// A least cut is sought for so many starts at most.
const MOST: usize = 64;

impl<'w, 'a> Paths<'w, 'a> {
    /// All paths; none where nobody becomes cluster-admin.
    pub(super) fn of(ways: &'w Ways<'a>) -> Option<Self> {
        let target = ways.find(&Party::CLUSTER_ADMIN)?;
        Some(Self { ways, routes: ways.graph().routes(target, leads), target })
    }

    /// The path of somebody by way of somebody else. None where they are cluster-admin or have a right in the whole
    /// cluster that makes them so, which their roles and bindings say by themselves.
    pub(super) fn find(&self, party: &Party) -> Option<Path> {
        let start = self.ways.find(party)?;
        let length = self.routes.length(start)?;
        if length.steps == 0 || self.is_said(start) {
            return None;
        }
        let numbers = self.ways.graph().path(&self.routes, start)?;
        let steps: Vec<_> =
            numbers.iter().filter_map(|it| self.ways.graph().edges().get(*it as usize)).collect();
        let first = steps.first().filter(|it| it.label.edge.id != "member")?;
        let words = self.words(&steps)?;
        let bound = |step: &Step<Label>| {
            let ways = step.needs.iter().flatten();
            let means = ways.filter_map(|it| self.ways.means().get(*it as usize));
            means.filter_map(|it| Some(it.bound?.0)).collect::<Vec<_>>()
        };
        let bindings = bound(first).into_iter().map(Binding::id).collect();
        let all = steps.iter().flat_map(|it| bound(it)).filter(|it| !it.is_built_in());
        Some(Path { start, bindings, words, uses: all.map(Binding::id).collect() })
    }

    /// The bindings of least number without which none of the paths is left; none where that is not known.
    pub(super) fn cut(&self, paths: &[Path]) -> BTreeSet<Item> {
        let starts: BTreeSet<Node> = paths.iter().map(|it| it.start).collect();
        if starts.len() > MOST {
            return BTreeSet::new();
        }
        let starts: Vec<_> = starts.into_iter().collect();
        let items: Vec<Option<Item>> = self
            .ways
            .means()
            .iter()
            .map(|it| {
                let binding = it.bound.map(|(it, _)| it).filter(|it| !it.is_built_in());
                binding.map(Binding::id)
            })
            .collect();
        let (graph, target) = (self.ways.graph(), self.target);
        let cut = Question { graph, starts: &starts, target, leads, items: &items }.cut();
        if cut.is_least() { cut.items.into_iter().collect() } else { BTreeSet::new() }
    }

    /// Whether a right in the whole cluster leads there, which rules about roles report.
    fn is_said(&self, node: Node) -> bool {
        let steps = self.ways.graph().from(node).map(|(_, it)| it).filter(|it| leads(it));
        let mut there = steps.filter(|it| self.routes.length(it.to).is_some());
        there.any(|it| match self.ways.party(it.to) {
            Some(Party::Power(_, None) | Party::Holder { place: None, .. }) => true,
            Some(Party::Group(name)) => &**name == MASTERS,
            _ => false,
        })
    }

    /// Each identity with what it does; none where there is only one.
    fn words(&self, steps: &[&Step<Label>]) -> Option<String> {
        let mut words = String::new();
        let mut is_next = true;
        let mut others = 0;
        for step in steps {
            let to = self.ways.party(step.to)?;
            let edge = step.label.edge;
            if edge.id == "member" {
                continue;
            }
            if is_next {
                words.push_str(edge.does);
                match to {
                    Party::Power(_, Some(place)) | Party::Holder { place: Some(place), .. } => {
                        let _ = write!(words, " in {place}");
                    }
                    Party::Power(Power::Workloads | Power::Pods | Power::Accounts, None) => {
                        words.push_str(" in any namespace");
                    }
                    _ => {}
                }
                is_next = false;
            }
            let is_above = matches!(to, Party::Group(name) if &**name == MASTERS);
            if to.is_somebody() && !is_above {
                let _ = write!(words, ", and becomes {to}, who ");
                (is_next, others) = (true, others + 1);
            } else if edge.id == "accounts-of-kube-system" {
                if others == 0 {
                    words.push_str(", and becomes any account of kube-system");
                }
                others += 1;
            }
        }
        (others > 0 && !is_next).then_some(words)
    }
}

/// Which edges count. What a namespace lets its pods do to their nodes is reported of the namespace and the pods, and
/// what takes an exploit is no path that anybody can count on.
fn leads(step: &Step<Label>) -> bool {
    let edge = step.label.edge;
    let is_by_node = matches!(edge.from, From::Having(Power::Workloads | Power::Pods))
        && matches!(edge.to, Power::Nodes | Power::Node);
    Label::is_open(step) && edge.difficulty < Difficulty::Hard && !is_by_node
}
