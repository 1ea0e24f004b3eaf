//! The archive for this machine, unpacked on it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use auditable_info::{Limits, audit_info_from_file};
use cyclonedx_bom::models::bom::Bom;
use cyclonedx_bom::models::bom::SpecVersion;
use cyclonedx_bom::validation::Validate as _;
use tempfile::TempDir;

use crate::built;

/// The archive in a folder of its own, where it was built and this machine can run what is in it.
fn unpacked() -> Option<TempDir> {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return None;
    }
    let archive = built::file("kubectl-harden-v", "-linux-amd64.tar.gz")?;
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(folder.path()).status();
    assert!(status.unwrap().success());
    Some(folder)
}

/// Runs a program of the archive with nothing but the archive around it.
fn run(folder: &Path, program: &str, words: &[&str]) -> Output {
    let mut command = Command::new(folder.join(program));
    command.args(words).env_clear().env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    command.current_dir(folder).output().unwrap()
}

fn printed(output: Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_command_runs_without_any_library_of_the_machine() {
    let Some(folder) = unpacked() else { return };
    let folder = folder.path();
    // Only a program that loads libraries names the one that loads them.
    let bytes = fs::read(folder.join("kubectl-harden")).unwrap();
    let loader = b"/lib64/ld-linux-x86-64.so.2";
    assert!(!bytes.windows(loader.len()).any(|it| it == loader));
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n  containers: [{name: a, image: 'a:1'}]\n";
    fs::write(folder.join("pod.yaml"), pod).unwrap();
    let checked = run(folder, "kubectl-harden", &["check", "pod.yaml"]);
    assert_eq!(checked.status.code(), Some(1), "{checked:?}");
    let help = printed(run(folder, "kubectl-harden", &["--help"]));
    assert!(help.contains("  playground "), "the page is not embedded:\n{help}");
}

#[test]
fn version_names_the_commit_and_its_date() {
    let Some(folder) = unpacked() else { return };
    let version = printed(run(folder.path(), "kubectl-harden", &["version", "-o", "json"]));
    let version: serde_json::Value = serde_json::from_str(&version).unwrap();
    let commit = version["commit"].as_str().unwrap().trim_end_matches("-dirty");
    assert!(commit.len() >= 40 && commit.bytes().all(|it| it.is_ascii_hexdigit()), "{version}");
    let date: jiff::Timestamp = version["date"].as_str().unwrap().parse().unwrap();
    let archive = built::file("kubectl-harden-v", "-linux-amd64.tar.gz").unwrap();
    let mut list = Command::new("tar");
    let list = printed(list.args(["--utc", "--full-time", "-tvzf"]).arg(archive).output().unwrap());
    let time = date.strftime("%Y-%m-%d %H:%M:%S").to_string();
    assert!(list.lines().all(|it| it.contains(&time) && it.contains(" 0/0 ")), "{time}\n{list}");
}

#[test]
fn every_command_has_a_manual_page_that_names_it_as_it_is_typed() {
    let Some(folder) = unpacked() else { return };
    let mut command = kubectl_harden::command();
    command.build();
    let mut pages = BTreeMap::new();
    collect(&command, "kubectl harden", &mut pages);
    let folder = folder.path().join("man/man1");
    let there: BTreeSet<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(there, pages.keys().cloned().collect());
    for (page, typed) in pages {
        let text = fs::read_to_string(folder.join(&page)).unwrap().replace("\\-", "-");
        assert!(text.contains(&typed), "{page} does not show `{typed}`:\n{text}");
    }
}

/// The page of each command, and how the command is typed.
fn collect(command: &clap::Command, typed: &str, pages: &mut BTreeMap<String, String>) {
    pages.insert(format!("{}.1", typed.replace(' ', "-")), typed.to_owned());
    for below in command.get_subcommands() {
        // The page is carried by the archive, whatever these tests were built with.
        if !below.is_hide_set() || below.get_name() == "playground" {
            collect(below, &format!("{typed} {}", below.get_name()), pages);
        }
    }
}

#[test]
fn completions_are_those_of_the_command() {
    let Some(folder) = unpacked() else { return };
    let folder = folder.path();
    for (shell, file) in [
        ("bash", "bash/kubectl-harden"),
        ("elvish", "elvish/kubectl-harden.elv"),
        ("fish", "fish/kubectl-harden.fish"),
        ("powershell", "powershell/kubectl-harden.ps1"),
        ("zsh", "zsh/_kubectl-harden"),
    ] {
        let script = fs::read_to_string(folder.join("completions").join(file)).unwrap();
        assert_eq!(
            script,
            printed(run(folder, "kubectl-harden", &["completion", shell])),
            "{shell}"
        );
    }
    let answer = printed(run(folder, "completions/kubectl_complete-harden", &["names"]));
    assert!(answer.starts_with("namespace\t") && answer.ends_with("\n:4\n"), "{answer}");
}

#[test]
fn the_command_and_the_bill_of_materials_say_what_is_linked() {
    let Some(folder) = unpacked() else { return };
    let folder = folder.path();
    let linked = audit_info_from_file(&folder.join("kubectl-harden"), Limits::default()).unwrap();
    let linked = serde_json::to_value(linked).unwrap();
    // Packages that only took part in building say so.
    let linked = linked["packages"].as_array().unwrap().iter().filter(|it| it["kind"].is_null());
    let linked: BTreeSet<String> = linked
        .map(|it| format!("{}@{}", it["name"].as_str().unwrap(), it["version"].as_str().unwrap()))
        .collect();
    assert!(linked.iter().any(|it| it.starts_with("rustls@")), "{linked:?}");

    let text = fs::read_to_string(folder.join("sbom.cdx.json")).unwrap();
    let bill = Bom::parse_from_json(text.as_bytes()).unwrap();
    let valid = bill.validate_version(SpecVersion::V1_5);
    assert!(valid.passed(), "{valid:?}");
    let bill: serde_json::Value = serde_json::from_str(&text).unwrap();
    let listed =
        bill["components"].as_array().unwrap().iter().chain([&bill["metadata"]["component"]]);
    let listed: BTreeSet<String> =
        listed.map(|it| it["bom-ref"].as_str().unwrap().to_owned()).collect();
    assert_eq!(listed, linked);
    assert!(bill["components"].as_array().unwrap().iter().all(|it| it["licenses"].is_array()));
}

#[test]
fn nothing_names_a_place_of_the_machine_that_built_it() {
    let Some(folder) = unpacked() else { return };
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().display().to_string();
    let home = std::env::home_dir().unwrap().join(".cargo").display().to_string();
    for file in ["kubectl-harden", "sbom.cdx.json"] {
        let bytes = fs::read(folder.path().join(file)).unwrap();
        for place in [&top, &home] {
            let is_there = bytes.windows(place.len()).any(|it| it == place.as_bytes());
            assert!(!is_there, "{file} names {place}");
        }
    }
}
