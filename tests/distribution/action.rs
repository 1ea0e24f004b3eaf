//! The steps of the GitHub Action, read from their file and run on real repositories.

use std::fs;
use std::path::{Path, PathBuf};

use crate::composite::{Action, Ended};
use crate::programs;
use crate::release::{Release, VERSION};
use crate::repository::{PRIVILEGED, Repository};

/// The action at a commit that pins a release, as the release makes it: SHA256SUMS beside action.yml.
struct Pinned {
    release: Release,
    folder: tempfile::TempDir,
}

impl Pinned {
    /// Nothing where the machine lacks a program that runners have.
    fn new() -> Option<Self> {
        if !programs::are_there(&["bash", "git", "curl", "tar", "sha256sum"]) {
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        for file in fs::read_dir(source()).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
        }
        let release = Release::serve();
        fs::write(folder.path().join("SHA256SUMS"), release.sums()).unwrap();
        Some(Self { release, folder })
    }

    fn action(&self) -> Action {
        Action::read(self.folder.path()).with("base-url", &self.release.address)
    }

    /// The action in a pull request into `main` whose merge has this commit.
    fn in_pull_request(&self, merge: &str) -> Action {
        self.action()
            .variable("GITHUB_EVENT_NAME", "pull_request")
            .variable("GITHUB_BASE_REF", "main")
            .variable("GITHUB_SHA", merge)
    }
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../.github/actions/check")
}

/// The lines of the log that annotate files.
fn annotations(ended: &Ended) -> Vec<&str> {
    ended.log.lines().filter(|it| it.starts_with("::") && it.contains(" file=")).collect()
}

fn sarif(ended: &Ended) -> serde_json::Value {
    serde_json::from_str(&fs::read_to_string(&ended.outputs["sarif-file"]).unwrap()).unwrap()
}

/// Another privileged pod.
fn another(name: &str) -> String {
    PRIVILEGED.replace("name: old", &format!("name: {name}"))
}

#[test]
fn a_pull_request_fails_on_what_it_brings_anew_only() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[
        ("deploy/old.yaml", PRIVILEGED),
        ("deploy/untouched.yaml", &another("untouched")),
    ]);
    let touched = PRIVILEGED.replace("1.4.2", "1.4.3");
    let merge = repository.propose(&[
        ("deploy/old.yaml", &touched),
        ("deploy/two words, and\nlines.yml", &another("new")),
        (".github/workflows/test.yml", "on: push\njobs: {}\n"),
    ]);
    for checkout in [repository.check_out_shallow(&merge), repository.check_out(&merge)] {
        let ended = pinned.in_pull_request(&merge).run(&checkout);
        assert_eq!(ended.code, 1, "{}", ended.log);
        assert_eq!(ended.outputs["exit-code"], "1");
        let errors: Vec<_> =
            annotations(&ended).into_iter().filter(|it| it.starts_with("::error ")).collect();
        let [error] = errors.as_slice() else { panic!("{errors:?}") };
        assert!(error.contains("file=deploy/two words%2C and%0Alines.yml,line=11,"), "{error}");
        assert!(!ended.log.contains("untouched"), "{}", ended.log);
        assert!(ended.summary.contains("privileged-container"), "{}", ended.summary);
        assert!(ended.summary.contains("Pod team-a/new"), "{}", ended.summary);
        assert_eq!(sarif(&ended)["version"], "2.1.0");
        let new: usize = ended.outputs["new"].parse().unwrap();
        assert_eq!(new, annotations(&ended).len(), "{}", ended.log);
        assert_eq!(ended.outputs["gone"], "0");
        assert!(ended.uses.is_empty());
    }
}

#[test]
fn a_pull_request_that_leaves_old_flaws_as_they_are_passes() {
    let Some(pinned) = Pinned::new() else { return };
    let repository =
        Repository::with(&[("old.yaml", PRIVILEGED), ("mended.yaml", &another("mended"))]);
    let moved = format!("# a comment that moves everything\n{PRIVILEGED}");
    let mended = another("mended").replace("privileged: true", "privileged: false");
    let merge = repository.propose(&[("old.yaml", &moved), ("mended.yaml", &mended)]);
    let ended = pinned.in_pull_request(&merge).run(&repository.check_out_shallow(&merge));
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert_eq!((ended.outputs["new"].as_str(), ended.outputs["gone"].as_str()), ("0", "1"));
    assert!(annotations(&ended).is_empty(), "{}", ended.log);
}

