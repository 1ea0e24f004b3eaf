//! `fix`: what it changes, what it leaves, and how it ends.

use std::fs;

use serde_json::Value;

use crate::check::{Folder, POD, one};
use crate::harden::finish;

/// A pod with a remark on every line, in two styles.
const REMARKED: &str = "\
# one
apiVersion: v1 # two
kind: Pod
metadata: {name: web} # three
spec:
  # four
  containers:
  - name: app # five
    image: registry.example.com/web:1.4.2
    securityContext:
      privileged: true # six
    # seven
  - {name: side, image: registry.example.com/side:1.4.2} # eight
# nine
";

fn report(folder: &Folder, words: &str) -> Value {
    serde_json::from_str(&folder.run(&format!("{words} -o json")).stdout).unwrap()
}

#[test]
fn what_is_mended_keeps_every_comment_and_reaches_its_level() {
    let folder = one(REMARKED);
    let mended = folder.run("fix . -o yaml").stdout;
    for remark in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"] {
        assert!(mended.contains(&format!("# {remark}")), "{remark}: {mended}");
    }
    assert!(mended.contains("      privileged: false # six\n"), "{mended}");
    let after = one(&mended);
    let ended =
        after.run("check . --rule privileged-container,undropped-capabilities,root-allowed");
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert!(report(&folder, "fix .")["workloads"][0]["after"] == "restricted");
}

#[test]
fn a_second_run_finds_nothing_to_change() {
    let folder = one(REMARKED);
    assert_eq!(folder.run("fix . --write -q").ok(), "");
    let once = fs::read_to_string(folder.path().join("pod.yaml")).unwrap();
    assert_ne!(once, REMARKED);
    assert_eq!(folder.run("fix . -q").ok(), "");
    assert_eq!(folder.run("fix . --write -q").ok(), "");
    assert_eq!(fs::read_to_string(folder.path().join("pod.yaml")).unwrap(), once);
}

#[test]
fn the_diff_leads_from_the_one_to_the_other() {
    let folder = one(REMARKED);
    let diff = folder.run("fix .").stdout;
    let mended = folder.run("fix . -o yaml").stdout;
    let sign = |sign: char| {
        let lines = diff.lines().skip(2).filter(move |it| !it.starts_with("@@"));
        lines.filter(move |it| it.starts_with([' ', sign])).map(|it| &it[1..])
    };
    assert!(
        diff.starts_with("--- a/pod.yaml\n+++ b/pod.yaml\n")
            || diff.starts_with("--- a/./pod.yaml\n"),
        "{diff}"
    );
    assert!(sign('-').all(|it| REMARKED.contains(it)), "{diff}");
    assert!(sign('+').all(|it| mended.contains(it)), "{diff}");
    assert!(!diff.contains('\u{1b}'));
    let coloured = folder.run("--color always fix .").stdout;
    assert!(coloured.contains("\u{1b}[32m+"), "{coloured}");
}

#[test]
fn the_report_holds_the_bytes_that_are_replaced() {
    let folder = one(REMARKED);
    let report = report(&folder, "fix .");
    assert_eq!(report["version"], "v1");
    let mut text = REMARKED.to_owned();
    for edit in report["files"][0]["edits"].as_array().unwrap().iter().rev() {
        let place = |field: &str| usize::try_from(edit[field].as_u64().unwrap()).unwrap();
        text.replace_range(place("start")..place("end"), edit["text"].as_str().unwrap());
    }
    assert_eq!(text, folder.run("fix . -o yaml").stdout);
    let fixes = report["fixes"].as_array().unwrap();
    let privileged = fixes.iter().find(|it| it["rule"] == "privileged-container").unwrap();
    assert_eq!(privileged["safety"], "needs-thought");
    assert_eq!(privileged["outcome"], "made");
    assert!(privileged["reason"].as_str().is_some_and(|it| !it.is_empty()));
    assert_eq!(report["new"].as_array().unwrap().len(), 0, "{}", report["new"]);
    assert_eq!(report["unmended"].as_array().unwrap().len(), 0);
}

#[test]
fn only_what_is_safe_is_made_where_that_is_asked_for() {
    let folder = one(REMARKED);
    let report = report(&folder, "fix . --safe-only");
    for fix in report["fixes"].as_array().unwrap() {
        assert!(fix["outcome"] != "made" || fix["safety"] == "safe", "{fix}");
    }
    assert!(report["summary"]["left"].as_u64().unwrap() > 0);
    assert_eq!(folder.run("fix . --safe-only").code, 1, "the level is not reached");
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions_and_a_link_stays_one() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::with(&[("real/pod.yaml", POD)]);
    let real = folder.path().join("real/pod.yaml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("real/pod.yaml", folder.path().join("link.yaml")).unwrap();
    folder.run("fix link.yaml --write -q").ok();
    assert!(folder.path().join("link.yaml").symlink_metadata().unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(&real).unwrap().contains("privileged: false"));
    let others = fs::read_dir(folder.path().join("real")).unwrap().count();
    assert_eq!(others, 1, "nothing is left beside it");
}

#[test]
fn what_is_no_file_of_ones_own_is_not_written() {
    let folder = one(POD);
    for (words, why) in [
        ("fix - --write", "standard input"),
        ("fix -k . --write", "--patch kustomize"),
        ("fix https://example.com/a.yaml --write", "example.com"),
    ] {
        let error = finish(&mut folder.command(words), POD).rejected();
        assert!(error.contains(why), "{words}: {error}");
    }
    fs::write(folder.path().join("wide.yaml"), utf16(POD)).unwrap();
    let ended = folder.run("fix wide.yaml --write");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("wide.yaml was not changed"), "{}", ended.stderr);
    assert_eq!(fs::read(folder.path().join("wide.yaml")).unwrap(), utf16(POD));
}

