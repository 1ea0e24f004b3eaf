//! A report in numbers, and those in sentences.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{Against, Report};
use crate::check::Several;
use crate::finding::{Finding, ObjectReference, Severity};
use crate::kubernetes::Level;

/// How many things of a kind one line names.
const NAMED: usize = 5;

/// A report in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Findings that count.
    pub findings: usize,
    /// Findings that somebody decided not to count.
    pub ignored: usize,
    /// Objects with findings that count.
    pub objects: usize,
    /// Objects that were checked.
    pub checked: usize,
    /// Those of them that rules judge.
    judged: usize,
    /// Pods and pod templates by the highest level that they meet: privileged, baseline, restricted.
    pub levels: [usize; 3],
    /// Findings that are left out of the report, those that do not count included.
    pub omitted: usize,
    severities: [usize; 4],
    /// Findings that count and that `fix` mends; and those that it mends without a thought.
    mendable: (usize, usize),
    /// Whether only new findings are counted.
    is_of_new: bool,
}

impl Summary {
    /// Counts.
    pub fn new(report: &Report<'_>) -> Self {
        let is_of_new = report.view.against.is_some_and(|it| it.is_of_new);
        if let Some(all) = report.all() {
            return all;
        }
        Self { is_of_new, ..Self::counting(report, report.findings.iter()) }
    }

    fn counting<'f>(report: &Report<'_>, findings: impl Iterator<Item = &'f Finding>) -> Self {
        let mut summary = Self {
            findings: 0,
            ignored: 0,
            objects: 0,
            checked: report.coverage.objects,
            judged: report.coverage.judged() + report.coverage.runtime,
            levels: report.coverage.levels,
            omitted: 0,
            severities: [0; 4],
            mendable: (0, 0),
            is_of_new: false,
        };
        let mut objects: FxHashSet<&ObjectReference> = FxHashSet::default();
        let mut last: Option<&Arc<ObjectReference>> = None;
        for finding in findings {
            if finding.ignored.is_some() {
                summary.ignored += 1;
                continue;
            }
            summary.findings += 1;
            if let Some(count) = summary.severities.get_mut(finding.about.severity as usize) {
                *count += 1;
            }
            let is_mendable = finding.is_mendable();
            summary.mendable.0 += usize::from(is_mendable);
            summary.mendable.1 += usize::from(is_mendable && finding.about.mend.is_safe());
            if let Some(object) = &finding.object
                && !last.is_some_and(|it| Arc::ptr_eq(it, object))
            {
                objects.insert(object);
                last = Some(object);
            }
        }
        summary.objects = objects.len();
        summary
    }

    /// The numbers of what is new in a report that is compared with an earlier check.
    pub fn of_new(report: &Report<'_>) -> Self {
        let new = report.findings.iter().filter(|it| !it.is_unchanged());
        Self { is_of_new: true, ..Self::counting(report, new) }
    }

    /// How many findings of this severity count.
    pub fn of(&self, severity: Severity) -> usize {
        self.severities.get(severity as usize).copied().unwrap_or(0)
    }

    /// Pods and pod templates in all.
    pub fn workloads(&self) -> usize {
        self.levels.iter().sum()
    }

    /// How many pods and pod templates meet this level and none above it.
    pub fn reaching(&self, level: Level) -> usize {
        self.levels.get(level as usize).copied().unwrap_or(0)
    }

    /// `3 findings in 2 objects`, `no findings`, `nothing was checked`.
    pub fn headline(&self) -> String {
        let ignored = match self.ignored {
            0 => String::new(),
            1 => " (1 more is ignored)".to_owned(),
            several => format!(" ({several} more are ignored)"),
        };
        let new = if self.is_of_new { "new " } else { "" };
        match (self.findings, self.objects) {
            (0, _) if self.judged == 0 => "nothing was checked".to_owned(),
            (0, _) => format!("no {new}findings{}", ignored.replace(" more", "")),
            (findings, 0) => {
                format!("{}{ignored}", count(findings, &format!("{new}finding")))
            }
            (findings, objects) => {
                let findings = count(findings, &format!("{new}finding"));
                format!("{findings} in {}{ignored}", count(objects, "object"))
            }
        }
    }

    /// `1 critical, 2 medium`; empty without findings.
    pub(super) fn severities(&self) -> String {
        let found = Severity::ALL.iter().filter(|it| self.of(**it) > 0);
        let parts: Vec<_> = found.map(|it| format!("{} {}", self.of(*it), it.name())).collect();
        parts.join(", ")
    }

    /// How many findings `fix` mends, and how many of these without a thought.
    pub fn mendable(&self) -> (usize, usize) {
        self.mendable
    }

    /// `` `kubectl harden fix` mends 3 of them, 1 safely ``; empty where it mends none.
    pub fn fix_sentence(&self) -> String {
        let (all, safe) = self.mendable;
        let of_them = match (all, self.findings) {
            (0, _) => return String::new(),
            (1, 1) => "it".to_owned(),
            (all, findings) if all == findings => "all of them".to_owned(),
            (all, _) => format!("{all} of them"),
        };
        let safely = match safe {
            0 => "each in need of thought".to_owned(),
            safe if safe == all => "safely".to_owned(),
            safe => format!("{safe} safely"),
        };
        format!("`kubectl harden fix` mends {of_them}, {safely}")
    }

    /// `3 workloads: 0 restricted, 2 baseline, 1 neither`; empty without workloads.
    pub fn level_sentence(&self) -> String {
        if self.workloads() == 0 {
            return String::new();
        }
        let of = |level| self.reaching(level);
        let (restricted, baseline) = (of(Level::Restricted), of(Level::Baseline));
        let neither = of(Level::Privileged);
        let workloads = count(self.workloads(), "workload");
        format!("{workloads}: {restricted} restricted, {baseline} baseline, {neither} neither")
    }

    /// `480 more findings are left out: --max-findings shows the worst`; `None` where nothing is left out.
    pub fn omission(&self) -> Option<String> {
        let (are, shown) = if self.omitted == 1 { ("is", "one") } else { ("are", "ones") };
        (self.omitted > 0).then(|| {
            format!("{} {are} left out, the least severe {shown}", more(self.omitted, "finding"))
        })
    }
}

