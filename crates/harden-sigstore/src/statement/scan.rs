//! What a scanner of vulnerabilities found: which one, when, and how many of which severity.
//!
//! Upstream: sigstore/cosign `specs/COSIGN_VULN_ATTESTATION_SPEC.md`, in-toto/attestation `spec/predicates/vuln.md`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Unreadable;
use super::bom::by_when;
use super::field::Field;

/// A summary of what a scanner found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The scanner: `pkg:github/aquasecurity/trivy@v0.74.0`.
    pub scanner: Option<String>,
    /// When it ended, RFC 3339; else when it began.
    pub made: Option<String>,
    /// Of when its knowledge is, RFC 3339.
    pub database: Option<String>,
    /// How many it found of each severity, in small letters; `None` where the result has a form that is not known.
    pub found: Option<BTreeMap<String, usize>>,
}

/// Severities, the worst first.
const SEVERITIES: [&str; 6] = ["critical", "high", "medium", "low", "negligible", "unknown"];

impl Scan {
    /// Reads the predicate of a statement, where its type is that of a scan.
    ///
    /// # Errors
    ///
    /// A part that is read is of another type.
    pub fn read(predicate_type: &str, predicate: &Value) -> Option<Result<Self, Unreadable>> {
        let field = Field::under("predicate", predicate);
        match predicate_type.trim_start_matches("https://") {
            "cosign.sigstore.dev/attestation/vuln/v1" => Some(read(&field, false)),
            "in-toto.io/attestation/vulns"
            | "in-toto.io/attestation/vulns/v0.1"
            | "in-toto.io/attestation/vulns/v0.2" => Some(read(&field, true)),
            _ => None,
        }
    }

    /// One line for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let found = match &self.found {
            None => "reports vulnerabilities in a form that is not known".to_owned(),
            Some(found) if found.is_empty() => "reports no vulnerability".to_owned(),
            Some(found) => {
                let each: Vec<String> =
                    ordered(found).map(|(it, count)| format!("{count} {it}")).collect();
                format!("reports vulnerabilities: {}", each.join(", "))
            }
        };
        let scanner: Vec<String> = self.scanner.iter().cloned().collect();
        found + &by_when(&scanner, self.made.as_deref())
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "kind": "scan",
            "scanner": self.scanner,
            "made": self.made,
            "database": self.database,
            "found": self.found,
        })
    }
}

fn ordered(found: &BTreeMap<String, usize>) -> impl Iterator<Item = (&String, &usize)> {
    let mut all: Vec<_> = found.iter().collect();
    let place =
        |name: &str| SEVERITIES.iter().position(|it| *it == name).unwrap_or(SEVERITIES.len());
    all.sort_by_key(|(name, _)| place(name));
    all.into_iter()
}

fn read(field: &Field<'_>, is_in_toto: bool) -> Result<Scan, Unreadable> {
    let (scanner, metadata) = (field.at("scanner"), field.at("metadata"));
    let database = scanner.at("db");
    for object in [field, &scanner, &metadata, &database] {
        object.object()?;
    }
    let mut made = None;
    for key in ["scanFinishedOn", "scanFinishedTime", "scanStartedOn", "scanStartedTime"] {
        let found = metadata.at(key).words()?;
        made = made.or(found);
    }
    let (uri, version) = (scanner.at("uri").words()?, scanner.at("version").words()?);
    let named = match (uri, version) {
        (Some(uri), Some(version)) if !uri.contains(version.as_str()) => {
            Some(format!("{uri}@{version}"))
        }
        (uri, version) => uri.or(version),
    };
    let result = scanner.at("result");
    let found = if is_in_toto { Some(of_in_toto(&result)?) } else { of_tool(&result) };
    Ok(Scan { scanner: named, made, database: database.at("lastUpdate").words()?, found })
}

/// The list of in-toto: each vulnerability with the severities that several methods give it.
fn of_in_toto(result: &Field<'_>) -> Result<BTreeMap<String, usize>, Unreadable> {
    let mut found = BTreeMap::new();
    for item in result.items()? {
        // v0.1 of the specification shows a list here, v0.2 too; single objects are written as well.
        let severities = item.at("severity");
        let all = if severities.value.is_some_and(Value::is_array) {
            severities.items()?
        } else {
            vec![severities]
        };
        let mut words = Vec::new();
        for severity in all {
            if let Some(Value::String(score)) = severity.at("score").value {
                words.push(score.to_ascii_lowercase());
            }
        }
        // A number of CVSS is no word, and what it means depends on the method.
        let worst = SEVERITIES.iter().find(|it| words.iter().any(|word| word == *it));
        *found.entry((*worst.unwrap_or(&"unknown")).to_owned()).or_default() += 1;
    }
    Ok(found)
}

/// The report of a tool, as it writes it: Trivy's, Grype's, or SARIF without severities.
fn of_tool(result: &Field<'_>) -> Option<BTreeMap<String, usize>> {
    let mut found = BTreeMap::new();
    // Words that are not known may say anything, and are counted as nothing known.
    let mut add = |severity: Option<&str>| {
        let known =
            SEVERITIES.iter().find(|it| severity.is_some_and(|word| word.eq_ignore_ascii_case(it)));
        *found.entry((*known.unwrap_or(&"unknown")).to_owned()).or_default() += 1;
    };
    let value = result.value?;
    let list = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    if value.get("matches").is_some_and(Value::is_array) {
        for item in list(value, "matches") {
            add(item.pointer("/vulnerability/severity").and_then(Value::as_str));
        }
        return Some(found);
    }
    // Trivy leaves `Results` out where an image has nothing that it knows.
    if value.get("Results").is_some() || value.get("SchemaVersion").is_some() {
        for item in list(value, "Results").iter().flat_map(|it| list(it, "Vulnerabilities")) {
            add(item.get("Severity").and_then(Value::as_str));
        }
        return Some(found);
    }
    None
}
