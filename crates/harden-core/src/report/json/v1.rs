//! Version 1. Fields may be added; none is renamed, removed or changed in meaning.

mod against;
pub(super) mod news;
mod write;

use std::collections::BTreeMap;

use harden_yaml::{Action, Splice};
use rustc_hash::FxHashMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::check::{self, Compared};
use crate::finding::{self, ObjectReference, Safety, Severity};
use crate::kubernetes::Level;
use crate::report::wide::ignored_by;
use crate::report::{Report, Summary, fingerprints};

/// What comes before the findings.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Head<'a> {
    version: &'static str,
    tool: Tool<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<&'a str>,
    settings: Settings<'a>,
    summary: Totals,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<against::Against<'a>>,
    rules: Vec<Rule<'a>>,
}

/// What comes after the findings.
#[derive(Serialize)]
pub(super) struct Tail<'a> {
    coverage: Coverage<'a>,
    incomplete: Vec<Incomplete<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    level: &'static str,
    kubernetes_version: String,
    rules: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

#[derive(Serialize)]
struct Totals {
    findings: usize,
    ignored: usize,
    objects: usize,
    severities: Severities,
    fixes: Fixes,
    workloads: Workloads,
    #[serde(skip_serializing_if = "is_zero")]
    omitted: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline: Option<Baseline>,
}

/// What of a baseline is still there.
#[derive(Serialize)]
struct Baseline {
    hidden: usize,
    gone: usize,
}

#[derive(Serialize)]
struct Severities {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
}

/// How many findings `fix` mends.
#[derive(Serialize)]
struct Fixes {
    total: usize,
    safe: usize,
}

#[derive(Serialize)]
struct Workloads {
    total: usize,
    privileged: usize,
    baseline: usize,
    restricted: usize,
}

/// A rule that found something.
#[derive(Serialize)]
struct Rule<'a> {
    id: &'a str,
    category: &'a str,
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    summary: &'a str,
    why: &'a str,
    remedy: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    breaks: &'a str,
    references: Vec<String>,
    page: String,
}

#[derive(Serialize)]
pub(super) struct Finding<'a> {
    rule: &'a str,
    severity: &'static str,
    message: &'a str,
    source: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<Object<'a>>,
    spots: Spots<'a>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<Ignored<'a>>,
}

/// What would mend a finding.
#[derive(Serialize)]
struct Fix<'a> {
    safety: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    edits: Vec<Edit>,
}

/// Bytes of the text of the source, and what to write there instead.
#[derive(Serialize)]
struct Edit {
    start: u32,
    end: u32,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    api_version: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
}

struct Spots<'a>(&'a [finding::Spot]);

#[derive(Serialize)]
struct Spot<'a> {
    start: Position,
    end: Position,
    #[serde(skip_serializing_if = "str::is_empty")]
    path: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Change<'a>>,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Change<'a> {
    action: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a Value>,
}

#[derive(Serialize)]
struct Ignored<'a> {
    by: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Coverage<'a> {
    sources: usize,
    documents: usize,
    #[serde(skip_serializing_if = "is_zero")]
    excluded: usize,
    objects: usize,
    kinds: &'a BTreeMap<String, usize>,
    foreign: usize,
    broken: usize,
    templates: usize,
    patches: usize,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    several: Vec<Several<'a>>,
    #[serde(rename = "withoutSchema", skip_serializing_if = "BTreeMap::is_empty")]
    without_schema: &'a BTreeMap<String, usize>,
    #[serde(rename = "withRules", skip_serializing_if = "BTreeMap::is_empty")]
    with_rules: &'a BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    charts: &'a BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    manifests: &'a BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "is_zero")]
    owned: usize,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    files: &'a BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    kustomized: &'a BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    changes: &'a BTreeMap<String, usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    listed: Vec<Listed<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    system: BTreeMap<&'a str, BTreeMap<&'static str, usize>>,
    #[serde(rename = "rulesNotRun", skip_serializing_if = "<[_]>::is_empty")]
    rules_not_run: &'a [&'static str],
}

/// A kind that was read of a cluster.
#[derive(Serialize)]
struct Listed<'a> {
    resource: &'a str,
    objects: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    selected: Option<usize>,
    command: &'a str,
}

/// Objects of one name of which not all say the same.
#[derive(Serialize)]
struct Several<'a> {
    what: &'a str,
    count: usize,
}

#[derive(Serialize)]
struct Incomplete<'a> {
    what: &'a str,
    why: &'a str,
}

/// All of a report but its findings.
pub(super) fn frame<'a>(report: &'a Report<'a>) -> (Head<'a>, Tail<'a>) {
    let summary = Summary::new(report);
    let coverage = report.coverage;
    let incomplete = report.incomplete.iter();
    (
        Head {
            version: "v1",
            tool: Tool { name: "kubectl-harden", version: report.version },
            time: report.now,
            settings: Settings {
                level: report.level.as_str(),
                kubernetes_version: report.kubernetes_version.to_string(),
                rules: report.rules.iter().map(|it| &*it.id).collect(),
                file: report.view.settings_file,
            },
            summary: Totals::new(&summary, report.view.compared),
            against: report.view.against.map(against::Against::of),
            rules: rules(report),
        },
        Tail {
            coverage: Coverage {
                sources: report.source_count(),
                documents: coverage.documents,
                excluded: coverage.excluded,
                objects: coverage.objects,
                kinds: &coverage.kinds,
                foreign: coverage.foreign,
                broken: coverage.broken,
                templates: coverage.templates,
                patches: coverage.patches,
                several: several(coverage),
                without_schema: &coverage.without_schema,
                with_rules: &coverage.with_rules,
                charts: &coverage.charts,
                manifests: &coverage.manifests,
                owned: coverage.owned,
                files: &coverage.files,
                kustomized: &coverage.kustomized,
                changes: &coverage.changes,
                listed: coverage.listed.iter().map(listed).collect(),
                system: coverage
                    .system
                    .iter()
                    .map(|(name, it)| (&**name, by_severity(it)))
                    .collect(),
                rules_not_run: &coverage.rules_not_run,
            },
            incomplete: incomplete.map(|it| Incomplete { what: &it.what, why: &it.why }).collect(),
        },
    )
}

