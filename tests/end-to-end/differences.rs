//! `--diff` where another manager owns fields, and by the program of `KUBECTL_EXTERNAL_DIFF`.

use crate::faults::Kubeconfig;
use crate::harden::{Ended, command, finish};
use crate::server::{respond, serve};

const JSON: &str = "Content-Type: application/json\r\n";
const LIVE: &str = r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": {"owner": "theirs"}}}"#;
const AFTER: &str = r#"{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": {"owner": "ours"}}}"#;
const CONFLICT: &str = r#"{"kind": "Status", "reason": "Conflict", "code": 409, "message": "conflict", "details": {"causes": [{"reason": "FieldManagerConflict", "field": ".metadata.labels.owner", "message": "conflict with \"theirs\""}]}}"#;

/// A server whose namespace `a` somebody else has labelled.
fn contested() -> Kubeconfig {
    let server = serve(None, |_, line, stream| {
        let is_forced = line.contains("force=true");
        if line.starts_with("GET /version") {
            respond(stream, "200 OK", JSON, r#"{"gitVersion": "v1.36.2"}"#);
        } else if line.starts_with("GET ") {
            respond(stream, "200 OK", JSON, LIVE);
        } else if line.starts_with("PATCH ") && is_forced && line.contains("dryRun=All") {
            respond(stream, "200 OK", JSON, AFTER);
        } else {
            respond(stream, "409 Conflict", JSON, CONFLICT);
        }
    });
    Kubeconfig::new(&server, None)
}

fn run(words: &str, program: Option<&str>) -> Ended {
    let kubeconfig = contested();
    let mut run = command();
    run.env("KUBECONFIG", kubeconfig.path());
    match program {
        Some(program) => run.env("KUBECTL_EXTERNAL_DIFF", program),
        None => run.env_remove("KUBECTL_EXTERNAL_DIFF"),
    };
    let words = format!("namespace a --only namespace {words}");
    finish(run.args(words.split_whitespace()), "")
}

#[test]
fn a_conflict_is_shown_with_what_would_change() {
    for words in ["--diff", "--diff --apply"] {
        let ended = run(words, None);
        assert_eq!(ended.code, 2, "{ended:?}");
        assert!(
            ended.stdout.contains("-    owner: theirs\n+    owner: ours\n"),
            "{}",
            ended.stdout
        );
        assert!(ended.stderr.contains("other field managers own fields of it"), "{}", ended.stderr);
        assert!(
            ended.stderr.contains("--force-conflicts takes these fields over"),
            "{}",
            ended.stderr
        );
    }
    let taken = run("--diff --force-conflicts --apply --dry-run=server", None);
    assert!(taken.ok().contains("+    owner: ours"));
}

#[test]
fn the_program_that_the_environment_names_shows_the_difference() {
    let ended = run("--diff", Some("diff -N -u"));
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(ended.stdout.contains("-    owner: theirs\n+    owner: ours\n"), "{}", ended.stdout);
    assert!(ended.stdout.contains("LIVE-") && ended.stdout.contains("MERGED-"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("(hardened)"), "ours is not shown beside: {}", ended.stdout);
    let missing = run("--diff", Some("no-such-program"));
    assert_eq!(missing.code, 2);
    let expected = "failed to run `no-such-program`, which KUBECTL_EXTERNAL_DIFF names";
    assert!(missing.stderr.contains(expected), "{}", missing.stderr);
    let failing = run("--diff", Some("false"));
    assert_eq!(failing.code, 2, "1 of the program is a difference and no failure");
}
