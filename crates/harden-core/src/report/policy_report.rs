//! Reports as objects of the cluster: one per object with findings, as Kyverno writes them.

use std::collections::BTreeMap;
use std::hash::Hasher as _;
use std::io::{self, Write};

use fnv::FnvHasher;
use serde_json::{Map, Value, json};

use super::format::Unchanged;
use super::wide::reason;
use super::{Format, Order, Report, fingerprints};
use crate::finding::{Finding, ObjectReference, Reference};

pub(super) const POLICY: Format = Format {
    name: "policyreport",
    help: "PolicyReports (wgpolicyk8s.io/v1alpha2), for `kubectl apply`",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, Api::Policy, out),
};

pub(super) const OPEN: Format = Format {
    name: "openreports",
    help: "Reports (openreports.io/v1alpha1), for `kubectl apply`",
    order: Order::Place,
    unchanged: Unchanged::Shown,
    write: |report, _, out| write(report, Api::Open, out),
};

/// Whose objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Api {
    /// `wgpolicyk8s.io/v1alpha2`.
    Policy,
    /// `openreports.io/v1alpha1`.
    Open,
}

/// Built-in kinds that live in no namespace.
const CLUSTER_WIDE: [&str; 20] = [
    "APIService",
    "CSIDriver",
    "CSINode",
    "CertificateSigningRequest",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "FlowSchema",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// The findings of one object, or of one source's text outside of objects.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject<'a> {
    Object(&'a ObjectReference),
    Source(&'a str),
}

fn write(report: &Report<'_>, api: Api, out: &mut dyn Write) -> io::Result<()> {
    let mut subjects: BTreeMap<Subject<'_>, Vec<(&Finding, String)>> = BTreeMap::new();
    for (finding, fingerprint) in fingerprints::all(report) {
        let subject = match finding.object.as_deref() {
            Some(object) => Subject::Object(object),
            None => Subject::Source(report.source(finding).name),
        };
        subjects.entry(subject).or_default().push((finding, fingerprint));
    }
    let seconds = report.now.and_then(unix_seconds);
    let mut divider = "";
    for (subject, findings) in &subjects {
        let results = findings.iter().map(|(it, print)| result(report, it, print, seconds));
        let object = object(api, subject, results.collect());
        write!(out, "{divider}{}", harden_yaml::write(&object))?;
        divider = "---\n";
    }
    let coverage = |rule: &str, result: &str, message: String| {
        let mut entry = json!({
            "policy": "coverage",
            "rule": rule,
            "source": "kubectl-harden",
            "result": result,
            "message": message,
        });
        stamp(&mut entry, seconds);
        entry
    };
    let errors = report.incomplete.iter();
    let errors: Vec<_> = errors
        .map(|it| coverage("not-checked", "error", format!("{}: {}", it.what, it.why)))
        .collect();
    let omission = report.omission().map(|it| coverage("not-shown", "skip", it));
    for (rule, results) in [("not-checked", errors), ("not-shown", omission.into_iter().collect())]
    {
        if !results.is_empty() {
            let object = named(api, &format!("kubectl-harden-{rule}"), None, None, results);
            write!(out, "{divider}{}", harden_yaml::write(&object))?;
            divider = "---\n";
        }
    }
    Ok(())
}

fn object(api: Api, subject: &Subject<'_>, results: Vec<Value>) -> Value {
    let (id, object) = match subject {
        Subject::Object(object) => {
            let group = object.api_version.rsplit_once('/').map_or("", |(group, _)| group);
            (hash(&[group, &object.kind, &object.namespace, &object.name]), Some(*object))
        }
        Subject::Source(name) => (hash(&[name]), None),
    };
    let namespace = match object {
        // Without one, `kubectl apply` puts the report where it puts the object: the current one.
        Some(object) if !CLUSTER_WIDE.contains(&object.kind.as_str()) => {
            Some(object.namespace.as_str())
        }
        _ => None,
    };
    let scope = object.map(|object| {
        let mut scope =
            json!({"apiVersion": object.api_version, "kind": object.kind, "name": object.name});
        if !object.namespace.is_empty() {
            insert(&mut scope, "namespace", json!(object.namespace));
        }
        scope
    });
    named(api, &format!("kubectl-harden-{id:016x}"), namespace, scope, results)
}

fn named(
    api: Api,
    name: &str,
    namespace: Option<&str>,
    scope: Option<Value>,
    results: Vec<Value>,
) -> Value {
    let (api_version, kind) = match (api, namespace) {
        (Api::Policy, Some(_)) => ("wgpolicyk8s.io/v1alpha2", "PolicyReport"),
        (Api::Policy, None) => ("wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport"),
        (Api::Open, Some(_)) => ("openreports.io/v1alpha1", "Report"),
        (Api::Open, None) => ("openreports.io/v1alpha1", "ClusterReport"),
    };
    let mut metadata = json!({"name": name});
    if let Some(namespace) = namespace.filter(|it| !it.is_empty()) {
        insert(&mut metadata, "namespace", json!(namespace));
    }
    insert(&mut metadata, "labels", json!({"app.kubernetes.io/managed-by": "kubectl-harden"}));
    let mut object = json!({"apiVersion": api_version, "kind": kind, "metadata": metadata});
    if api == Api::Open {
        insert(&mut object, "source", json!("kubectl-harden"));
    }
    if let Some(scope) = scope {
        insert(&mut object, "scope", scope);
    }
    let of =
        |result: &str| results.iter().filter(|it| it.get("result") == Some(&json!(result))).count();
    let summary =
        json!({"pass": 0, "fail": of("fail"), "warn": 0, "error": of("error"), "skip": of("skip")});
    insert(&mut object, "summary", summary);
    insert(&mut object, "results", Value::Array(results));
    object
}

fn result(
    report: &Report<'_>,
    finding: &Finding,
    fingerprint: &str,
    seconds: Option<i64>,
) -> Value {
    let about = &finding.about;
    let mut entry = json!({
        "policy": about.category,
        "rule": about.id,
        "category": about.level.map_or_else(
            || "Hardening".to_owned(),
            |level| format!("Pod Security Standards ({level})"),
        ),
        "source": "kubectl-harden",
        "severity": about.severity.name(),
        "result": if finding.ignored.is_some() { "skip" } else { "fail" },
        "scored": finding.ignored.is_none(),
        "message": &*finding.message,
    });
    stamp(&mut entry, seconds);
    let mut properties = Map::new();
    let mut add = |key: &str, text: String| {
        if !text.is_empty() {
            properties.insert(key.to_owned(), text.into());
        }
    };
    add("file", report.source(finding).name.to_owned());
    if let Some(spot) = finding.spots.first() {
        add("line", spot.start.line.to_string());
        add("path", spot.path.to_string());
    }
    add("remedy", about.remedy.to_string());
    add("page", about.page());
    add("ignored", finding.ignored.as_deref().map_or_else(String::new, reason));
    for (key, wanted) in [("cis", 0), ("mitre", 1), ("owasp", 2)] {
        let references = about.references.iter().filter_map(|it| match (it, wanted) {
            (Reference::Cis(text), 0)
            | (Reference::Mitre(text), 1)
            | (Reference::Owasp(text), 2) => Some(&**text),
            _ => None,
        });
        add(key, references.collect::<Vec<_>>().join(", "));
    }
    add("fingerprint", fingerprint.to_owned());
    insert(&mut entry, "properties", properties.into());
    entry
}

fn stamp(entry: &mut Value, seconds: Option<i64>) {
    if let Some(seconds) = seconds {
        insert(entry, "timestamp", json!({"seconds": seconds, "nanos": 0}));
    }
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(key.to_owned(), value);
    }
}

/// A report of the same object has the same name in every run.
fn hash(parts: &[&str]) -> u64 {
    let mut hash = FnvHasher::default();
    for part in parts {
        hash.write(part.as_bytes());
        hash.write_u8(0);
    }
    hash.finish()
}

/// Seconds since 1970 of an RFC 3339 timestamp in UTC.
fn unix_seconds(text: &str) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| text.get(range)?.parse::<i64>().ok();
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    if !text.ends_with('Z') || !(1..=12).contains(&month) {
        return None;
    }
    // Years begin in March here, so that the leap day is a year's last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::unix_seconds;

    #[test]
    fn timestamps_are_counted_from_1970() {
        assert_eq!(unix_seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_seconds("2000-02-29T12:00:00Z"), Some(951_825_600));
        assert_eq!(unix_seconds("2026-11-23T08:00:00.5Z"), Some(1_795_420_800));
        for bad in ["", "2026-11-23T08:00:00+01:00", "2026-13-01T00:00:00Z", "now"] {
            assert_eq!(unix_seconds(bad), None, "{bad}");
        }
    }
}
