//! The log: one run, its results, and what it could not do.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::fix::{Described, Fix};
use super::rule::{Descriptor, level};
use crate::finding::{About, Finding, IgnoredBy, Spot, Status};
use crate::report::secrets::Secrets;
use crate::report::{Report, escape, fingerprints};

/// The root that relative paths start from, by the name that GitHub gives it.
const ROOT: &str = "%SRCROOT%";

#[derive(Serialize)]
pub(super) struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation<'a>; 1],
    original_uri_base_ids: BTreeMap<&'static str, Root>,
    artifacts: Artifacts<'a>,
    results: Results<'a>,
    column_kind: &'static str,
    newline_sequences: [&'static str; 3],
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'a str,
    information_uri: &'static str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time_utc: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Message<String>,
}

#[derive(Serialize)]
struct Root {
    description: Message<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Message<T> {
    pub(super) text: T,
}

struct Artifacts<'a>(&'a Report<'a>);

#[derive(Serialize)]
struct Artifact {
    location: ArtifactLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

/// The results, made one at a time while they are written.
struct Results<'a>(&'a Report<'a>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultEntry<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message<&'a str>,
    locations: Vec<Location<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'a>>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "SARIF names it so")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<&'a str>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation<'a> {
    artifact_location: &'a ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub(super) start_line: u32,
    pub(super) start_column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation<'a> {
    fully_qualified_name: String,
    #[serde(skip_serializing_if = "str::is_empty")]
    name: &'a str,
    kind: &'static str,
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "kubectlHarden/v1")]
    v1: String,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

impl<'a> Log<'a> {
    pub(super) fn new(report: &'a Report<'a>) -> Self {
        let notifications = report.incomplete.iter().map(|it| Notification {
            level: "error",
            message: Message { text: format!("not checked: {}: {}", it.what, it.why) },
        });
        let omission = report.omission().map(|text| {
            let message = Message { text: format!("not shown: {text}") };
            Notification { level: "note", message }
        });
        let notifications = notifications.chain(omission);
        let root = Root { description: Message { text: "the directory that the check ran in" } };
        Self {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver {
                        name: "kubectl-harden",
                        semantic_version: report.version,
                        information_uri: env!("CARGO_PKG_REPOSITORY"),
                        rules: report.rules.iter().map(|it| Descriptor::new(it)).collect(),
                    },
                },
                invocations: [Invocation {
                    execution_successful: report.incomplete.is_empty(),
                    end_time_utc: report.now,
                    tool_execution_notifications: notifications.collect(),
                }],
                original_uri_base_ids: BTreeMap::from([(ROOT, root)]),
                artifacts: Artifacts(report),
                results: Results(report),
                column_kind: "unicodeCodePoints",
                newline_sequences: ["\r\n", "\n", "\r"],
            }],
        }
    }
}

impl ArtifactLocation {
    fn new(name: &str, index: Option<usize>) -> Self {
        let uri = escape::Uri(name).to_string();
        let is_relative = !uri.starts_with("file:");
        Self { uri, uri_base_id: is_relative.then_some(ROOT), index }
    }
}

impl Serialize for Artifacts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let sources = self.0.sources.iter().enumerate();
        serializer.collect_seq(
            sources.map(|(index, it)| Artifact {
                location: ArtifactLocation::new(it.name, Some(index)),
            }),
        )
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.0;
        let secrets = Secrets::of(report);
        let mut fixes = Described::of(report, &secrets);
        let indexes: BTreeMap<&str, usize> =
            report.rules.iter().enumerate().map(|(index, it)| (&*it.id, index)).collect();
        let sources = report.sources.iter().enumerate();
        let artifacts: Vec<_> =
            sources.map(|(index, it)| ArtifactLocation::new(it.name, Some(index))).collect();
        let results = fingerprints::all(report).filter_map(|(finding, v1)| {
            let artifact = artifacts.get(finding.source)?;
            let rule_index = indexes.get(&*finding.about.id).copied();
            let fixes = fixes.each(finding, artifact);
            Some(ResultEntry { fixes, ..result(finding, &finding.about, rule_index, artifact, v1) })
        });
        // Who takes SARIF in would take a result that is absent for one that is there.
        serializer.collect_seq(results)
    }
}

fn result<'a>(
    finding: &'a Finding,
    about: &'a About,
    rule_index: Option<usize>,
    artifact: &'a ArtifactLocation,
    v1: String,
) -> ResultEntry<'a> {
    let mut spots = finding.spots.iter();
    let first = spots.next().map(|spot| location(finding, spot, artifact));
    let related = spots.enumerate().map(|(index, spot)| Location {
        id: Some(index + 1),
        message: Some(Message {
            text: if spot.label.is_empty() { &spot.path } else { &spot.label },
        }),
        ..location(finding, spot, artifact)
    });
    let suppressions = finding.ignored.iter().map(|ignored| Suppression {
        kind: match ignored.by {
            IgnoredBy::Comment | IgnoredBy::Annotation => "inSource",
            IgnoredBy::File => "external",
        },
        status: "accepted",
        justification: &ignored.reason,
    });
    ResultEntry {
        rule_id: &about.id,
        rule_index,
        level: level(about.severity),
        message: Message { text: &finding.message },
        locations: first.into_iter().collect(),
        related_locations: related.collect(),
        partial_fingerprints: Fingerprints { v1 },
        baseline_state: finding.status.map(Status::name),
        suppressions: suppressions.collect(),
        fixes: Vec::new(),
    }
}

fn location<'a>(
    finding: &'a Finding,
    spot: &'a Spot,
    artifact: &'a ArtifactLocation,
) -> Location<'a> {
    let object = finding.object.iter().map(|object| LogicalLocation {
        fully_qualified_name: if spot.path.is_empty() {
            object.to_string()
        } else {
            format!("{object}: {}", spot.path)
        },
        name: &object.name,
        kind: "resource",
    });
    Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: artifact,
            region: Region {
                start_line: spot.start.line,
                start_column: spot.start.column,
                end_line: spot.end.line,
                end_column: spot.end.column,
            },
        },
        logical_locations: object.collect(),
        message: None,
    }
}
