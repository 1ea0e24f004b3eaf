//! Who can become somebody, by which steps, and what would have to be taken away so that nobody can.
//!
//! [`Becoming`] asks the graph of [`crate::escalation`], and keeps of it what its formats show.

mod cutting;
mod dot;
mod drawing;
mod gathering;
mod json;
mod mermaid;
mod path;
mod svg;
#[cfg(test)]
mod tests;
mod text;

pub use cutting::{Cutting, Removal, Removed};
pub use dot::to_dot;
pub use gathering::{Gathering, reads};
pub use json::{to_json, to_json_text};
pub use mermaid::to_mermaid;
pub use path::{Path, Right, Step, Through};
pub use svg::to_svg;
pub use text::to_text;

use std::collections::BTreeSet;

use crate::answers::coverage;
use crate::check::Incomplete;
use crate::escalation::{Facts, Label, MASTERS, Node, Party, Ways};
use crate::kubernetes::MinorVersion;
use crate::rbac::authorization::Authorization;

use cutting::Items;
use path::Steps;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Whom or what to become.
    pub target: Party,
    /// Who is to become it; everybody where it is empty.
    pub starts: Vec<Party>,
    /// What to take away, where that is asked.
    pub cutting: Option<Cutting>,
    /// The version of Kubernetes.
    pub version: MinorVersion,
    /// How many paths of one start are shown at most.
    pub paths: usize,
}

/// Who can become somebody.
#[derive(Debug, Clone)]
pub struct Becoming {
    /// What was asked.
    pub options: Options,
    /// Those who are it already.
    pub already: Vec<Path>,
    /// Those who can become it.
    pub paths: Vec<Path>,
    /// Parts of Kubernetes itself that are it or can become it, by what Kubernetes gives them.
    pub own: Vec<Party>,
    /// Those who could, if Pod Security did not prevent it.
    pub prevented: Vec<Path>,
    /// Those who were named and are nobody that is known.
    pub strangers: Vec<Party>,
    /// What has to be taken away so that none of `paths` is left.
    pub removal: Option<Removal>,
    /// How much was read: roles, bindings, accounts.
    pub read: [usize; 3],
    /// What could not be read.
    pub incomplete: Vec<Incomplete>,
    /// What of the input is not as it would be in a cluster, in sentences.
    pub notes: Vec<String>,
}

impl Becoming {
    /// Answers by what is known.
    pub fn new(
        authorization: &Authorization,
        facts: &Facts,
        options: Options,
        incomplete: Vec<Incomplete>,
    ) -> Self {
        let target = options.target.clone();
        let known = options.starts.iter().chain([&target]).cloned().collect::<BTreeSet<_>>();
        let ways = Ways::new(authorization, facts, options.version, known);
        let counts = authorization.coverage();
        let mut this = Self {
            already: Vec::new(),
            paths: Vec::new(),
            own: Vec::new(),
            prevented: Vec::new(),
            strangers: Vec::new(),
            removal: None,
            read: [counts.roles, counts.bindings, counts.service_accounts],
            incomplete,
            notes: coverage::remarks(authorization),
            options,
        };
        this.strangers = this.strangers_of(&ways);
        if let Some(node) = ways.find(&target) {
            this.answer(&ways, node);
        }
        this
    }

    /// Whether anybody can become it who is not it already.
    pub fn is_possible(&self) -> bool {
        !self.paths.is_empty()
    }

    fn answer(&mut self, ways: &Ways<'_>, target: Node) {
        let graph = ways.graph();
        let open = graph.routes(target, Label::is_open);
        let all = graph.routes(target, |_| true);
        let items = Items::of(ways, self.options.cutting.unwrap_or_default());
        let kept = graph.routes(target, |it| Label::is_open(it) && items.keep(it));
        let onward = (self.options.paths > 1).then(|| graph.onward(&open, Label::is_open));
        let mut starts = Vec::new();
        let mut steps = Steps::new(ways);
        for (party, node) in self.starts(ways, target) {
            let mut of = |routes| graph.path(routes, node).map(|it| steps.path(party, &it));
            let is_asked = !self.options.starts.is_empty();
            if !is_asked && kept.length(node).is_some() {
                self.own.push(party.clone());
            } else if let Some(length) = open.length(node) {
                let Some(mut path) = of(&open) else { continue };
                if length.steps == 0 {
                    self.already.push(path);
                    if is_asked {
                        starts.push(node);
                    }
                    continue;
                }
                if let Some(onward) = &onward {
                    let found = onward.paths(node, self.options.paths);
                    let others = found.all.iter().skip(1);
                    path.others = others.map(|it| steps.along(it)).collect();
                    path.has_more = found.has_more;
                }
                starts.push(node);
                self.paths.push(path);
            } else if let Some(path) = of(&all) {
                self.prevented.push(path);
            }
        }
        if self.options.cutting.is_some() {
            self.removal = Some(items.removal(ways, &starts, target));
        }
        let order = |it: &Path| (it.steps_taken(), it.effort(), it.start.clone());
        for paths in [&mut self.already, &mut self.paths, &mut self.prevented] {
            paths.sort_by_cached_key(order);
        }
    }

    /// Those who are asked about, with their nodes. Nobody is asked whether they become themselves.
    fn starts<'w>(&self, ways: &'w Ways<'_>, target: Node) -> Vec<(&'w Party, Node)> {
        let asked = &self.options.starts;
        let mut all = ways.somebodies();
        all.retain(|(party, node)| {
            let is_master = matches!(party, Party::Group(name) if &**name == MASTERS);
            *node != target && if asked.is_empty() { !is_master } else { asked.contains(party) }
        });
        all
    }

    fn strangers_of(&self, ways: &Ways<'_>) -> Vec<Party> {
        let starts = self.options.starts.iter();
        let is_own = |node| ways.graph().from(node).any(|(_, it)| it.label.edge.id != "member");
        let is_stranger = |it: &&Party| !ways.find(it).is_some_and(is_own);
        starts.filter(is_stranger).cloned().collect()
    }
}
