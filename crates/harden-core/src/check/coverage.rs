//! What was read, and what was not.

use std::collections::BTreeMap;

use crate::inventory::Several;

/// What was read, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Documents that hold something.
    pub documents: usize,
    /// Files that somebody left out by their paths.
    pub excluded: usize,
    /// Kubernetes objects, those in Lists one by one.
    pub objects: usize,
    /// The objects by kind.
    pub kinds: BTreeMap<String, usize>,
    /// Documents that are no Kubernetes object.
    pub foreign: usize,
    /// Documents that are files of Falco, which have rules of their own.
    pub runtime: usize,
    /// Documents that could not be read.
    pub broken: usize,
    /// Those of the broken ones that are templates.
    pub templates: usize,
    /// Pods and pod templates without any image: patches to other manifests, of which only what they
    /// say can be checked.
    pub patches: usize,
    /// Pods and pod templates by the highest level that they meet: privileged, baseline, restricted.
    pub levels: [usize; 3],
    /// Objects of kinds that neither Kubernetes nor a CustomResourceDefinition describes, by their kinds and
    /// groups: only pods and objects that were recognised in them were checked.
    pub without_schema: BTreeMap<String, usize>,
    /// Objects whose definitions have rules in CEL, by their kinds and groups: everything but these rules was
    /// checked.
    pub with_rules: BTreeMap<String, usize>,
    /// Objects whose charts are rendered elsewhere, by their kinds and groups: nothing was checked of what the
    /// charts make.
    pub charts: BTreeMap<String, usize>,
    /// Objects whose data has manifests as texts, by their kinds: nothing was checked of these.
    pub manifests: BTreeMap<String, usize>,
    /// Files of programs that look like objects, by the programs: no rule judges what they set.
    pub files: BTreeMap<String, usize>,
    /// Patches that kustomize lays over objects, by the folders of the kustomizations: only what they say was
    /// checked.
    pub kustomized: BTreeMap<String, usize>,
    /// Changes that kustomizations make of objects by what is written in them, by their folders: nothing was
    /// checked of what these set, nor of what was there before.
    pub changes: BTreeMap<String, usize>,
    /// Objects of which something was left out that is said of those that made them, too.
    pub owned: usize,
    /// Objects of one name of which not all say the same, so that each file is judged by the nearest.
    pub several: Vec<Several>,
    /// What was read of a cluster, kind by kind.
    pub listed: Vec<Listed>,
    /// Findings in namespaces of Kubernetes itself that are not shown, by namespace and severity.
    pub system: BTreeMap<String, [usize; 4]>,
    /// The ids of rules that did not run, because a kind that they read was not readable.
    pub rules_not_run: Vec<&'static str>,
}

/// A kind that was read of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// What kubectl calls it: `deployments.apps`.
    pub resource: String,
    /// How many objects came.
    pub objects: usize,
    /// How many of them a selector matches, where there is one.
    pub selected: Option<usize>,
    /// The command that lists the same objects.
    pub command: String,
}

/// Something that could not be read or checked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Incomplete {
    /// What, e.g. a file or a kind of object.
    pub what: String,
    /// Why not.
    pub why: String,
}

impl Coverage {
    /// The objects that rules judge: all but the files of programs.
    pub fn judged(&self) -> usize {
        self.objects.saturating_sub(self.files.values().sum())
    }

    /// Adds what another source comes to.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.objects += other.objects;
        add(&mut self.kinds, &other.kinds);
        self.foreign += other.foreign;
        self.runtime += other.runtime;
        self.broken += other.broken;
        self.templates += other.templates;
        self.patches += other.patches;
        add(&mut self.without_schema, &other.without_schema);
        add(&mut self.with_rules, &other.with_rules);
        add(&mut self.charts, &other.charts);
        add(&mut self.manifests, &other.manifests);
        add(&mut self.files, &other.files);
        add(&mut self.kustomized, &other.kustomized);
        self.levels.iter_mut().zip(other.levels).for_each(|(sum, count)| *sum += count);
    }
}

/// Adds counts to counts.
fn add(sums: &mut BTreeMap<String, usize>, counts: &BTreeMap<String, usize>) {
    counts.iter().for_each(|(kind, count)| increase(sums, kind, *count));
}

/// Adds a count to that of a kind.
pub(super) fn increase(sums: &mut BTreeMap<String, usize>, kind: &str, count: usize) {
    match sums.get_mut(kind) {
        Some(sum) => *sum += count,
        None => drop(sums.insert(kind.to_owned(), count)),
    }
}
