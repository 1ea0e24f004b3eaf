//! Holds what `cargo binstall` is told in `plugin/Cargo.toml` to the archives of a release.

use std::process::Command;

use serde_json::Value;

use super::payload::Archive;
use super::target::Target;
use crate::tool;

/// The machines as cargo knows them, which take the same archive as the one that it is built for.
const ALIKE: [(&str, &str); 3] = [
    ("x86_64-unknown-linux-gnu", "linux-amd64"),
    ("aarch64-unknown-linux-gnu", "linux-arm64"),
    ("x86_64-pc-windows-msvc", "windows-amd64"),
];

/// What cargo knows of the package `kubectl-harden`.
fn package() -> Value {
    let output = Command::new("cargo")
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(tool::top())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages.iter().find(|it| it["name"] == "kubectl-harden").unwrap().clone()
}

/// Fills a template in as binstall's documentation says: `{ name }` is a variable, blanks are free.
fn fill(template: &str, variables: &[(&str, &str)]) -> String {
    let mut parts = template.split('{');
    let mut text = parts.next().unwrap().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap();
        let value = variables.iter().find(|(it, _)| *it == name.trim());
        text.push_str(value.unwrap_or_else(|| panic!("binstall has no variable {name}")).1);
        text.push_str(rest);
    }
    text
}

#[test]
fn every_machine_is_led_to_its_archive() {
    let package = package();
    let binstall = &package["metadata"]["binstall"];
    let version = package["version"].as_str().unwrap();
    let repository = package["repository"].as_str().unwrap();
    let overrides = binstall["overrides"].as_object().unwrap();
    let own = Target::ALL.iter().map(|it| (it.triple(), it));
    let alike = ALIKE.iter().map(|(triple, name)| (*triple, Target::named(name).unwrap()));
    let machines: Vec<(&str, &'static Target)> = own.chain(alike).collect();
    assert_eq!(overrides.len(), machines.len(), "a machine of binstall is none of ours");
    for (triple, target) in machines {
        let said = &overrides[triple];
        let url = said["pkg-url"].as_str().unwrap();
        let url = fill(url, &[("repo", repository), ("version", version)]);
        let name = target.archive_name(version);
        let format = said["pkg-fmt"].as_str().or(binstall["pkg-fmt"].as_str()).unwrap();
        assert_eq!(format == "zip", target.os() == "windows", "{triple}");
        let archive = Archive { target, name, sha256: String::new(), version: version.to_owned() };
        assert_eq!(url, archive.url(), "{triple}");

        let extension = if target.os() == "windows" { ".exe" } else { "" };
        let variables = [("bin", "kubectl-harden"), ("binary-ext", extension)];
        let path = fill(binstall["bin-dir"].as_str().unwrap(), &variables);
        assert_eq!(path, target.binary(), "{triple}");
    }
}
