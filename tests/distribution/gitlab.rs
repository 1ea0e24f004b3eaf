//! The template for GitLab, read from its file and run as a runner does.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_yaml::Value;

use crate::programs;
use crate::release::{Release, VERSION};
use crate::repository::{PRIVILEGED, Repository};

/// The one job of the template.
fn job() -> Value {
    let template = include_str!("../../docs/ci/gitlab.yml");
    let template: Value = serde_yaml::from_str(template).unwrap();
    let template = template.as_mapping().unwrap();
    assert_eq!(template.len(), 1);
    template.get("kubectl-harden").unwrap().clone()
}

/// Runs the job's script with its variables, and with those that a project or GitLab sets.
fn run(checkout: &Path, set: &[(&str, &str)]) -> Output {
    let job = job();
    let script = job["script"].as_sequence().unwrap();
    let script: Vec<&str> = script.iter().map(|it| it.as_str().unwrap()).collect();
    let variables = job["variables"].as_mapping().unwrap();
    let variables =
        variables.iter().map(|(name, it)| (name.as_str().unwrap(), it.as_str().unwrap()));
    let mut bash = Command::new("bash");
    bash.args(["-eo", "pipefail", "-c", &script.join("\n")])
        .current_dir(checkout)
        .env_clear()
        .env("TMPDIR", checkout.parent().unwrap())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .envs(variables)
        .envs(set.iter().copied());
    bash.output().unwrap()
}

/// The reports that the job hands to GitLab, by their kind.
fn report(checkout: &Path, kind: &str) -> String {
    let job = job();
    assert_eq!(job["artifacts"]["when"], "always");
    let name = job["artifacts"]["reports"][kind].as_str().unwrap();
    fs::read_to_string(checkout.join(name)).unwrap()
}

#[test]
fn a_merge_request_fails_on_what_it_brings_anew_only() {
    if !programs::are_there(&["bash", "git", "curl", "tar", "sha256sum"]) {
        return;
    }
    let release = Release::serve();
    let digest = release.digest("linux-amd64");
    let install = [
        ("HARDEN_BASE_URL", release.address.as_str()),
        ("HARDEN_VERSION", VERSION),
        ("HARDEN_SHA256", digest.as_str()),
    ];
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    let base = repository.git(&["rev-parse", "HEAD"]);
    repository.propose(&[("new one.yaml", &PRIVILEGED.replace("name: old", "name: new"))]);
    let head = repository.git(&["rev-parse", "change"]);
    let checkout = repository.check_out_shallow(&head);
    let request = [&install[..], &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", base.as_str())]].concat();
    let ended = run(&checkout, &request);
    let output = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{output}{}", String::from_utf8_lossy(&ended.stderr));
    assert!(output.contains("new one.yaml"), "{output}");
    let quality: serde_json::Value =
        serde_json::from_str(&report(&checkout, "codequality")).unwrap();
    let issues = quality.as_array().unwrap();
    assert!(issues.iter().any(|it| it["location"]["path"] == "new one.yaml"), "{issues:?}");
    assert!(report(&checkout, "junit").contains("<testsuite"));

    // Old flaws alone let it pass, and fail the default branch.
    repository.git(&["checkout", "--quiet", "main"]);
    repository.commit(&[("old.yaml", &PRIVILEGED.replace("1.4.2", "1.4.3"))]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let checkout = repository.check_out_shallow(&head);
    assert_eq!(run(&checkout, &request).status.code(), Some(0));
    assert_eq!(run(&checkout, &install).status.code(), Some(1));
    let never = [&install[..], &[("HARDEN_FAIL_ON", "never")]].concat();
    assert_eq!(run(&checkout, &never).status.code(), Some(0));
}

#[test]
fn nothing_runs_without_a_version_and_its_digest() {
    if !programs::are_there(&["bash", "git", "curl", "tar", "sha256sum"]) {
        return;
    }
    let release = Release::serve();
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let checkout = repository.check_out_shallow(&head);
    let unset = [("HARDEN_BASE_URL", release.address.as_str()), ("HARDEN_VERSION", "")];
    let ended = run(&checkout, &unset);
    assert_eq!(ended.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&ended.stderr).contains("set HARDEN_VERSION and HARDEN_SHA256")
    );
    let wrong = "0".repeat(64);
    let set = [
        ("HARDEN_BASE_URL", release.address.as_str()),
        ("HARDEN_VERSION", VERSION),
        ("HARDEN_SHA256", wrong.as_str()),
    ];
    assert_ne!(run(&checkout, &set).status.code(), Some(0));
    assert_eq!(release.calls(), 0);
}
