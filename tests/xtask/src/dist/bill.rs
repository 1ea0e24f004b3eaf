//! The bill of materials (CycloneDX): what is linked into the command, as the command itself says.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use auditable_info::{Limits, audit_info_from_file};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::source::Source;
use super::target::Target;
use crate::tool;

/// Where the sources of this project are.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// The bill of a command that was built for a machine, as JSON. It has no serial number, which would have
/// to be another one each time.
pub(super) fn of(command: &Path, target: &Target, source: &Source) -> Result<String> {
    let linked = audit_info_from_file(command, Limits::default())?.packages;
    let licences = licences(target)?;
    let is_linked = |kind| kind == auditable_serde::DependencyKind::Runtime;
    let reference = |name: &str, version: &dyn std::fmt::Display| format!("{name}@{version}");
    let mut root = None;
    let (mut components, mut dependencies) = (Vec::new(), Vec::new());
    for package in linked.iter().filter(|it| is_linked(it.kind)) {
        let name = reference(&package.name, &package.version);
        let kind = if package.root { "application" } else { "library" };
        let mut component = Map::new();
        let mut say = |key: &str, value: Value| component.insert(key.to_owned(), value);
        say("type", kind.into());
        say("bom-ref", name.as_str().into());
        say("name", package.name.as_str().into());
        say("version", package.version.to_string().into());
        if let Some(licence) = licences.get(&name) {
            say("licenses", json!([{"expression": licence.replace('/', " OR ")}]));
        }
        if package.source == auditable_serde::Source::CratesIo {
            say("purl", format!("pkg:cargo/{name}").into());
        } else {
            say("externalReferences", json!([{"type": "vcs", "url": REPOSITORY}]));
        }
        let needed = package.dependencies.iter().filter_map(|it| linked.get(*it));
        let needed = needed.filter(|it| is_linked(it.kind));
        let needed: Vec<String> = needed.map(|it| reference(&it.name, &it.version)).collect();
        dependencies.push(json!({"ref": name, "dependsOn": needed}));
        if package.root { root = Some(component) } else { components.push(component) }
    }
    let mut root = root.context("the command does not say what is linked into it")?;
    let properties = json!([
        {"name": "commit", "value": source.commit},
        {"name": "target", "value": target.triple()},
    ]);
    root.insert("properties".to_owned(), properties);
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": Timestamp::from_second(i64::try_from(source.epoch)?)?.to_string(),
            "lifecycles": [{"phase": "build"}],
            "component": root,
            "properties": [{"name": "cdx:reproducible", "value": "true"}],
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(format!("{bill:#}\n"))
}

/// The licence of each package, by its name and version.
fn licences(target: &Target) -> Result<HashMap<String, String>> {
    let mut cargo = Command::new("cargo");
    cargo.args(["metadata", "--format-version=1", "--locked", "--all-features"]);
    let output =
        cargo.args(["--filter-platform", target.triple()]).current_dir(tool::top()).output()?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let packages =
        metadata.get("packages").and_then(Value::as_array).context("cargo names no packages")?;
    let word = |package: &Value, key: &str| package.get(key)?.as_str().map(str::to_owned);
    let licences = packages.iter().filter_map(|it| {
        let name = format!("{}@{}", word(it, "name")?, word(it, "version")?);
        Some((name, word(it, "license")?))
    });
    Ok(licences.collect())
}
