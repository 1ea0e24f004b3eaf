//! `kubectl-harden.lock`: how it is found, what is said by it, and what is written by it.

use std::fs;

use crate::check::{Folder, POD};
use crate::harden::finish;

const DIGEST: &str = "sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e";

/// What was seen of the image of [`POD`].
pub(crate) const LOCK: &str = "\
version: v1
images:
- image: registry.example.com/web:1.4.2
  digest: sha256:4f06b3c4d1a7e2f4b2c3a5968778695a4b3c2d1e0f9e8d7c6b5a493827160f1e
  verified: 2026-11-28
  signers:
  - issuer: https://token.actions.githubusercontent.com
    subject: https://github.com/example/web/.github/workflows/release.yaml@refs/heads/main
    log: true
";

fn pinned() -> String {
    POD.replace("web:1.4.2", &format!("web@{DIGEST} # 1.4.2"))
}

#[test]
fn the_nearest_lock_counts_where_none_is_named() {
    let moved = POD.replace("1.4.2", &format!("1.4.2@{}", DIGEST.replace("4f", "00")));
    let folder =
        Folder::with(&[("kubectl-harden.lock", LOCK), ("a/pod.yaml", &moved), (".git/x", "")]);
    let broken = |words: &str| folder.broken(&format!("check {words} --rule moved-image-tag"));
    assert_eq!(broken("a"), ["moved-image-tag"]);
    let mut below = folder.command("check pod.yaml --rule moved-image-tag");
    assert_eq!(finish(below.current_dir(folder.path().join("a")), "").code, 1);
    assert_eq!(finish(&mut folder.command("check - --rule moved-image-tag"), &moved).code, 1);
    fs::write(folder.path().join("empty.lock"), "version: v1\n").unwrap();
    assert!(broken("a --lock empty.lock").is_empty());
    fs::remove_file(folder.path().join("kubectl-harden.lock")).unwrap();
    assert!(broken("a").is_empty());
}

#[test]
fn a_lock_that_is_none_is_refused_in_one_line() {
    let folder = Folder::with(&[
        ("pod.yaml", POD),
        ("bad.lock", "version: v1\nimage: []\n"),
        ("folder/x", ""),
    ]);
    for (lock, wanted) in [
        ("bad.lock", "error: bad.lock:2:1: there is no key `image`; there are version, images\n"),
        ("nowhere.lock", "error: failed to read nowhere.lock: No such file or directory\n"),
        ("folder", "error: failed to read folder: Is a directory\n"),
    ] {
        for command in ["check pod.yaml", "fix pod.yaml --pin"] {
            let ended = folder.run(&format!("{command} --lock {lock}"));
            assert_eq!((ended.code, ended.stderr.as_str()), (2, wanted), "{command}");
            assert_eq!(ended.stdout, "");
        }
    }
}

#[test]
fn pinning_writes_digests_and_nothing_else() {
    let folder = Folder::with(&[("pod.yaml", POD), ("kubectl-harden.lock", LOCK)]);
    let ended = folder.run("fix pod.yaml --pin -o yaml");
    assert_eq!((ended.code, ended.stdout), (0, pinned()), "{}", ended.stderr);
    let diff = folder.run("fix pod.yaml --pin").stdout;
    assert!(
        diff.contains(&format!("+    image: registry.example.com/web@{DIGEST} # 1.4.2\n")),
        "{diff}"
    );
    assert_eq!(finish(&mut folder.command("fix - --pin -o yaml -q"), POD).stdout, pinned());
    for _ in 0..2 {
        assert_eq!(folder.run("fix pod.yaml --pin --write -q").code, 0);
        assert_eq!(fs::read_to_string(folder.path().join("pod.yaml")).unwrap(), pinned());
    }
    assert_eq!(folder.run("fix pod.yaml --pin").stderr, "note: 0 images pinned, 0 left\n");
}