impl Report<'_> {
    /// The numbers of all that it is about, where some findings are left out of it.
    pub(super) fn all(&self) -> Option<Summary> {
        match self.view.against.filter(|it| it.is_of_new) {
            Some(against) => against.all_new.copied(),
            None => self.view.all,
        }
    }

    /// What is left out of the report, and what a baseline hides: one line each.
    pub fn hidden_lines(&self) -> Vec<String> {
        let compared = self.view.compared.map(|it| {
            let gone = match it.gone {
                0 => String::new(),
                1 => ", and 1 that it holds is gone".to_owned(),
                several => format!(", and {several} that it holds are gone"),
            };
            format!("the baseline hides {}{gone}", count(it.hidden, "finding"))
        });
        let against = self.view.against.map(Against::lines).unwrap_or_default();
        Summary::new(self).omission().into_iter().chain(compared).chain(against).collect()
    }

    /// What was checked, and what of the input was not an object: one line each.
    pub fn coverage_lines(&self) -> Vec<String> {
        let coverage = self.coverage;
        let kinds = match coverage.kinds.len() {
            0 | 1 => String::new(),
            several => format!(" of {several} kinds"),
        };
        let of_files = || {
            let documents = count(coverage.documents, "document");
            format!("{documents} of {}", count(self.source_count(), "source"))
        };
        let place = self.view.cluster.map_or_else(of_files, str::to_owned);
        let mut lines = vec![format!(
            "checked {}{kinds} in {place} with {}, for {} and Kubernetes {}",
            count(coverage.objects, "object"),
            count(self.rules.len(), "rule"),
            self.level,
            self.kubernetes_version
        )];
        match coverage.foreign {
            0 => {}
            1 => lines.push("1 document is no Kubernetes object".to_owned()),
            several => lines.push(format!("{several} documents are no Kubernetes objects")),
        }
        match coverage.patches {
            0 => {}
            1 => lines.push(
                "1 workload is a patch or a template of an operator: only what it says was checked"
                    .to_owned(),
            ),
            several => {
                lines.push(format!(
                    "{several} workloads are patches or templates of operators: only what they say was checked"
                ));
            }
        }
        match coverage.excluded {
            0 => {}
            1 => lines.push("1 path is excluded, and was not read".to_owned()),
            several => lines.push(format!("{several} paths are excluded, and were not read")),
        }
        lines.extend(self.view.settings_file.map(|it| format!("with the settings of {it}")));
        lines.extend(without_schema(&coverage.without_schema));
        lines.extend(files(&coverage.files));
        lines.extend(with_rules(&coverage.with_rules));
        lines.extend(charts(&coverage.charts));
        lines.extend(manifests(&coverage.manifests));
        lines.extend(kustomized(&coverage.kustomized));
        lines.extend(changes(&coverage.changes));
        match coverage.owned {
            0 => {}
            1 => lines
                .push("what is also said of the owner of 1 object is said there only".to_owned()),
            some => lines.push(format!(
                "what is also said of the owners of {some} objects is said there only"
            )),
        }
        lines.extend(several(&coverage.several));
        let mut selected = coverage.listed.iter().filter_map(|it| it.selected).peekable();
        if selected.peek().is_some() {
            let matched: usize = selected.sum();
            let all: usize = coverage.listed.iter().map(|it| it.objects).sum();
            lines.push(format!(
                "the selector matches {matched} of {}: what is said of others is not shown",
                count(all, "object")
            ));
        }
        lines.extend(coverage.system.iter().map(|(namespace, counts)| system(namespace, counts)));
        if coverage.broken > 0 {
            let templates = match (coverage.templates, coverage.broken) {
                (0, _) => String::new(),
                (1, 1) => "; it is a template".to_owned(),
                (1, _) => "; 1 is a template".to_owned(),
                (several, _) => format!("; {several} are templates"),
            };
            lines.push(format!(
                "{} could not be read{templates}",
                count(coverage.broken, "document")
            ));
        }
        lines
    }

    /// How many sources there are; the items of a stream are one.
    pub(super) fn source_count(&self) -> usize {
        self.sources.chunk_by(|a, b| a.name == b.name).count()
    }

    /// What could not be read or checked, and why: one line each.
    pub fn incomplete_lines(&self) -> Vec<String> {
        self.incomplete.iter().map(|it| format!("{}: {}", it.what, it.why)).collect()
    }
}

