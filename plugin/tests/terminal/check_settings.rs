//! `.kubectl-harden.yaml`: where it is found, what it says, and who beats it.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::check::{Folder, POD};
use crate::harden::{Ended, command, finish};

/// A folder with the pod at `deploy/pod.yaml` and this file of settings at its top.
fn with(config: &str) -> Folder {
    Folder::with(&[("deploy/pod.yaml", POD), (".kubectl-harden.yaml", config)])
}

fn run_in(folder: &Path, words: &str) -> Ended {
    finish(command().args(words.split_whitespace()).current_dir(folder), "")
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn mistakes_in_the_file_are_named_with_their_place() {
    let expires =
        |day: &str| format!("ignore:\n- {{rule: host-port, reason: x, expires: {day}}}\n");
    for (config, message) in [
        ("ignore:\n- rule: privileged-container\n", ":2:3: ignore[0]: missing field `reason`"),
        ("ignore:\n- rule: host-port\n  reason: ' '\n", ":3:11: ignore[0].reason: gives no reason"),
        (
            "ignore:\n- reason: x\n  rule: hostport\n",
            ":3:9: ignore[0].rule: `hostport`: there is no such rule; did you mean `host-port`?",
        ),
        ("\nignores: []\n", ":2:1: there is no key `ignores`; did you mean `ignore`?"),
        (
            "min-severity: high\n",
            ":1:1: there is no key `min-severity`; did you mean `minSeverity`?",
        ),
        ("colour: always\n", ":1:1: there is no key `colour`; there are recursive, crd, exclude"),
        ("skip: host-port\n", ":1:7: skip: invalid type: string \"host-port\", expected a list"),
        (
            "skip:\n- privileged-pods\n",
            ":2:3: skip[0]: `privileged-pods`: there is no such rule; did you mean",
        ),
        ("level: strict\n", ":1:8: level: `strict`: must be"),
        ("kubernetesVersion: v2.1\n", ":1:20: kubernetesVersion: `v2.1`: must be"),
        (
            "severities:\n  host-port: urgent\n",
            ":2:14: severities.host-port: `urgent`: must be one of critical",
        ),
        (
            "severities:\n  host-prot: low\n",
            "`host-prot`: there is no such rule; did you mean `host-port`?",
        ),
        ("output: xml\n", ":1:9: output: `xml`: there is no such format; there are text, wide"),
        (
            "outputFile: [xml=out]\n",
            ":1:14: outputFile[0]: `xml=out`: there is no format `xml`, but text, wide",
        ),
        ("sort: size\n", ":1:7: sort: `size`: must be one of severity, place, rule, object"),
        ("exclude: ['[']\n", ":1:11: exclude[0]: `[`: "),
        (
            "maxFindings: many\n",
            ":1:14: maxFindings: invalid type: string \"many\", expected a whole number",
        ),
        (
            "allowIncomplete: maybe\n",
            ":1:18: allowIncomplete: invalid type: string \"maybe\", expected true or false",
        ),
        ("failOn: [high]\n", ":1:9: failOn: invalid type: sequence, expected a word"),
        ("level: restricted\nlevel: baseline\n", "duplicate field `level`"),
        ("skip: [\n", ":2:1: "),
        (&expires("tomorrow"), "`tomorrow` is no day of the calendar: write YYYY-MM-DD"),
        (&expires("2026-02-31"), "`2026-02-31` is no day"),
        (&expires("2027-02-29"), "`2027-02-29` is no day"),
        (&expires("20270630"), "`20270630` is no day"),
        (&expires("2027-06-30T00:00:00"), "`2027-06-30T00:00:00` is no day"),
        (&expires("''"), "`` is no day"),
    ] {
        let message_seen = with(config).run("check -f deploy").rejected();
        assert!(message_seen.contains(message), "{config}{message_seen}");
        assert!(message_seen.starts_with("error: .kubectl-harden.yaml:"), "{message_seen}");
        assert_eq!(message_seen.lines().count(), 1, "{message_seen}");
    }
}

#[test]
fn the_file_is_found_upward_to_the_top_of_the_repository() {
    let folder =
        with("ignore:\n- {rule: privileged-container, path: deploy/*, reason: a driver}\n");
    let deploy = folder.path().join("deploy");
    let broken = |words: &str| {
        let ended = run_in(&deploy, &format!("{words} -o json"));
        let report = json(&ended.stdout);
        let name = report["settings"]["file"].as_str().map(str::to_owned);
        (report["findings"].to_string().contains("\"ignored\":{"), name)
    };
    for words in ["check -f pod.yaml", "check -f .", "check -f ../deploy"] {
        assert_eq!(broken(words), (true, Some("../.kubectl-harden.yaml".to_owned())), "{words}");
    }
    let whole = deploy.join("pod.yaml");
    assert!(broken(&format!("check -f {}", whole.display())).0);
    // What is above the top of a repository is not this repository's.
    fs::create_dir(deploy.join(".git")).unwrap();
    assert_eq!(broken("check -f pod.yaml"), (false, None));
    assert!(broken("check -f pod.yaml --config ../.kubectl-harden.yaml").0);
}

#[test]
fn every_option_may_stand_in_the_file() {
    let config = "\
level: baseline
kubernetesVersion: v1.30
skip: [unpinned-image]
severities: {host-port: low, missing-memory-limit: critical}
failOn: never
output: json
sort: rule
maxFindings: 2
recursive: true
exclude: [vendor, '*.json']
allowIncomplete: true
quiet: true
outputFile: [csv=out/report.csv]
";
    let folder = Folder::with(&[
        ("deploy/a/pod.yaml", POD),
        ("deploy/vendor/pod.yaml", POD),
        ("deploy/broken.json", "{"),
        ("out/.keep", ""),
        (".kubectl-harden.yaml", config),
    ]);
    let ended = folder.run("check -f deploy");
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{}", ended.stdout);
    let report = json(&ended.stdout);
    assert_eq!(report["settings"]["level"], "baseline");
    assert_eq!(report["settings"]["kubernetesVersion"], "v1.30");
    assert!(!report["settings"]["rules"].to_string().contains("unpinned-image"));
    assert_eq!(report["coverage"]["excluded"], 2);
    let rules: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|it| &it["rule"]).collect();
    assert_eq!(rules, ["missing-memory-limit", "privileged-container"]);
    assert_eq!(report["summary"]["severities"]["critical"], 2);
    assert!(
        fs::read_to_string(folder.path().join("out/report.csv")).unwrap().contains("not-shown")
    );
}