#[test]
fn what_the_lock_does_not_have_is_named_with_its_line() {
    let folder = Folder::with(&[("pod.yaml", POD), ("kubectl-harden.lock", "version: v1\n")]);
    let ended = folder.run("fix pod.yaml --pin --write");
    assert_eq!(ended.code, 3);
    let wanted = "note: pod.yaml:9:12: the lock does not have `registry.example.com/web:1.4.2`: verify it, and write the \
                  lock again\nnote: 0 images pinned, 1 left\n";
    assert_eq!(ended.stderr, wanted);
    assert_eq!(fs::read_to_string(folder.path().join("pod.yaml")).unwrap(), POD);
    assert_eq!(folder.run("fix pod.yaml --pin --allow-incomplete").code, 0);
}

#[test]
fn pinning_needs_a_lock_and_tells_of_no_findings() {
    let folder = Folder::with(&[("pod.yaml", POD), (".git/x", "")]);
    let ended = folder.run("fix pod.yaml --pin");
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("there is no kubectl-harden.lock: name one with --lock"),
        "{}",
        ended.stderr
    );
    fs::write(folder.path().join("kubectl-harden.lock"), LOCK).unwrap();
    for words in ["-o json", "--output-file json=a.json", "--safe-only", "--run-as-user 1", "-i"] {
        assert_eq!(folder.run(&format!("fix pod.yaml --pin {words}")).code, 2, "{words}");
    }
    assert!(!folder.path().join("a.json").exists());
}

#[test]
#[cfg(unix)]
fn a_lock_behind_a_link_is_a_lock() {
    let folder = Folder::with(&[("pod.yaml", POD), ("kept/a.lock", LOCK)]);
    let link = folder.path().join("kubectl-harden.lock");
    std::os::unix::fs::symlink("kept/a.lock", link).unwrap();
    assert_eq!(folder.run("fix pod.yaml --pin -o yaml -q").ok(), pinned());
}

#[test]
fn a_large_lock_is_read_whole() {
    use std::fmt::Write as _;

    let mut lock = LOCK.to_owned();
    for number in 0..20_000 {
        let _ =
            writeln!(lock, "- {{image: 'a/b:{number}', digest: '{DIGEST}', verified: 2026-11-28}}");
    }
    let folder = Folder::with(&[("pod.yaml", POD), ("kubectl-harden.lock", &lock)]);
    assert_eq!(folder.run("fix pod.yaml --pin -o yaml -q").ok(), pinned());
}

#[test]
fn a_policy_asks_for_what_the_lock_saw() {
    let folder = Folder::with(&[("pod.yaml", POD), ("kubectl-harden.lock", LOCK)]);
    for verifier in ["kyverno", "policy-controller"] {
        let words =
            format!("image-policy -f pod.yaml --lock kubectl-harden.lock --verifier {verifier}");
        let ended = folder.run(&words);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(
            ended.stdout.contains("workflows/release.yaml@refs/heads/main"),
            "{}",
            ended.stdout
        );
        let checked = finish(
            &mut folder.command("check - --rule unmet-signature-policy"),
            &format!("{}---\n{POD}", ended.stdout),
        );
        assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    }
    fs::write(folder.path().join("other.yaml"), POD.replace("/web:", "/api:")).unwrap();
    let ended = folder.run("image-policy -f pod.yaml -f other.yaml --lock kubectl-harden.lock");
    assert_eq!(ended.code, 3);
    assert!(
        ended
            .stderr
            .contains("left out, as the lock does not have it: registry.example.com/api:1.4.2")
    );
}

#[test]
fn the_user_of_an_image_decides_whether_it_may_be_bound_to_others_than_root() {
    let with = |user: &str| format!("{LOCK}  config: {{user: '{user}'}}\n");
    let folder = Folder::with(&[("pod.yaml", &pinned()), ("kubectl-harden.lock", &with("101"))]);
    let words = "fix pod.yaml --rule root-allowed";
    let safe = folder.run(&format!("{words} --safe-only -o yaml -q")).stdout;
    assert!(safe.contains("runAsNonRoot: true"), "{safe}");
    fs::write(folder.path().join("kubectl-harden.lock"), with("nginx")).unwrap();
    assert_eq!(folder.run(&format!("{words} --safe-only -q")).stdout, "");
    let noted = folder.run(words).stderr;
    assert!(
        noted.contains("The image of `app` runs as `nginx`, which the kubelet cannot tell"),
        "{noted}"
    );
}