/// What was found in a namespace of Kubernetes itself.
fn system(namespace: &str, counts: &[usize; 4]) -> String {
    let found = Severity::ALL.iter().filter_map(|it| {
        let count = counts.get(*it as usize).filter(|it| **it > 0)?;
        Some(format!("{count} {}", it.name()))
    });
    let found: Vec<_> = found.collect();
    let all = count(counts.iter().sum(), "finding");
    format!(
        "{namespace}, which is of Kubernetes itself: {all} not shown and not counted ({})",
        found.join(", ")
    )
}

/// The kinds of which nothing says what fields they have.
fn without_schema(kinds: &BTreeMap<String, usize>) -> Option<String> {
    line(kinds, "object", |is_one, counted| {
        let have = if is_one { "has" } else { "have" };
        let of_them = if is_one { "it" } else { "them" };
        format!(
            "{counted} {have} no schema here ({}): of {of_them} only pods and objects inside were checked; give the definitions with --crd",
            named(kinds)
        )
    })
}

/// The programs whose files look like objects.
fn files(programs: &BTreeMap<String, usize>) -> Option<String> {
    line(programs, "object", |is_one, counted| {
        let (is, it_sets) =
            if is_one { ("is a file", "it sets") } else { ("are files", "they set") };
        format!(
            "{counted} {is} of programs ({}), which no API server stores: what {it_sets} was not checked",
            named(programs)
        )
    })
}