#[test]
fn the_command_line_beats_the_file() {
    let folder = with(
        "level: baseline\nkubernetesVersion: v1.30\nskip: [host-port]\nminSeverity: critical\nfailOn: never\noutput: csv\nquiet: true\nallowIncomplete: true\nmaxFindings: 1\n",
    );
    assert_eq!(folder.run("check -f deploy").code, 0);
    assert_eq!(folder.run("check -f deploy --fail-on critical").code, 1);
    let ended = folder.run("check -f deploy -o json --level restricted --kubernetes-version v1.37 --min-severity low --max-findings 99");
    let report = json(&ended.stdout);
    assert_eq!(report["settings"]["level"], "restricted");
    assert_eq!(report["settings"]["kubernetesVersion"], "v1.37");
    assert!(report["summary"]["omitted"].is_null());
    assert!(ended.stdout.contains("root-allowed"), "{}", ended.stdout);
    assert_eq!(folder.run("check -f deploy -f nowhere -o text -v").code, 2);
    let one = folder.run("check -f deploy --rule host-port,missing-memory-limit -o json");
    assert_eq!(
        json(&one.stdout)["settings"]["rules"].as_array().unwrap().len(),
        2,
        "{}",
        one.stdout
    );
    // Given is what the command line says, even if it says what is so without it.
    assert_eq!(folder.run("check -f deploy --fail-on high").code, 1);
    assert!(folder.run("check -f deploy -o text -v").stdout.contains("checked 1 object"));
}

