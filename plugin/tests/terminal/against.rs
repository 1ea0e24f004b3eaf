//! `check --against`: what is new since another folder, a report, or a revision of a git repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::check::{Folder, POD};
use crate::gallery;
use crate::harden::Ended;

/// Runs git in a folder, away from the settings of whoever runs the tests.
pub(crate) fn git(folder: &Path, words: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["-c", "user.name=a", "-c", "user.email=a@example.com"]);
    git.args(["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"]).args(words);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let output = git.output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn commit(folder: &Path) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-qm", "a step"]);
}

/// A repository with one commit of these files.
pub(crate) fn repository(files: &[(&str, &str)]) -> Folder {
    let folder = Folder::with(files);
    git(folder.path(), &["init", "-q"]);
    commit(folder.path());
    folder
}

fn write(folder: &Folder, name: &str, text: &str) {
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn calm() -> String {
    POD.replace("privileged: true", "privileged: false")
}

fn named(name: &str) -> String {
    POD.replace("name: web", &format!("name: {name}"))
}

/// What a run says of the comparison: new, unchanged, gone, ignored, not judged.
fn numbers(folder: &Folder, words: &str) -> [u64; 5] {
    let ended = folder.run(&format!("check {words} -o json"));
    let json: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{ended:?}"));
    ["new", "unchanged", "gone", "ignored", "notJudged"]
        .map(|it| json["against"][it].as_u64().unwrap())
}

#[track_caller]
fn nothing_new(ended: &Ended) {
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("no new findings"), "{}", ended.stdout);
}

const RULES: &str = "--rule privileged-container,root-allowed";

#[test]
fn only_what_a_change_brings_fails_it() {
    let folder = repository(&[("k8s/web.yaml", POD)]);
    let words = format!("check k8s --against HEAD {RULES}");
    nothing_new(&folder.run(&words));
    write(&folder, "k8s/api.yaml", &named("api"));
    write(&folder, "k8s/web.yaml", &calm());
    let ended = folder.run(&words);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert_eq!(folder.run(&format!("{words} --fail-on never")).code, 0);
    assert_eq!(numbers(&folder, &format!("k8s --against HEAD {RULES}")), [2, 1, 1, 0, 0]);
    // The commit is another one in every run.
    let text = ended.stdout.lines().map(|it| match it.split_once("HEAD (") {
        Some((before, after)) => format!("{before}HEAD (…{}\n", &after[12..]),
        None => format!("{it}\n"),
    });
    gallery("terminal").bind(|| insta::assert_snapshot!("check-against", text.collect::<String>()));
    let quiet = folder.run(&format!("{words} -q")).stdout;
    assert!(!quiet.contains("gone") && quiet.contains("Pod team-a/api"), "{quiet}");
    fs::remove_file(folder.path().join("k8s/api.yaml")).unwrap();
    assert_eq!(folder.run(&format!("{words} -q")).stdout, "");
}

#[test]
fn less_severe_news_fail_where_all_news_fail() {
    let folder = repository(&[("k8s/web.yaml", &calm())]);
    write(&folder, "k8s/api.yaml", &calm().replace("name: web", "name: api"));
    let words = format!("check k8s --against HEAD {RULES}");
    assert_eq!(folder.run(&words).code, 0, "medium is below high");
    assert_eq!(folder.run(&format!("{words} --fail-on-new")).code, 1);
    let alone = folder.run("check k8s --fail-on-new").rejected();
    assert!(alone.contains("--baseline or --against"), "{alone}");
}

#[test]
fn moving_renaming_and_turning_bring_nothing() {
    let both = format!("{POD}---\n{}", named("api"));
    let folder = repository(&[("k8s/a.yaml", &both), ("k8s/below/c.yaml", &named("c"))]);
    let root = folder.path();
    fs::remove_file(root.join("k8s/a.yaml")).unwrap();
    write(&folder, "k8s/z.yaml", &format!("# first\n{}---\n{POD}", named("api")));
    fs::rename(root.join("k8s/below"), root.join("k8s/moved")).unwrap();
    nothing_new(&folder.run("check k8s -R --against HEAD"));
    nothing_new(&folder.run("check -R . --against HEAD"));
    nothing_new(&folder.run(&format!("check {}/k8s -R --against HEAD", root.display())));
    // A new name is a new object.
    write(&folder, "k8s/z.yaml", &both.replace("name: web", "name: other"));
    assert_eq!(folder.run("check k8s -R --against HEAD").code, 1);
    let [new, _, gone, ..] = numbers(&folder, "k8s -R --against HEAD");
    assert!(new > 0 && new == gone);
}

