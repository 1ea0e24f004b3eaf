//! What a snapshot keeps of real manifests is judged as the manifests are, and holds none of their secrets.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test may fail, and says what it skips"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use harden_core::check::{Settings, Survey};
use harden_core::rules;
use harden_core::snapshot::{keep, without_values};
use harden_core::source::{Cut, Source};
use harden_yaml::Position;
use serde_json::Value;

/// The objects of a folder, each as an API server lists it: of Secrets only metadata.
fn collect(folder: &Path, objects: &mut Vec<String>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, objects);
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            let bytes = fs::read(&path).unwrap();
            let Ok(text) = harden_yaml::decode(&bytes) else { continue };
            for section in harden_yaml::sections(&text) {
                let Ok(mut object) = serde_yaml::from_str::<Value>(section.text(&text)) else {
                    continue;
                };
                let Some(map) = object.as_object_mut() else { continue };
                if map.get("kind").is_some_and(|it| it == "Secret") {
                    map.retain(|key, _| ["apiVersion", "kind", "metadata"].contains(&&**key));
                }
                // Others no API server has.
                if map.get("kind").is_some() && map.get("metadata").is_some_and(Value::is_object) {
                    objects.push(object.to_string());
                }
            }
        }
    }
}

fn found(texts: &[String]) -> BTreeMap<(String, String, String, String), usize> {
    let start = Position { line: 1, column: 1 };
    let cut = || Cut { start, list: std::sync::Arc::default() };
    let sources: Vec<_> =
        texts.iter().map(|it| Source::cut("cluster".into(), it.as_str(), cut())).collect();
    let mut survey = Survey::new(Settings::new(rules::all()));
    sources.iter().for_each(|it| survey.learn(it));
    let mut run = survey.end();
    run.judge(sources);
    let mut found = BTreeMap::new();
    for finding in run.finish().findings {
        let object = finding.object.as_ref().map(ToString::to_string).unwrap_or_default();
        let path = finding.spots.first().map(|it| it.path.to_string()).unwrap_or_default();
        let what = (finding.about.id.to_string(), object, path, finding.message.to_string());
        *found.entry(what).or_default() += 1;
    }
    found
}

#[test]
fn what_is_kept_of_real_manifests_is_judged_as_they_are() {
    let mut folders = Vec::new();
    folders.extend(harness::Need::Manifests.folder());
    folders.extend(harness::Need::Cases.folder());
    let settings = Settings::new(rules::all());
    for folder in folders {
        let mut objects = Vec::new();
        collect(&folder, &mut objects);
        assert!(objects.len() > 50, "{}", folder.display());
        let mut wrong = Vec::new();
        let kept: Vec<_> = objects
            .iter()
            .map(|text| {
                let kept = keep(text, &settings).unwrap_or_else(|| panic!("{text}"));
                if !kept.is_alike {
                    wrong.push(format!("{text}\n{}", kept.text));
                }
                kept.text
            })
            .collect();
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        let changed = objects.iter().zip(&kept).filter(|(before, after)| before != after).count();
        assert!(changed > 0, "{}", folder.display());
        let (before, after) = (found(&objects), found(&kept));
        for (what, count) in &before {
            assert_eq!(after.get(what), Some(count), "{what:?}");
        }
        assert_eq!(before.len(), after.len());
    }
}

/// Tokens, passwords and the like, of which each begins with what is looked for.
#[test]
fn no_secret_of_any_shape_stays() {
    let long = |prefix: &str| format!("{prefix}{}", "a1B2c3D4e5".repeat(8));
    let values = [
        "Zq9violet-anchor".to_owned(),
        "Zq9 violet anchor 4711".to_owned(),
        long("ghp_Zq9"),
        long("glpat-Zq9"),
        long("eyJhbGciOiJIUzI1NiJ9Zq9.eyJZq9.Zq9"),
        "https://user:Zq9violet1@db.example/".to_owned(),
        "Server=db;Password=Zq9violet1;".to_owned(),
        "-----BEGIN PRIVATE KEY-----\nZq9IEvQIBADANBgkqhkiG9w0\n-----END PRIVATE KEY-----\n"
            .to_owned(),
        "changeme-Zq9".to_owned(),
        "export DB_PASSWORD=Zq9violet1\nexport B=c\n".to_owned(),
        "curl -u admin:Zq9violet1 https://a/".to_owned(),
    ];
    let settings = Settings::new(rules::all());
    let mut wrong = Vec::new();
    for value in &values {
        let quoted = Value::from(value.as_str());
        for object in [
            format!(
                r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"a"}},"spec":{{"containers":[{{"name":"b","image":"c","env":[{{"name":"DB_PASSWORD","value":{quoted}}}]}}]}}}}"#
            ),
            format!(
                r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"a"}},"data":{{"DB_PASSWORD":{quoted}}}}}"#
            ),
            format!(
                r#"{{"apiVersion":"example.com/v1","kind":"Store","metadata":{{"name":"a","annotations":{{"db-password":{quoted}}}}},"spec":{{"auth":{{"password":{quoted}}}}}}}"#
            ),
            format!(
                r#"{{"apiVersion":"external-secrets.io/v1","kind":"SecretStore","metadata":{{"name":"a"}},"spec":{{"provider":{{"fake":{{"data":[{{"key":"k","value":{quoted}}}]}}}}}}}}"#
            ),
            format!(
                r#"{{"apiVersion":"apps/v1","kind":"Deployment","metadata":{{"name":"a","annotations":{{"kubectl.kubernetes.io/last-applied-configuration":{quoted}}}}},"spec":{{"template":{{"spec":{{"containers":[]}}}}}}}}"#
            ),
        ] {
            let kept = keep(&object, &settings).unwrap();
            assert!(!kept.text.contains("Zq9"), "{object}\n{}", kept.text);
            if !kept.is_alike {
                wrong.push(format!("{object}\n{}", kept.text));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn config_maps_without_values_hold_none() {
    let text = r#"{"kind":"ConfigMap","data":{"a":"Zq9"},"binaryData":{"b":"Wnk5"}}"#;
    assert_eq!(without_values(text).unwrap(), text.replace("Zq9", "").replace("Wnk5", ""));
}
