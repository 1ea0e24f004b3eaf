//! Runs rules over sources: once over each, then once over what they say together.
//!
//! [`Checker::judge`] looks at one source and needs nothing of the others, so that callers may run it in
//! parallel and forget the text afterwards. [`Checker::conclude`] runs the rules that look at all objects.

mod incremental;
mod interner;
mod namespaces;
mod object;
mod reporter;
mod session;
#[cfg(test)]
pub(crate) mod testing;
mod workload;
mod world;

pub use incremental::{Incremental, Outcome};
pub use namespaces::Namespaces;
use object::Source;
pub use object::{Object, Provenance, SourceText};
use reporter::Findings;
pub use reporter::Reporter;
pub use session::Session;
pub use workload::Workload;
pub use world::{WorkloadFact, World};

use std::collections::BTreeMap;
use std::sync::Arc;

use workload::Profiles;

use crate::finding::Finding;
use crate::ignore::{FileIgnore, Ignore};
use crate::kubernetes::{Level, MinorVersion};
use crate::rule::{Check, Rule};
use crate::schema::Crds;

/// What to check, and against what.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The rules to run.
    pub rules: Vec<&'static Rule>,
    /// The Pod Security level that pods are held to where no Namespace says otherwise.
    pub level: Level,
    /// The Kubernetes version that the objects are meant for.
    pub version: MinorVersion,
    /// The custom kinds whose objects are held against their schemas.
    pub crds: Arc<Crds>,
    /// The Namespaces whose own labels decide instead.
    pub namespaces: Namespaces,
    /// Whether decisions not to count findings are looked for.
    pub reads_ignores: bool,
    /// The decisions of a file.
    pub ignores: Vec<FileIgnore>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rules: crate::rules::all().collect(),
            level: Level::Restricted,
            version: MinorVersion::NEWEST_KNOWN,
            crds: Arc::default(),
            namespaces: Namespaces::default(),
            reads_ignores: true,
            ignores: Vec::new(),
        }
    }
}

/// What one source comes to.
#[derive(Debug, Default)]
pub struct Draft {
    /// Its findings, in the order of the text.
    pub findings: Vec<Finding>,
    /// What was read.
    pub coverage: Coverage,
    /// The decisions not to count findings, for [`crate::ignore::apply`].
    pub ignores: Vec<Ignore>,
    /// What rules over all objects need of it.
    pub remains: Remains,
}

/// What rules over all objects need of a source after its text is gone.
#[derive(Debug, Default)]
pub struct Remains {
    /// Its pods.
    workloads: Vec<WorkloadFact>,
    /// Whether it holds objects that they look at.
    is_retained: bool,
}

/// What was read, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Documents that hold something.
    pub documents: usize,
    /// Kubernetes objects, those in Lists one by one.
    pub objects: usize,
    /// The objects by kind.
    pub kinds: BTreeMap<String, usize>,
    /// Documents that are no Kubernetes object.
    pub foreign: usize,
    /// Documents that could not be read.
    pub broken: usize,
    /// Those of the broken ones that look like templates of Helm.
    pub templates: usize,
    /// Pods and pod templates without any image: patches to other manifests, of which only what they
    /// say can be checked.
    pub patches: usize,
    /// Pods and pod templates by the highest level that they meet: privileged, baseline, restricted.
    pub levels: [usize; 3],
    /// Files that objects have the API server read, and that may not be among the input.
    pub named_files: Vec<String>,
}

impl Remains {
    /// Whether [`Checker::conclude`] needs the source's text.
    pub fn is_retained(&self) -> bool {
        self.is_retained
    }

    /// The namespaces of its pods, as they are written; with repetitions.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.workloads.iter().map(|it| it.object.namespace.as_str())
    }
}