#[test]
fn what_was_not_there_is_new_and_what_was_removed_is_gone() {
    let folder = repository(&[("k8s/web.yaml", POD)]);
    write(&folder, "more/api.yaml", &named("api"));
    assert_eq!(numbers(&folder, &format!("more --against HEAD {RULES}")), [2, 0, 0, 0, 0]);
    assert_eq!(numbers(&folder, &format!("more/api.yaml --against HEAD {RULES}")), [2, 0, 0, 0, 0]);
    write(&folder, "k8s/web.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    assert_eq!(numbers(&folder, &format!("k8s --against HEAD {RULES}")), [0, 0, 2, 0, 0]);
    write(&folder, "k8s/web.yaml", "a: [");
    assert_eq!(numbers(&folder, &format!("k8s --against HEAD {RULES}")), [0, 0, 0, 0, 2]);
}

#[test]
fn a_folder_below_and_what_is_excluded_are_read_as_now() {
    let folder = repository(&[("k8s/web.yaml", POD), ("k8s/vendor/a.yaml", &named("a"))]);
    write(&folder, "k8s/vendor/b.yaml", &named("b"));
    nothing_new(&folder.run("check k8s --against HEAD"));
    nothing_new(&folder.run("check k8s -R --against HEAD --exclude vendor"));
    assert_eq!(folder.run("check k8s -R --against HEAD").code, 1);
    let mut command = folder.command("check . --against HEAD");
    command.current_dir(folder.path().join("k8s"));
    nothing_new(&crate::harden::finish(&mut command, ""));
    command.args(["-R"]);
    assert_eq!(crate::harden::finish(&mut command, "").code, 1);
}

#[test]
fn ignores_are_those_of_then_and_of_now() {
    let ignores = "ignore:\n- {rule: privileged-container, name: web, reason: a driver}\n";
    let folder = repository(&[("k8s/web.yaml", POD), (".kubectl-harden.yaml", ignores)]);
    let words = format!("k8s --against HEAD {RULES}");
    assert_eq!(numbers(&folder, &words), [0, 1, 0, 0, 0]);
    fs::remove_file(folder.path().join(".kubectl-harden.yaml")).unwrap();
    assert_eq!(
        numbers(&folder, &words),
        [1, 1, 0, 0, 0],
        "who takes an ignore away adds a finding"
    );
    commit(folder.path());
    write(&folder, ".kubectl-harden.yaml", ignores);
    assert_eq!(numbers(&folder, &words), [0, 1, 0, 1, 0], "what is ignored now is not gone");
    assert_eq!(numbers(&folder, &format!("{words} --no-ignores")), [0, 2, 0, 0, 0]);
    write(&folder, ".kubectl-harden.yaml", "ignore: [\n");
    commit(folder.path());
    fs::remove_file(folder.path().join(".kubectl-harden.yaml")).unwrap();
    let said = folder.run(&format!("check {words} -o csv")).stderr;
    assert!(said.contains("what it ignored then counts, as it could not be read"), "{said}");
    assert!(!said.contains("/tmp"), "{said}");
}

#[test]
fn a_baseline_hides_on_both_sides() {
    let folder = repository(&[("k8s/web.yaml", POD)]);
    folder.run("check k8s --write-baseline known.json");
    write(&folder, "k8s/api.yaml", &named("api"));
    let words = format!("k8s --against HEAD --baseline known.json {RULES}");
    assert_eq!(numbers(&folder, &words), [2, 0, 0, 0, 0]);
    folder.run("check k8s --write-baseline known.json");
    let ended = folder.run(&format!("check {words}"));
    nothing_new(&ended);
    assert!(ended.stdout.contains("the baseline hides 4 findings"), "{}", ended.stdout);
}

#[test]
fn a_path_goes_before_a_revision_and_git_names_the_revision() {
    let folder = repository(&[("k8s/web.yaml", POD)]);
    git(folder.path(), &["branch", "old"]);
    fs::create_dir(folder.path().join("old")).unwrap();
    write(&folder, "old/clean.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n");
    let path = folder.run("check k8s --against old -o json");
    assert_eq!(path.code, 1);
    assert!(path.stdout.contains(r#""kind":"path","name":"old""#), "{}", path.stdout);
    let revision = folder.run("check k8s --against git:old -o json");
    assert_eq!(revision.code, 0);
    assert!(revision.stdout.contains(r#""kind":"revision","name":"old","commit":""#));
    nothing_new(&folder.run("check k8s --against HEAD^{commit}"));
    git(folder.path(), &["tag", "v1.0"]);
    nothing_new(&folder.run("check k8s --against v1.0"));
}

#[test]
fn folders_and_files_are_compared_as_they_are() {
    let more = format!("{POD}---\n{}", named("api"));
    let folder =
        Folder::with(&[("now/a.yaml", &more), ("then/b.yaml", POD), ("then/c/d.yaml", POD)]);
    assert_eq!(numbers(&folder, &format!("now --against then {RULES}")), [2, 2, 0, 0, 0]);
    assert_eq!(numbers(&folder, &format!("now -R --against then {RULES}")), [2, 2, 2, 0, 0]);
    assert_eq!(numbers(&folder, &format!("now --against then/b.yaml {RULES}")), [2, 2, 0, 0, 0]);
    let mut command = folder.command("check - --against then");
    assert_eq!(crate::harden::finish(&mut command, POD).code, 0);
}

#[test]
fn an_earlier_report_is_compared_as_far_as_it_goes() {
    let folder = Folder::with(&[("k8s/web.yaml", POD), ("k8s/api.yaml", &named("api"))]);
    let save = |words: &str| {
        folder.run(&format!("check k8s --output-file json=old.json {words}"));
    };
    save("");
    nothing_new(&folder.run("check k8s --against old.json"));
    fs::remove_file(folder.path().join("k8s/api.yaml")).unwrap();
    assert_eq!(numbers(&folder, &format!("k8s --against old.json {RULES}"))[2], 2);
    let [.., gone, _, not_judged] = numbers(&folder, &format!("k8s --against old.json {RULES}"));
    assert!(gone == 2 && not_judged > 2, "of what other rules found nobody knows");
    let part = numbers(&folder, "k8s/web.yaml --against old.json");
    assert!(part[2] == 0 && part[4] > 0, "of the other file nobody knows: {part:?}");
    for (words, why) in [
        ("--level baseline", "--level baseline, and this check is with --level restricted"),
        ("--kubernetes-version 1.30", "--kubernetes-version v1.30"),
        ("--max-findings 1", "it leaves out"),
    ] {
        save(words);
        let said = folder.run("check k8s --against old.json").rejected();
        assert!(said.contains(why), "{said}");
    }
    save("--rule root-allowed");
    let ended = folder.run(&format!("check k8s --against old.json {RULES} -o csv"));
    assert_eq!(ended.code, 1, "what could not be found then counts as new");
    assert!(ended.stderr.contains("did not run then: privileged-container"), "{}", ended.stderr);
    for (file, words, why) in [
        ("old.json", "--write-baseline old.json", "it is a baseline"),
        ("old.sarif", "--output-file sarif=old.sarif", "another format"),
        ("old.yml", "--output-file yaml=old.yml", "another format"),
    ] {
        folder.run(&format!("check k8s {words}"));
        let said = folder.run(&format!("check k8s --against {file}")).rejected();
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn what_is_no_revision_says_how_to_have_it() {
    let folder = repository(&[("k8s/web.yaml", POD)]);
    write(&folder, "k8s/web.yaml", &calm());
    commit(folder.path());
    git(
        folder.path(),
        &["clone", "-q", "--depth=1", &format!("file://{}", folder.path().display()), "shallow"],
    );
    let outside = Folder::with(&[("web.yaml", POD)]);
    let outside_path = outside.path().display();
    let shallow = "check shallow/k8s --against";
    for (words, why) in [
        (
            "check k8s --against nowhere".to_owned(),
            "there is no such file or folder, and git knows no such revision",
        ),
        ("check k8s --against=-x".to_owned(), "no revision begins with -"),
        ("check k8s --against=git:--output=x".to_owned(), "no revision begins with -"),
        ("check k8s --against=".to_owned(), "names nothing"),
        ("check k8s --against HEAD:k8s".to_owned(), "git knows no such revision"),
        ("check k8s --against main..HEAD".to_owned(), "git merge-base"),
        ("check k8s --against https://example.com/a.json".to_owned(), "reads no addresses"),
        (format!("check k8s {outside_path} --against HEAD"), "is outside of the repository"),
        (format!("check {outside_path} --against HEAD"), "is in no git repository"),
        ("check - --against HEAD".to_owned(), "stdin has no revisions"),
        (
            "check k8s https://example.com/a.yaml --against HEAD".to_owned(),
            "https://example.com/a.yaml has no revisions",
        ),
        (format!("{shallow} origin/dev"), "git fetch --depth=1 origin dev:refs/remotes/origin/dev"),
        (format!("{shallow} HEAD~1"), "git fetch --unshallow"),
        (format!("{shallow} v1"), "git fetch --depth=1 origin v1:v1"),
    ] {
        let mut command = folder.command("");
        command.args(words.split(' '));
        let said = crate::harden::finish(&mut command, "").rejected();
        assert!(said.contains(why) && said.lines().count() == 1, "{words}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_runs_nothing_and_leads_nowhere() {
    use std::os::unix::fs::symlink;

    let secret = Folder::with(&[("secret.yaml", POD)]);
    let folder = repository(&[("k8s/web.yaml", &calm()), ("shared/api.yaml", &named("api"))]);
    let root = folder.path();
    symlink(secret.path().join("secret.yaml"), root.join("k8s/out.yaml")).unwrap();
    symlink("../../../../../../etc/hosts", root.join("k8s/up.yaml")).unwrap();
    symlink("../shared/api.yaml", root.join("k8s/in.yaml")).unwrap();
    symlink("gone.yaml", root.join("k8s/dangling.yaml")).unwrap();
    write(&folder, ".gitattributes", "*.yaml filter=evil diff=evil\n");
    commit(root);
    let touch = format!("touch {}/ran; cat", root.display());
    for key in [
        "filter.evil.smudge",
        "filter.evil.clean",
        "core.fsmonitor",
        "diff.evil.textconv",
        "core.pager",
        "core.sshCommand",
    ] {
        git(root, &["config", key, &touch]);
    }
    fs::write(root.join(".git/hooks/post-checkout"), format!("#!/bin/sh\n{touch}\n")).unwrap();
    for link in ["out", "up", "dangling"] {
        fs::remove_file(root.join(format!("k8s/{link}.yaml"))).unwrap();
    }
    let ended = folder.run("check k8s --against HEAD -o json");
    let json: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(json["against"]["new"], 0, "the link inside is followed: {}", ended.stdout);
    assert_eq!(json["against"]["gone"], 0);
    let unread = json["against"]["incomplete"].to_string();
    assert_eq!(unread.matches("leads out of the repository").count(), 2, "{unread}");
    assert!(unread.contains("leads nowhere"), "{unread}");
    assert!(!root.join("ran").exists(), "a program of the repository ran");
}

#[test]
fn submodules_are_named_and_not_read() {
    let inner = repository(&[("a.yaml", POD)]);
    let folder = repository(&[("k8s/web.yaml", POD)]);
    let address = format!("file://{}", inner.path().display());
    git(folder.path(), &["submodule", "add", "-q", &address, "k8s/inner"]);
    commit(folder.path());
    let ended = folder.run("check k8s -R --against HEAD -o csv");
    assert!(ended.stderr.contains("k8s/inner: it is a submodule"), "{}", ended.stderr);
    nothing_new(&folder.run("check k8s --against HEAD"));
}

#[test]
fn the_file_of_settings_may_name_what_to_compare_with() {
    let folder = repository(&[("k8s/web.yaml", POD), (".kubectl-harden.yaml", "against: HEAD\n")]);
    nothing_new(&folder.run("check k8s"));
    write(&folder, ".kubectl-harden.yaml", "against: old\nfailOnNew: true\n");
    write(&folder, "old/web.yaml", POD);
    let mut command = folder.command("check .");
    command.current_dir(folder.path().join("k8s"));
    nothing_new(&crate::harden::finish(&mut command, ""));
    write(&folder, "k8s/api.yaml", &calm().replace("name: web", "name: api"));
    assert_eq!(folder.run("check k8s").code, 1);
}
