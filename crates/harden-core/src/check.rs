//! Runs rules over sources: once over each, then once over what they say together.
//!
//! [`Checker::judge`] looks at one source and needs nothing of the others, so that callers may run it in
//! parallel and forget the text afterwards. [`Checker::conclude`] runs the rules that look at all objects.

mod namespaces;
mod object;
mod reporter;
#[cfg(test)]
pub(crate) mod testing;
mod workload;
mod world;

pub use namespaces::Namespaces;
use object::Source;
pub use object::{Object, SourceText};
pub use reporter::Reporter;
pub use workload::Workload;
pub use world::{WorkloadFact, World};

use std::collections::BTreeMap;
use std::sync::Arc;

use harden_yaml::Document;
use workload::Profiles;

use crate::finding::Finding;
use crate::ignore::{self, FileIgnore, Ignore};
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
pub struct Judged {
    /// Its findings, in the order of the text.
    pub findings: Vec<Finding>,
    /// What was read.
    pub coverage: Coverage,
    /// The decisions not to count findings, for [`crate::ignore::apply`].
    pub ignores: Vec<Ignore>,
    /// Its pods, as far as other objects' rules need them.
    pub(crate) workloads: Vec<WorkloadFact>,
    /// Whether it holds objects that rules over all objects look at.
    pub(crate) is_retained: bool,
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
    /// Pods and pod templates by the highest level that they meet: privileged, baseline, restricted.
    pub levels: [usize; 3],
    /// Files that objects have the API server read, and that may not be among the input.
    pub named_files: Vec<String>,
}

impl Judged {
    /// Whether [`Checker::conclude`] needs the source's text.
    pub fn is_retained(&self) -> bool {
        self.is_retained
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
    profiles: Vec<Profiles>,
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
        Self { settings, profiles }
    }

    /// Runs the rules that need one source at a time.
    pub fn judge(&self, source: &SourceText<'_>) -> Judged {
        let mut judged = Judged::default();
        for document in harden_yaml::documents(source.text) {
            self.judge_document(source, &document, &mut judged);
        }
        judged.findings.sort_by_key(|it| it.spots.first().map(|spot| spot.span.start));
        judged
    }

    /// Runs the rules that look at all objects; `sources` are those that were judged, in order.
    pub fn conclude(&self, judged: &[Judged], sources: &[SourceText<'_>]) -> Vec<Finding> {
        let mut findings = Vec::new();
        let all: Vec<&dyn Source> = sources.iter().map(|it| it as &dyn Source).collect();
        let retained = sources.iter().zip(judged).filter(|(_, judged)| judged.is_retained);
        let documents: Vec<_> = retained
            .flat_map(|(source, _)| {
                harden_yaml::documents(source.text).map(|it| (source.index, it))
            })
            .collect();
        let objects =
            documents.iter().flat_map(|(source, document)| Object::all(*source, document));
        let world = World {
            objects: objects.filter(World::retains).collect(),
            workloads: judged.iter().flat_map(|it| &it.workloads).collect(),
        };
        for rule in &self.settings.rules {
            if let Check::World(check) = rule.check
                && let Some(mut reporter) =
                    Reporter::over_all(rule, &self.settings, &all, &mut findings)
            {
                check(&world, &mut reporter);
            }
        }
        findings.sort_by_key(|it| (it.source, it.spots.first().map(|spot| spot.span.start)));
        findings
    }

    fn judge_document(
        &self,
        source: &SourceText<'_>,
        document: &Document<'_>,
        judged: &mut Judged,
    ) {
        if document.is_empty() && document.problems().is_empty() {
            return;
        }
        judged.coverage.documents += 1;
        for rule in &self.settings.rules {
            if let Check::Document(check) = rule.check {
                check(
                    document,
                    &mut Reporter::new(rule, &self.settings, source, None, &mut judged.findings),
                );
            }
        }
        if document.is_refused() {
            judged.coverage.broken += 1;
            judged.coverage.templates += usize::from(document.has_template());
            return;
        }
        let objects = Object::all(source.index, document);
        judged.coverage.objects += objects.len();
        objects.iter().for_each(|it| judged.coverage.add_kind(it.kind, 1));
        judged.coverage.named_files.extend(objects.iter().filter_map(crate::rules::named_file));
        judged.coverage.foreign += usize::from(objects.is_empty());
        if self.settings.reads_ignores {
            let line_of = |offset| source.position(offset).line;
            let file = &self.settings.ignores;
            judged.ignores.extend(ignore::collect(
                source.index,
                document,
                &objects,
                file,
                &line_of,
            ));
        }
        for object in &objects {
            judged.is_retained |= World::retains(object);
            for rule in &self.settings.rules {
                if let Check::Object(check) = rule.check {
                    check(
                        object,
                        &mut Reporter::new(
                            rule,
                            &self.settings,
                            source,
                            Some(object),
                            &mut judged.findings,
                        ),
                    );
                }
            }
            for workload in Workload::all(object) {
                self.judge_workload(source, &workload, judged);
            }
        }
    }

    fn judge_workload(
        &self,
        source: &SourceText<'_>,
        workload: &Workload<'_>,
        judged: &mut Judged,
    ) {
        let object = Some(&workload.object);
        for rule in &self.settings.rules {
            if let Check::Workload(check) = rule.check {
                check(
                    workload,
                    &mut Reporter::new(rule, &self.settings, source, object, &mut judged.findings),
                );
            }
        }
        judged.workloads.push(workload.fact(source));
        let own = workload.object.namespace().and_then(|it| self.settings.namespaces.standard(it));
        let (level, version) = match own {
            Some(standard) => {
                (standard.level, standard.version.effective(MinorVersion::NEWEST_KNOWN))
            }
            None => (self.settings.level, self.settings.version),
        };
        let Some(profiles) = self.profiles.iter().find(|it| it.version == version) else { return };
        let (reached, failures) = profiles.judge(workload);
        if let Some(count) = judged.coverage.levels.get_mut(reached as usize) {
            *count += 1;
        }
        for failure in failures.iter().filter(|it| it.check.level <= level) {
            if let Some(rule) = profiles.rule(failure.check) {
                let mut reporter =
                    Reporter::new(rule, &self.settings, source, object, &mut judged.findings);
                workload::report(failure, workload, &mut reporter);
            }
        }
    }
}
