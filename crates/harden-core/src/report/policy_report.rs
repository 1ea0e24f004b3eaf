//! Reports as objects of the cluster: one per object with findings, as Kyverno writes them.

mod carried;
mod object;
mod result;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::io::{self, Write};

use super::format::Unchanged;
use super::{Format, Order, Report, fingerprints};
use crate::finding::{Finding, ObjectReference};
use crate::kubernetes::Kind;
use crate::manifest::Manifest;
use object::{MOST, Place, Results};
use result::{Entry, unix_seconds};

pub(super) const POLICY: Format = Format {
    name: "policyreport",
    help: "PolicyReports (wgpolicyk8s.io/v1alpha2), for `kubectl apply`",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, ReportApi::Policy, out),
};

pub(super) const OPEN: Format = Format {
    name: "openreports",
    help: "Reports (openreports.io/v1alpha1), for `kubectl apply`",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, ReportApi::Open, out),
};

/// Whose objects reports are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportApi {
    /// `wgpolicyk8s.io/v1alpha2`.
    Policy,
    /// `openreports.io/v1alpha1`.
    Open,
}

/// The findings of one object, or of one source's text outside of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Object(&'a ObjectReference),
    Source(&'a str),
}

/// What was found of whom, with the fingerprints.
type Found<'a> = BTreeMap<Subject<'a>, Vec<(&'a Finding, u64)>>;

impl ReportApi {
    /// The label by which our reports are known, and its value.
    pub const LABEL: [&str; 2] = ["app.kubernetes.io/managed-by", "kubectl-harden"];
    /// The annotation of reports of a cluster that is the same where they say the same, whenever they said it.
    pub const DIGEST: &str = "harden.kubectl.io/digest";
    /// The name of the report of what was not checked.
    pub const NOT_CHECKED: &str = "kubectl-harden-not-checked";

    /// That of a format; none where the format is of another sort.
    pub fn of(format: Format) -> Option<Self> {
        [(POLICY, Self::Policy), (OPEN, Self::Open)]
            .into_iter()
            .find_map(|(it, api)| (it.name == format.name).then_some(api))
    }

    /// The kinds of its objects: in a namespace, and in none.
    pub fn kinds(self) -> [Kind; 2] {
        match self {
            Self::Policy => [Kind::POLICY_REPORT, Kind::CLUSTER_POLICY_REPORT],
            Self::Open => [Kind::REPORT, Kind::CLUSTER_REPORT],
        }
    }

    /// The name of the report of an object of a cluster.
    pub fn name(uid: &str) -> String {
        format!("harden-{uid}")
    }

    /// The objects that a report is written as, in their order. Each is made when it is asked for.
    pub fn objects<'r>(self, report: &'r Report<'r>) -> impl Iterator<Item = Manifest> + 'r {
        let seconds = report.now.and_then(unix_seconds);
        let of_subjects = found(report)
            .into_iter()
            .filter_map(move |(subject, findings)| self.object(report, subject, findings, seconds));
        of_subjects.chain(self.of_run(report, seconds))
    }

    fn object(
        self,
        report: &Report<'_>,
        subject: Subject<'_>,
        mut findings: Vec<(&Finding, u64)>,
        seconds: Option<i64>,
    ) -> Option<Manifest> {
        let is_of_cluster = report.view.cluster.is_some();
        let with_skipped = !is_of_cluster || report.view.with_ignored;
        let skipped = findings.iter().filter(|(it, _)| it.ignored.is_some()).count();
        let mut results = Results::of(findings.len() - skipped, skipped, with_skipped);
        findings.retain(|(it, _)| with_skipped || it.ignored.is_none());
        if findings.is_empty() {
            return None;
        }
        // What there is no room for comes last.
        if is_of_cluster || findings.len() > MOST {
            findings.sort_by_key(|(it, _)| (it.ignored.is_some(), Reverse(it.about.severity)));
        }
        for (finding, fingerprint) in findings {
            results.add(Entry::of(report, finding, fingerprint), seconds);
        }
        Some(Place::of(subject, &report.view).report(self, &report.view, results))
    }

    /// What was not checked, and what is not shown.
    fn of_run(self, report: &Report<'_>, seconds: Option<i64>) -> Vec<Manifest> {
        let lacks = report.incomplete.iter().map(|it| format!("{}: {}", it.what, it.why));
        let errors = lacks.map(|it| Entry::of_coverage("not-checked", "error", it)).collect();
        let omission = report.omission().into_iter();
        let omission = omission.map(|it| Entry::of_coverage("not-shown", "skip", it)).collect();
        let parts: [(&str, bool, Vec<Entry>); 2] =
            [("not-checked", true, errors), ("not-shown", false, omission)];
        let told = parts.into_iter().filter(|(_, _, entries)| !entries.is_empty());
        let report = |(rule, is_error, entries)| {
            let results = Results::of_run(entries, is_error, seconds);
            Place::of_run(rule, &report.view).report(self, &report.view, results)
        };
        told.map(report).collect()
    }
}

fn write(report: &Report<'_>, api: ReportApi, out: &mut dyn Write) -> io::Result<()> {
    let mut divider = "";
    for manifest in api.objects(report) {
        write!(out, "{divider}{}", harden_yaml::write(&manifest.object))?;
        divider = "---\n";
    }
    Ok(())
}

fn found<'a>(report: &'a Report<'_>) -> Found<'a> {
    let is_of_cluster = report.view.cluster.is_some();
    let (mut found, mut by_uid) = (Found::new(), BTreeMap::new());
    for (finding, fingerprint) in report.findings.iter().zip(fingerprints::hashes(report)) {
        let mut subject = match finding.object.as_deref() {
            Some(object) => Subject::Object(object),
            None => Subject::Source(report.source(finding).name),
        };
        // Some objects are served by two APIs, and are one.
        if let Subject::Object(object) = subject
            && is_of_cluster
            && !object.uid.is_empty()
        {
            subject = match by_uid.entry(object.uid.as_str()) {
                Slot::Vacant(slot) => *slot.insert(subject),
                Slot::Occupied(slot) => *slot.get(),
            };
        }
        found.entry(subject).or_default().push((finding, fingerprint));
    }
    found
}