#[test]
fn a_severity_of_the_file_counts_everywhere() {
    let severity = |config: &str| {
        let folder = with(config);
        let ended = folder.run("check -f deploy -o json --rule privileged-container");
        (json(&ended.stdout)["findings"][0]["severity"].clone(), ended.code)
    };
    assert_eq!(severity(""), ("critical".into(), 1));
    assert_eq!(severity("severities: {privileged-container: low}\n"), ("low".into(), 0));
    let folder = with("severities: {unpinned-image: high}\nminSeverity: high\n");
    let broken = folder.broken("check -f deploy");
    assert!(broken.contains(&"unpinned-image".to_owned()), "{broken:?}");
    assert!(!broken.contains(&"root-allowed".to_owned()), "{broken:?}");
}

#[test]
fn a_rule_that_runs_on_request_runs_where_it_is_named() {
    let finds = |config: &str, words: &str| {
        let broken = with(config).broken(&format!("check -f deploy {words}"));
        broken.contains(&"host-user-namespace".to_owned())
    };
    let pod = POD.replace("    securityContext:\n      privileged: true\n", "");
    let folder = Folder::with(&[("pod.yaml", &pod)]);
    assert!(!folder.broken("check -f pod.yaml").contains(&"host-user-namespace".to_owned()));
    assert_eq!(
        folder.broken("check -f pod.yaml --rule host-user-namespace"),
        ["host-user-namespace"]
    );
    fs::write(
        folder.path().join(".kubectl-harden.yaml"),
        "severities: {host-user-namespace: low}\n",
    )
    .unwrap();
    let broken = folder.broken("check -f pod.yaml");
    assert!(broken.contains(&"host-user-namespace".to_owned()) && broken.len() > 1, "{broken:?}");
    assert!(!finds("skip: [host-user-namespace]\n", ""));
}

#[test]
fn paths_of_the_file_begin_in_its_folder() {
    let folder = with(
        "baseline: known.json\nfailOnNew: true\ncrd: [crds/door.yaml]\nexclude: [/deploy/b.yaml]\n",
    );
    let deploy = folder.path().join("deploy");
    fs::write(deploy.join("b.yaml"), POD).unwrap();
    let missing = run_in(&deploy, "check -f .");
    let message = missing.rejected();
    assert!(message.contains("../known.json"), "{message}");
    let words = "check -f . --config none.yaml --write-baseline ../known.json --exclude b.yaml";
    fs::write(deploy.join("none.yaml"), "# nothing\n").unwrap();
    assert_eq!(run_in(&deploy, words).code, 1);
    let ended = run_in(&deploy, "check -f pod.yaml -f b.yaml");
    assert!(ended.stderr.contains("../crds/door.yaml: No such file"), "{}", ended.stderr);
    assert!(ended.stdout.contains("1 path is excluded"), "{}", ended.stdout);
}

#[test]
#[cfg(unix)]
fn reports_of_the_file_stay_below_its_folder() {
    let folder = with("outputFile: [json=link/report.json]\n");
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("link")).unwrap();
    let target = elsewhere.path().join("target.json");
    fs::write(&target, "kept").unwrap();
    std::os::unix::fs::symlink(&target, folder.path().join("out.json")).unwrap();
    for path in
        ["link/report.json", "out.json", "../report.json", "/dev/null", "a/../../report.json"]
    {
        let config = format!("outputFile: ['json={path}']\n");
        fs::write(folder.path().join(".kubectl-harden.yaml"), config).unwrap();
        let message = folder.run("check -f deploy").rejected();
        assert!(message.contains("is not below the folder of this file"), "{path}: {message}");
    }
    assert_eq!(fs::read_to_string(target).unwrap(), "kept");
    fs::write(folder.path().join(".kubectl-harden.yaml"), "outputFile: [json=report.json]\n")
        .unwrap();
    assert_eq!(folder.run("check -f deploy").code, 1);
    assert!(folder.path().join("report.json").exists());
}

#[test]
fn a_file_of_comments_says_nothing() {
    for config in ["", "# nothing yet\n", "\n\n"] {
        assert_eq!(with(config).run("check -f deploy").code, 1, "{config:?}");
    }
}

#[test]
fn the_documentation_has_every_key() {
    let message = with("colour: always\n").run("check -f deploy").rejected();
    let (_, keys) = message.split_once("there are ").unwrap();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/settings.md");
    let page = fs::read_to_string(page).unwrap();
    for key in keys.trim().split(", ") {
        assert!(page.contains(&format!("`{key}`")), "{key}");
    }
}