impl AsRef<Self> for Remains {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl AsRef<Remains> for Draft {
    fn as_ref(&self) -> &Remains {
        &self.remains
    }
}

impl Coverage {
    /// Adds what another source comes to.
    pub fn add(&mut self, other: &Self) {
        self.documents += other.documents;
        self.objects += other.objects;
        other.kinds.iter().for_each(|(kind, count)| self.add_kind(kind, *count));
        self.foreign += other.foreign;
        self.broken += other.broken;
        self.templates += other.templates;
        self.patches += other.patches;
        self.named_files.extend_from_slice(&other.named_files);
        self.levels.iter_mut().zip(other.levels).for_each(|(sum, count)| *sum += count);
    }

    fn add_kind(&mut self, kind: &str, count: usize) {
        match self.kinds.get_mut(kind) {
            Some(sum) => *sum += count,
            None => drop(self.kinds.insert(kind.to_owned(), count)),
        }
    }
}

/// The rules of a run, sorted by what they are shown.
#[derive(Debug)]
pub struct Checker {
    settings: Settings,
    rules: RulesByCheck,
    profiles: Vec<Profiles>,
}

#[derive(Debug, Default)]
struct RulesByCheck {
    of_documents: Vec<&'static Rule>,
    of_objects: Vec<&'static Rule>,
    of_workloads: Vec<&'static Rule>,
    over_all: Vec<&'static Rule>,
}

impl RulesByCheck {
    fn sort(rules: &[&'static Rule]) -> Self {
        let mut sorted = Self::default();
        for rule in rules {
            match rule.check {
                Check::Document(_) => sorted.of_documents.push(rule),
                Check::Object(_) => sorted.of_objects.push(rule),
                Check::Workload(_) => sorted.of_workloads.push(rule),
                Check::World(_) => sorted.over_all.push(rule),
                // Profiles know theirs.
                Check::PodSecurity(_) => {}
            }
        }
        sorted
    }
}

impl Checker {
    /// Prepares a run.
    pub fn new(settings: Settings) -> Self {
        let newest = MinorVersion::NEWEST_KNOWN;
        let of_namespaces = settings.namespaces.standards().map(|it| it.version.effective(newest));
        let mut versions: Vec<_> = of_namespaces.collect();
        versions.sort();
        versions.dedup();
        versions.retain(|it| *it != settings.version);
        let versions = [settings.version].into_iter().chain(versions);
        let profiles = versions.map(|version| Profiles::new(&settings.rules, version)).collect();
        Self { rules: RulesByCheck::sort(&settings.rules), settings, profiles }
    }

    /// Runs the rules that need one source at a time.
    pub fn judge(&self, source: &SourceText<'_>) -> Draft {
        self.session().judge(source)
    }

    /// To judge several sources, one after the other, with less memory.
    pub fn session(&self) -> Session<'_> {
        Session::new(self)
    }

    /// Runs the rules that look at all objects; `sources` are those that were judged, in order.
    pub fn conclude(
        &self,
        judged: &[impl AsRef<Remains>],
        sources: &[SourceText<'_>],
    ) -> Vec<Finding> {
        let mut found = Findings::default();
        let all: Vec<&dyn Source> = sources.iter().map(|it| it as &dyn Source).collect();
        let retained = sources.iter().zip(judged).filter(|(_, it)| it.as_ref().is_retained);
        let documents: Vec<_> = retained
            .flat_map(|(source, _)| source.documents().map(move |it| (source, it)))
            .collect();
        let objects = documents
            .iter()
            .flat_map(|(source, (number, document))| Object::all(source, (*number, document)));
        let world = World {
            objects: objects.filter(World::retains).collect(),
            workloads: judged.iter().flat_map(|it| &it.as_ref().workloads).collect(),
        };
        for rule in &self.rules.over_all {
            if let Check::World(check) = rule.check
                && let Some(mut reporter) =
                    Reporter::over_all(rule, &self.settings, &all, &mut found)
            {
                check(&world, &mut reporter);
            }
        }
        found.findings.sort_by(Finding::order);
        found.findings
    }
}