fn listed(listed: &check::Listed) -> Listed<'_> {
    let check::Listed { resource, objects, selected, command } = listed;
    Listed { resource, objects: *objects, selected: *selected, command }
}

/// Numbers of findings by the severities of which there are any.
fn by_severity(counts: &[usize; 4]) -> BTreeMap<&'static str, usize> {
    let counted = Severity::ALL.into_iter().zip(Severity::ALL.map(|it| counts.get(it as usize)));
    let found = counted.filter_map(|(it, count)| Some((it.name(), *count?)));
    found.filter(|(_, count)| *count > 0).collect()
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

fn several(coverage: &check::Coverage) -> Vec<Several<'_>> {
    let all = coverage.several.iter();
    all.map(|it| Several { what: &it.what, count: it.count }).collect()
}

impl Totals {
    fn new(summary: &Summary, compared: Option<Compared>) -> Self {
        Self {
            findings: summary.findings,
            ignored: summary.ignored,
            objects: summary.objects,
            severities: Severities {
                critical: summary.of(Severity::Critical),
                high: summary.of(Severity::High),
                medium: summary.of(Severity::Medium),
                low: summary.of(Severity::Low),
            },
            fixes: Fixes { total: summary.mendable().0, safe: summary.mendable().1 },
            workloads: Workloads {
                total: summary.workloads(),
                privileged: summary.reaching(Level::Privileged),
                baseline: summary.reaching(Level::Baseline),
                restricted: summary.reaching(Level::Restricted),
            },
            omitted: summary.omitted,
            baseline: compared.map(|it| Baseline { hidden: it.hidden, gone: it.gone }),
        }
    }
}

/// The rules that found something, by id.
fn rules<'a>(report: &Report<'a>) -> Vec<Rule<'a>> {
    let abouts: FxHashMap<&str, _> =
        report.findings.iter().map(|it| (&*it.about.id, &it.about)).collect();
    let mut abouts: Vec<_> = abouts.into_values().collect();
    abouts.sort_by_key(|it| &it.id);
    let rules = abouts.into_iter().map(|it| Rule {
        id: &it.id,
        category: &it.category,
        severity: it.severity.name(),
        level: it.level.map(Level::as_str),
        summary: &it.title,
        why: &it.why,
        remedy: &it.remedy,
        breaks: &it.breaks,
        references: it.references.iter().map(ToString::to_string).collect(),
        page: it.page(),
    });
    rules.collect()
}

impl<'a> Fix<'a> {
    fn of(finding: &'a finding::Finding, splices: Vec<Splice>) -> Self {
        let is_safe = finding.safety() == Safety::Safe;
        let edits = splices.into_iter().map(|it| Edit {
            start: it.span.start,
            end: it.span.end,
            text: it.with,
        });
        Self {
            safety: if is_safe { "safe" } else { "needs-thought" },
            reason: if is_safe { "" } else { &finding.about.breaks },
            edits: edits.collect(),
        }
    }
}

/// One finding of a report, with its fingerprint and its edits.
pub(super) fn finding<'a>(
    report: &Report<'a>,
    finding: &'a finding::Finding,
    fingerprint: u64,
    splices: Vec<Splice>,
) -> Finding<'a> {
    let ignored = finding.ignored.as_ref();
    let is_mendable = finding.is_mendable() && finding.ignored.is_none();
    Finding {
        rule: &finding.about.id,
        severity: finding.about.severity.name(),
        message: &finding.message,
        source: report.source(finding).name,
        object: finding.object.as_deref().map(Object::from),
        spots: Spots(&finding.spots),
        fingerprint: fingerprints::hex(fingerprint),
        status: finding.status.map(finding::Status::name),
        fix: is_mendable.then(|| Fix::of(finding, splices)),
        ignored: ignored.map(|it| Ignored { by: ignored_by(it.by), reason: &it.reason }),
    }
}

impl<'a> From<&'a ObjectReference> for Object<'a> {
    fn from(name: &'a ObjectReference) -> Self {
        Self {
            api_version: &name.api_version,
            kind: &name.kind,
            namespace: &name.namespace,
            name: &name.name,
        }
    }
}

impl<'a> Change<'a> {
    /// Version 1 has no words for what adds to a list or changes a key.
    fn of(action: &'a Action) -> Option<Self> {
        match action {
            Action::Set(value) => Some(Self { action: "set", value: Some(value) }),
            Action::Remove => Some(Self { action: "remove", value: None }),
            Action::Append(_) | Action::Insert(..) | Action::Rename(_) => None,
        }
    }
}

impl<'a> Spots<'a> {
    fn each(&self) -> impl Iterator<Item = Spot<'a>> + use<'a> {
        self.0.iter().map(|spot| Spot {
            start: Position { line: spot.start.line, column: spot.start.column },
            end: Position { line: spot.end.line, column: spot.end.column },
            path: &spot.path,
            label: &spot.label,
            change: spot.change().and_then(Change::of),
        })
    }
}

impl Serialize for Spots<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.each())
    }
}