#[test]
fn a_renamed_manifest_brings_nothing_anew() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    repository.commit(&[("gone.yaml", &another("gone"))]);
    let merge = repository.propose(&[
        ("old.yaml", ""),
        ("apps/renamed.yaml", PRIVILEGED),
        ("gone.yaml", ""),
    ]);
    let ended = pinned.in_pull_request(&merge).run(&repository.check_out_shallow(&merge));
    assert_eq!(ended.code, 0, "{}", ended.log);
    let gone: usize = ended.outputs["gone"].parse().unwrap();
    assert_eq!(ended.outputs["new"], "0", "{}", ended.log);
    assert!(gone > 1 && ended.summary.contains("Pod team-a/gone"), "{gone}: {}", ended.summary);
}

#[test]
fn a_pull_request_without_manifests_passes_and_says_so() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    let merge = repository.propose(&[("README.md", "# Read me\n"), ("old.yaml", "")]);
    let ended = pinned.in_pull_request(&merge).run(&repository.check_out_shallow(&merge));
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert!(
        ended.log.contains("::notice title=kubectl harden::this pull request changes no manifest")
    );
    assert!(ended.summary.contains("changes no manifest"));
    assert_eq!(ended.outputs["sarif-file"], "");
    assert_eq!(ended.outputs["exit-code"], "0");

    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    let files = [
        (".github/workflows/test.yml", "on: push\njobs: {}\n"),
        ("package.json", "{\"name\": \"web\"}\n"),
    ];
    let merge = repository.propose(&files);
    let ended = pinned.in_pull_request(&merge).run(&repository.check_out_shallow(&merge));
    assert_eq!(ended.code, 0, "{}", ended.log);
    assert!(ended.log.contains("changes no manifest"), "{}", ended.log);
}

#[test]
fn a_checkout_of_the_branch_itself_is_compared_with_where_it_began() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    repository.propose(&[("deploy/new.yaml", &another("new"))]);
    // What others have mended since is not this pull request's.
    let mended = PRIVILEGED.replace("privileged: true", "privileged: false");
    repository.commit(&[("old.yaml", &mended)]);
    let merge = repository.merge();
    let head = repository.git(&["rev-parse", "change"]);
    let ended = pinned.in_pull_request(&merge).run(&repository.check_out_shallow(&head));
    assert_eq!(ended.code, 1, "{}", ended.log);
    assert!(ended.log.contains("file=deploy/new.yaml"), "{}", ended.log);
    assert!(!ended.log.contains("old.yaml"), "{}", ended.log);
}

#[test]
fn a_push_checks_everything_and_uploads_it_if_asked() {
    let Some(pinned) = Pinned::new() else { return };
    let repository =
        Repository::with(&[("a/old.yaml", PRIVILEGED), ("b/c/pod.yaml", &another("other"))]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let checkout = repository.check_out_shallow(&head);
    let ended = pinned.action().with("sarif", "true").run(&checkout);
    assert_eq!(ended.code, 1, "{}", ended.log);
    for file in ["file=a/old.yaml", "file=b/c/pod.yaml"] {
        assert!(ended.log.contains(file), "{}", ended.log);
    }
    let results = sarif(&ended)["runs"][0]["results"].as_array().unwrap().len();
    assert_eq!(ended.outputs["new"], results.to_string());
    // It comes before the step that fails.
    let [upload] = ended.uses.as_slice() else { panic!("{:?}", ended.uses) };
    assert_eq!(upload["sarif_file"], ended.outputs["sarif-file"]);
    assert!(ended.path.contains("kubectl-harden"), "{}", ended.path);

    let ended = pinned.action().with("fail-on", "never").with("summary", "false").run(&checkout);
    assert_eq!((ended.code, ended.summary.as_str()), (0, ""), "{}", ended.log);
}

#[test]
fn paths_and_arguments_are_one_per_line() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[
        ("two words/-o json.yaml", PRIVILEGED),
        ("$(touch pwned)/pod.yaml", &another("other")),
        ("left out.yaml", &another("left-out")),
    ]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let checkout = repository.check_out_shallow(&head);
    let ended = pinned
        .action()
        .with("paths", "two words/-o json.yaml\n\n$(touch pwned)\n")
        .with("args", "--level=baseline\n--rule\nprivileged-container\n")
        .run(&checkout);
    assert_eq!((ended.code, ended.outputs["new"].as_str()), (1, "2"), "{}", ended.log);
    assert!(!ended.log.contains("left out"), "{}", ended.log);
    assert!(!checkout.join("pwned").exists());
}

