//! What a check found, as exemptions from what is not let in from now on.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::generators::OptionError;
use crate::intents::Exempt;

const OPTION: &str = "--from-baseline";

/// An object that has flaws today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The object.
    pub what: Exempt,
    /// The ids of the rules that found a flaw.
    pub rules: Vec<String>,
}

/// What is read of the JSON report.
#[derive(Deserialize)]
struct Report {
    findings: Vec<Finding>,
}

/// What `--write-baseline` writes: how often each hash of a finding is known.
#[derive(Deserialize)]
struct Baseline {
    #[serde(rename = "findings")]
    _findings: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
struct Finding {
    rule: String,
    object: Option<Object>,
}

#[derive(Deserialize)]
struct Object {
    kind: String,
    #[serde(default)]
    namespace: String,
    #[serde(default)]
    name: String,
}

/// The objects of a report, each with all that was found in it, in the order of the report.
pub(super) fn read(file: &str, text: &str) -> Result<Vec<Found>, OptionError> {
    let is_baseline = serde_json::from_str::<Baseline>(text).is_ok();
    let report: Report = serde_json::from_str(text).map_err(|_| {
        let rule = if is_baseline {
            "it holds no names of objects: write a report with kubectl harden check -o json"
        } else {
            "it is no report of kubectl harden check -o json"
        };
        OptionError::new(OPTION, file, rule)
    })?;
    let mut found: Vec<Found> = Vec::new();
    for finding in report.findings {
        let Some(object) = finding.object.filter(|it| !it.name.is_empty()) else { continue };
        let what =
            Exempt::Object { kind: object.kind, namespace: object.namespace, name: object.name };
        match found.iter_mut().find(|it| it.what == what) {
            Some(known) if known.rules.contains(&finding.rule) => {}
            Some(known) => known.rules.push(finding.rule),
            None => found.push(Found { what, rules: vec![finding.rule] }),
        }
    }
    Ok(found)
}
