//! JSON formats against their schemas.

use std::collections::BTreeSet;

use harden_core::report::{JSON_SCHEMA, Report};
use jsonschema::Validator;
use serde_json::Value;

use crate::input::Input;
use crate::written;

const SARIF_SCHEMA: &str = include_str!("../schemas/sarif-2.1.0.schema.json");
const GITLAB_SCHEMA: &str = include_str!("../schemas/gitlab-code-quality.schema.json");

/// A schema with its formats, such as `uri-reference` and `date-time`, in force.
fn validator(schema: &str) -> Validator {
    // SARIF's schema has a pattern with a stray bracket.
    let schema = schema.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema = serde_json::from_str(&schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// Holds the JSON formats of a report against their schemas.
pub(crate) struct Schemas([(&'static str, Validator); 4]);

impl Schemas {
    pub(crate) fn new() -> Self {
        Self([
            ("json", validator(JSON_SCHEMA)),
            ("yaml", validator(JSON_SCHEMA)),
            ("sarif", validator(SARIF_SCHEMA)),
            ("gitlab", validator(GITLAB_SCHEMA)),
        ])
    }

    pub(crate) fn hold(&self, report: &Report<'_>) {
        for (format, schema) in &self.0 {
            let value = read(report, format);
            let errors: Vec<_> = schema
                .iter_errors(&value)
                .map(|it| format!("{}: {it}", it.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{format}: {errors:#?}");
        }
    }
}

/// A report in a format that is JSON or YAML.
fn read(report: &Report<'_>, format: &str) -> Value {
    let text = written(report, format);
    if format != "yaml" {
        return serde_json::from_str(&text).unwrap();
    }
    serde_yaml::from_str(&text).unwrap()
}

#[test]
fn the_schema_is_called_by_the_address_where_the_repository_shows_it() {
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let raw = concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/");
    let path = schema["$id"].as_str().unwrap().strip_prefix(raw).unwrap();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    assert_eq!(std::fs::read_to_string(file).unwrap(), JSON_SCHEMA);
}

#[test]
fn json_formats_satisfy_their_schemas() {
    let schemas = Schemas::new();
    Input::new().report(|report| schemas.hold(report));
    Input::sound().report(|report| schemas.hold(report));
}

#[test]
fn schemas_reject_what_is_wrong() {
    let Schemas(schemas) = Schemas::new();
    for (format, schema) in &schemas {
        let mut value = Input::new().report(|report| read(report, format));
        let broken = match *format {
            "sarif" => {
                value.pointer_mut("/runs/0/results/0/locations/0/physicalLocation/region/startLine")
            }
            "gitlab" => value.pointer_mut("/0/location/lines/begin"),
            _ => value.pointer_mut("/findings/0/spots/0/start/line"),
        };
        *broken.unwrap() = Value::from(0);
        assert!(!schema.is_valid(&value), "{format}");
    }
}

#[test]
fn yaml_says_what_json_says() {
    Input::new().report(|report| assert_eq!(read(report, "yaml"), read(report, "json")));
}

#[test]
fn the_schema_knows_every_field() {
    fn names(value: &Value, known: &BTreeSet<&str>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                let is_free = key == "Deployment" || key == "CronJob" || key == "Service";
                assert!(known.contains(key.as_str()) || is_free, "{key} is not in the schema");
                if key != "value" {
                    names(value, known);
                }
            }),
            Value::Array(items) => items.iter().for_each(|it| names(it, known)),
            _ => {}
        }
    }
    fn collect<'a>(schema: &'a Value, known: &mut BTreeSet<&'a str>) {
        if let Some(map) = schema.as_object() {
            if let Some(properties) = map.get("properties").and_then(Value::as_object) {
                known.extend(properties.keys().map(String::as_str));
            }
            map.values().for_each(|it| collect(it, known));
        }
        schema.as_array().into_iter().flatten().for_each(|it| collect(it, known));
    }
    let schema: Value = serde_json::from_str(JSON_SCHEMA).unwrap();
    let mut known = BTreeSet::new();
    collect(&schema, &mut known);
    names(&Input::new().report(|report| read(report, "json")), &known);
}

#[test]
fn sarif_regions_are_exact_and_paths_are_uris() {
    Input::new().report(|report| {
        let sarif = read(report, "sarif");
        let results = sarif.pointer("/runs/0/results").unwrap().as_array().unwrap();
        assert_eq!(results.len(), report.findings.len());
        for result in results {
            let location = &result["locations"][0]["physicalLocation"];
            let index =
                usize::try_from(location["artifactLocation"]["index"].as_u64().unwrap()).unwrap();
            let region =
                |key: &str| usize::try_from(location["region"][key].as_u64().unwrap()).unwrap();
            let text = report.sources[index].text.unwrap();
            let line = text.lines().nth(region("startLine") - 1).unwrap();
            let marked: String = line
                .chars()
                .skip(region("startColumn") - 1)
                .take(region("endColumn") - region("startColumn"))
                .collect();
            match result["ruleId"].as_str().unwrap() {
                "privileged-container" => assert_eq!(marked, "true"),
                "secret-in-environment" => assert_eq!(marked, "correct-horse-battery-staple"),
                "writable-root-file-system" => assert!(
                    marked.ends_with("securityContext") || marked.starts_with("name:"),
                    "{marked}"
                ),
                _ => assert!(marked.ends_with(":latest"), "{marked}"),
            }
            let rule = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(sarif["runs"][0]["tool"]["driver"]["rules"][rule]["id"], result["ruleId"]);
        }
        let uri = &sarif["runs"][0]["artifacts"][1]["location"]["uri"];
        assert_eq!(uri, "k8s/nightly%20report.yaml");
    });
}

#[test]
fn fingerprints_stay_when_lines_move_and_are_never_shared() {
    let input = Input::new();
    let prints = |text: &Value| {
        let findings = text["findings"].as_array().unwrap().clone();
        findings.iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let before = input.report(|report| prints(&read(report, "json")));
    let moved = input.report(|report| {
        let mut findings = report.findings.to_vec();
        for spot in findings.iter_mut().flat_map(|it| &mut it.spots) {
            spot.start.line += 7;
            spot.end.line += 7;
            spot.span.start += 100;
            spot.span.end += 100;
        }
        findings
    });
    let twice: Vec<_> = moved.iter().chain(&moved).cloned().collect();
    let moved = Input::new().with(moved, Vec::new());
    assert_eq!(moved.report(|report| prints(&read(report, "json"))), before);
    let twice = Input::new().with(twice, Vec::new());
    let twice = twice.report(|report| prints(&read(report, "json")));
    assert_eq!(twice.iter().collect::<BTreeSet<_>>().len(), twice.len());
}