fn utf16(text: &str) -> Vec<u8> {
    let units = std::iter::once(0xfeff).chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_named_and_the_others_are_written() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::with(&[("a.yaml", POD), ("b.yaml", &POD.replace("web", "api"))]);
    let locked = folder.path().join("a.yaml");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o444)).unwrap();
    let ended = folder.run("fix . --write");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("a.yaml was not changed: it is read-only"), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(&locked).unwrap(), POD);
    assert!(
        fs::read_to_string(folder.path().join("b.yaml")).unwrap().contains("privileged: false")
    );
}

#[test]
fn a_broken_document_hides_no_sound_one() {
    let folder = Folder::with(&[("a.yaml", &format!("a: [\n---\n{POD}"))]);
    let ended = folder.run("fix .");
    assert!(ended.stdout.contains("+      privileged: false"), "{}", ended.stdout);
    assert!(ended.stderr.contains("not checked: "), "{}", ended.stderr);
    assert_eq!(ended.code, 3);
    assert!(folder.run("fix . -o yaml").stdout.starts_with("a: [\n---\n"));
}

#[test]
fn carriage_returns_and_a_missing_line_feed_stay() {
    let text = POD.trim_end().replace('\n', "\r\n");
    let folder = one(&text);
    let mended = folder.run("fix . -o yaml").stdout;
    assert!(!mended.replace("\r\n", "").contains('\n'), "{mended:?}");
    assert!(!mended.ends_with('\n'));
}

#[test]
fn a_secret_is_in_no_diff() {
    let pod = POD.replace(
        "    securityContext:",
        "    env: [{name: DB_PASSWORD, value: hunter2hunter2}]\n    securityContext:",
    );
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": {"containers": [{"name": "a", "image": "b", "env": [{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]}]}}"#;
    let folder = Folder::with(&[("pod.yaml", &pod), ("pod.json", json)]);
    let ended = folder.run("fix .");
    assert!(!ended.stdout.contains("hunter2"), "{}", ended.stdout);
    assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    assert!(ended.stderr.contains("masks what may be secret"), "{}", ended.stderr);
    assert!(
        folder.run("fix . -o yaml").stdout.contains("hunter2hunter2"),
        "it is the user's own text"
    );
}

#[test]
fn json_stays_json() {
    let json = "{\n  \"apiVersion\": \"v1\",\n  \"kind\": \"Pod\",\n  \"metadata\": {\"name\": \"web\"},\n  \"spec\": {\n    \"containers\": [\n      {\n        \"name\": \"a\",\n        \"image\": \"b\"\n      }\n    ]\n  }\n}\n";
    let folder = Folder::with(&[("pod.json", json)]);
    let mended = folder.run("fix . -o yaml").stdout;
    let value: Value = serde_json::from_str(&mended).unwrap();
    assert_eq!(
        value["spec"]["containers"][0]["securityContext"]["allowPrivilegeEscalation"],
        false
    );
    assert!(mended.contains("\n        \"securityContext\": {\n"), "{mended}");
}

#[test]
fn what_was_ignored_is_left() {
    let ignored = POD.replace(
        "privileged: true",
        "privileged: true # harden: ignore[privileged-container] it is a driver",
    );
    let folder = one(&ignored);
    let report = report(&folder, "fix .");
    let rules: Vec<_> =
        report["fixes"].as_array().unwrap().iter().map(|it| it["rule"].clone()).collect();
    assert!(!rules.contains(&Value::from("privileged-container")), "{rules:?}");
    assert!(folder.run("fix . -o yaml").stdout.contains("privileged: true # harden"));
}

#[test]
fn nobody_is_asked_without_a_terminal() {
    let folder = one(POD);
    let error = folder.run("fix . --interactive").rejected();
    assert!(error.contains("asks on a terminal"), "{error}");
    let error = finish(&mut folder.command("fix - --interactive"), POD).rejected();
    assert!(error.contains("name files"), "{error}");
}

#[test]
fn a_user_is_named_where_somebody_says_which() {
    let root = POD.replace("      privileged: true", "      runAsUser: 0 # why");
    let folder = Folder::with(&[("pod.yaml", REMARKED), ("root.yaml", &root)]);
    let mended = folder.run("fix . --run-as-user 10001 -o yaml").stdout;
    assert_eq!(
        mended.matches("    runAsNonRoot: true\n    runAsUser: 10001\n").count(),
        2,
        "{mended}"
    );
    assert!(mended.contains("      runAsUser: 10001 # why\n"), "{mended}");
    assert!(!folder.run("fix . -o yaml").stdout.contains("10001"));
    for wrong in ["0", "-1", "root", "4294967296"] {
        folder.run(&format!("fix . --run-as-user={wrong}")).rejected();
    }
}