#[test]
fn what_it_is_compared_with_can_be_named() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    repository.commit(&[("new.yaml", &another("new"))]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let first = repository.git(&["rev-parse", "HEAD~1"]);
    repository.git(&["branch", "stable", &first]);
    let checkout = repository.check_out_shallow(&head);
    // None of them is in the shallow checkout.
    for against in [first.as_str(), "stable", "git:stable"] {
        let ended = pinned.action().with("against", against).run(&checkout);
        assert_eq!(ended.code, 1, "{}", ended.log);
        assert!(!ended.log.contains("old.yaml"), "{}", ended.log);
    }
    let ended = pinned.action().with("against", "nowhere").run(&checkout);
    assert_eq!(ended.code, 2, "{}", ended.log);
    assert!(ended.log.contains("against is no revision, folder or file: nowhere"), "{}", ended.log);
    let ended = pinned.action().with("against", "--upload-pack=touch pwned").run(&checkout);
    assert_eq!(ended.code, 2, "{}", ended.log);
    assert!(!checkout.join("pwned").exists());

    let merge = repository.propose(&[("old.yaml", &PRIVILEGED.replace("1.4.2", "1.4.3"))]);
    let checkout = repository.check_out_shallow(&merge);
    let ended = pinned.in_pull_request(&merge).with("against", "none").run(&checkout);
    assert_eq!(ended.code, 1, "{}", ended.log);
    assert!(!ended.log.contains("new.yaml"), "{}", ended.log);
}

#[test]
fn what_is_incomplete_or_wrong_is_passed_on_after_all_is_written() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[("README.md", "# Read me\n")]);
    let template = "apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\n";
    let merge = repository.propose(&[("charts/web/templates/service.yaml", template)]);
    let checkout = repository.check_out_shallow(&merge);
    let ended = pinned.in_pull_request(&merge).with("sarif", "true").run(&checkout);
    assert_eq!((ended.code, ended.outputs["exit-code"].as_str()), (3, "3"), "{}", ended.log);
    assert!(ended.log.contains("title=not checked"), "{}", ended.log);
    assert!(ended.summary.contains("templates/service.yaml"), "{}", ended.summary);
    assert_eq!(ended.uses.len(), 1);

    let ended = pinned.action().with("args", "--level=nonsense").run(&checkout);
    assert_eq!((ended.code, ended.outputs["exit-code"].as_str()), (2, "2"), "{}", ended.log);
    assert!(ended.log.contains("nonsense"), "{}", ended.log);
}

#[test]
fn nothing_runs_that_has_another_digest() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let checkout = repository.check_out_shallow(&head);
    let wrong = "0".repeat(64);
    let ended = pinned.action().with("version", VERSION).with("sha256", &wrong).run(&checkout);
    assert_eq!(ended.code, 2, "{}", ended.log);
    assert!(ended.log.contains(&format!("but {wrong} is pinned: it is not run")), "{}", ended.log);
    assert_eq!(pinned.release.calls(), 0);
    assert_eq!((ended.path.as_str(), ended.outputs["sarif-file"].as_str()), ("", ""));
}

#[test]
fn another_release_needs_a_digest_of_its_own() {
    let Some(pinned) = Pinned::new() else { return };
    let repository = Repository::with(&[("old.yaml", PRIVILEGED)]);
    let head = repository.git(&["rev-parse", "HEAD"]);
    let checkout = repository.check_out_shallow(&head);
    let ended = pinned.action().with("version", "v9.9.9").run(&checkout);
    assert_eq!(ended.code, 2, "{}", ended.log);
    assert!(ended.log.contains("no digest is known of version 9.9.9"), "{}", ended.log);
    let ended =
        pinned.action().with("version", "../../evil").with("sha256", "0".repeat(64)).run(&checkout);
    assert!(ended.log.contains("version is not one such as v0.1.0"), "{}", ended.log);
    assert_eq!(pinned.release.calls(), 0);

    // A commit between releases pins none.
    fs::remove_file(pinned.folder.path().join("SHA256SUMS")).unwrap();
    let ended = pinned.action().run(&checkout);
    assert!(ended.log.contains("no release is pinned here"), "{}", ended.log);
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let os = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let digest = pinned.release.digest(&format!("{os}-{arch}")).to_uppercase();
    for (version, digest) in [("v0.1.0", digest), ("", pinned.release.sums().replace('\n', "\r\n"))]
    {
        let ended = pinned.action().with("version", version).with("sha256", digest).run(&checkout);
        assert_eq!(ended.code, 1, "{}", ended.log);
    }
}

#[test]
fn scripts_have_no_expressions() {
    for name in ["install.sh", "check.sh"] {
        let script = fs::read_to_string(source().join(name)).unwrap();
        assert!(script.contains("\nset -euo pipefail\n") && !script.contains("${{"), "{name}");
    }
}