/// The kinds whose definitions have rules in CEL.
fn with_rules(kinds: &BTreeMap<String, usize>) -> Option<String> {
    line(kinds, "object", |is_one, counted| {
        let (is, of_them) = if is_one { ("is", "its") } else { ("are", "their") };
        format!(
            "{counted} ({}) {is} held to CEL rules by {of_them} CustomResourceDefinition: these rules were not checked",
            named(kinds)
        )
    })
}

/// The kinds that have charts rendered elsewhere.
fn charts(kinds: &BTreeMap<String, usize>) -> Option<String> {
    line(kinds, "object", |is_one, counted| {
        let (have, what) = if is_one { ("has", "it makes") } else { ("have", "they make") };
        format!(
            "{counted} ({}) {have} charts or folders applied that are elsewhere: what {what} was not checked",
            named(kinds)
        )
    })
}

/// How to check what these folders build.
fn built(folders: &BTreeMap<String, usize>) -> String {
    match folders.keys().next() {
        Some(folder) if folders.len() == 1 => format!("check -k {folder}"),
        _ => format!("check -k each of {}", named(folders)),
    }
}

/// The folders of kustomizations that hold changes themselves.
fn changes(folders: &BTreeMap<String, usize>) -> Option<String> {
    line(folders, "change", |is_one, counted| {
        let (is, it_changes) = if is_one { ("is", "it changes") } else { ("are", "they change") };
        format!(
            "{counted} {is} made by kustomizations themselves: what {it_changes} was not checked; to check what is built, {}",
            built(folders)
        )
    })
}

/// The kinds that have manifests in their data.
fn manifests(kinds: &BTreeMap<String, usize>) -> Option<String> {
    line(kinds, "object", |is_one, counted| {
        let (has, its) = if is_one { ("has", "its") } else { ("have", "their") };
        format!(
            "{counted} ({}) {has} manifests as texts in {its} data: these were not checked",
            named(kinds)
        )
    })
}

/// The folders of kustomizations with patches.
fn kustomized(folders: &BTreeMap<String, usize>) -> Option<String> {
    line(folders, "object", |is_one, counted| {
        let (is, they) =
            if is_one { ("is a patch", "it says") } else { ("are patches", "they say") };
        let built = built(folders);
        format!(
            "{counted} {is} for kustomize: only what {they} was checked; to check what is built, {built}",
        )
    })
}

/// A line about all that was counted, if anything was: `say` is told whether it is one, and how many there are.
fn line(
    counts: &BTreeMap<String, usize>,
    noun: &str,
    say: impl FnOnce(bool, String) -> String,
) -> Option<String> {
    let sum = counts.values().sum();
    (sum > 0).then(|| say(sum == 1, count(sum, noun)))
}

/// The first few kinds by name.
fn named(kinds: &BTreeMap<String, usize>) -> String {
    let names: Vec<_> = kinds.keys().take(NAMED).map(String::as_str).collect();
    let more = match kinds.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", names.join(", "))
}

/// Objects of one name that do not say the same; the first few by name.
fn several(all: &[Several]) -> Option<String> {
    let named: Vec<_> =
        all.iter().take(NAMED).map(|it| format!("{} of {}", it.count, it.what)).collect();
    let more = match all.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let named = named.join(", ");
    let how =
        "not all say the same: each file is judged by the nearest, the strictest of those as near";
    (!named.is_empty()).then(|| format!("there are {named}{more}, and {how}"))
}

/// `1 more finding`, `2 more findings`.
fn more(number: usize, noun: &str) -> String {
    count(number, &format!("more {noun}"))
}

/// `1 finding`, `2 findings`.
pub(super) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
