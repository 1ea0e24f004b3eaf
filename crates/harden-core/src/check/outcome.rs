//! What a check comes to.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::checker::Checker;
use super::{Coverage, Incomplete, unread};
use crate::finding::{About, Finding};
use crate::ignore::{self, Choice, Decided, Ignore, Unused};
use crate::inventory::PodSummary;
use crate::rule::Unjudged;

/// The namespaces that every API server makes for Kubernetes itself.
pub const SYSTEM_NAMESPACES: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

/// What a check comes to.
#[derive(Debug, Default)]
pub struct Outcome<'t> {
    /// What was read, in the order that [`Finding::source`] counts.
    pub sources: Vec<Record<'t>>,
    /// What was found, by source and position; those that were ignored included.
    pub findings: Vec<Finding>,
    /// What was read, and what was not.
    pub coverage: Coverage,
    /// What could not be read or checked, and why. An outcome with any of these proves no absence.
    pub incomplete: Vec<Incomplete>,
    /// Decisions not to count findings that change nothing.
    pub unused: Vec<Unused>,
    /// Entries of the file of such decisions that change nothing, by their place there.
    pub unused_entries: Vec<usize>,
    /// What the rules that ran say of themselves.
    pub abouts: Vec<Arc<About>>,
}

/// A source that was read, as far as reports show it.
#[derive(Debug, Clone)]
pub struct Record<'t> {
    /// What it is called.
    pub name: Arc<str>,
    /// Its text, where findings can be shown in it.
    pub text: Option<Cow<'t, str>>,
    /// Whether it holds nothing to check.
    pub is_foreign: bool,
    /// How many objects were found in it.
    pub objects: usize,
    /// How much of it could not be read.
    pub unread: Unread,
    /// What is known of its pods and pod templates.
    pub pods: Vec<PodSummary>,
}

/// How many documents of a source could not be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unread {
    /// All of them.
    pub broken: usize,
    /// Those that are templates.
    pub templates: usize,
    /// Templates of a chart, those included that can be read without their values.
    pub chart_templates: usize,
}

impl Unread {
    pub(super) fn of(coverage: &Coverage, chart_templates: usize) -> Self {
        Self { broken: coverage.broken, templates: coverage.templates, chart_templates }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.broken += other.broken;
        self.templates += other.templates;
        self.chart_templates += other.chart_templates;
    }
}

impl Outcome<'_> {
    /// Whether something was not read or not checked.
    pub fn is_incomplete(&self) -> bool {
        !self.incomplete.is_empty()
    }

    /// Leaves out what was found in namespaces of Kubernetes itself, and counts it.
    pub fn set_system_aside(&mut self) {
        let system = &mut self.coverage.system;
        self.findings.retain(|it| {
            let object = it.object.as_ref().filter(|_| it.ignored.is_none());
            let namespace = object.map_or("", |it| it.namespace.as_str());
            let is_shown = !SYSTEM_NAMESPACES.contains(&namespace);
            if !is_shown {
                let counts = system.entry(namespace.to_owned()).or_default();
                if let Some(count) = counts.get_mut(it.about.severity as usize) {
                    *count += 1;
                }
            }
            is_shown
        });
    }

    /// The ids of the rules that ran to their end.
    pub fn rules_run(&self) -> impl Iterator<Item = &str> {
        let ran = |id: &&str| !self.coverage.rules_not_run.contains(id);
        self.abouts.iter().map(|it| &*it.id).filter(ran)
    }

    /// Says which rules ran and which did not, and which files that objects name are not there.
    pub(super) fn complete(
        &mut self,
        checker: &Checker,
        unjudged: Vec<(usize, Unjudged)>,
        unread: Vec<Incomplete>,
    ) {
        self.abouts.clone_from(&checker.abouts);
        let (incomplete, not_run) = checker.not_run(unread);
        self.incomplete.extend(incomplete);
        self.coverage.rules_not_run = not_run;
        self.coverage.several.extend(checker.context.several());
        self.coverage.several.sort();
        for (folder, count) in checker.context.unjudged_changes() {
            let folder = if folder.is_empty() { "." } else { folder };
            self.coverage.changes.insert(folder.to_owned(), count);
        }
        let names: FxHashSet<_> =
            self.sources.iter().filter_map(|it| it.name.rsplit(['/', '\\']).next()).collect();
        // Paths on a server are others than those of its files here.
        let is_there = |path: &str| path.rsplit('/').next().is_some_and(|it| names.contains(it));
        for (source, unjudged) in unjudged {
            let name = self.sources.get(source).map_or("", |it| &it.name);
            let incomplete = match unjudged {
                Unjudged::File(file) if is_there(&file) => continue,
                Unjudged::File(what) => {
                    let why = "has the API server read it, and it is not among the input";
                    Incomplete { what, why: format!("{name} {why}") }
                }
                Unjudged::Part(what) => {
                    Incomplete { what, why: format!("{name} has it, and no rule judges it") }
                }
            };
            self.incomplete.push(incomplete);
        }
        self.incomplete.extend(unread::of(&self.sources, &checker.charts));
        let is_nothing = self.coverage.judged() == 0 && self.coverage.runtime == 0;
        if is_nothing && self.incomplete.is_empty() {
            self.incomplete.push(unread::nothing(&self.coverage));
        }
        self.incomplete.sort();
        self.incomplete.dedup();
    }

    /// Marks the findings that somebody decided not to count.
    pub(super) fn apply(&mut self, ignores: &[Ignore], choices: &[Choice], checker: &Checker) {
        let Checker { settings, families, .. } = checker;
        let decided = Decided { ignores, entries: &settings.ignores, families, choices };
        let known: BTreeSet<_> = settings.known_ids.iter().copied().collect();
        let (unused, used) =
            ignore::apply(&mut self.findings, &decided, |id: &str| known.contains(id));
        // Of rules that did not run, nobody knows.
        let ran: BTreeSet<_> = settings.rules.iter().map(|it| it.id).collect();
        let is_told = |id: &str| id == "*" || !known.contains(id) || ran.contains(id);
        if settings.reads_ignores {
            let entries = settings.ignores.iter().zip(used).enumerate();
            let useless = entries.filter(|(_, (entry, used))| !used && is_told(&entry.rule));
            self.unused_entries = useless.map(|(entry, _)| entry).collect();
        }
        self.unused = unused;
        self.unused.retain(|it| it.ignore.rules.iter().any(|rule| is_told(rule)));
    }
}
