//! What `check` shows of many findings, in every format, and what it says is not shown.

use std::fs;

use serde_json::Value;

use crate::check::{Folder, POD, one};
use crate::gallery;

/// As many pods as nobody reads one by one, each with the same flaws.
fn many(count: usize) -> String {
    (0..count)
        .map(|it| format!("---\n{}", POD.replace("name: web", &format!("name: web-{it}"))))
        .collect()
}

/// The formats, with what stands in each finding of `privileged-container` and nowhere else.
const FORMATS: [(&str, &str); 13] = [
    ("text", "critical[privileged-container]"),
    ("wide", "critical   baseline"),
    ("json", "\"rule\":\"privileged-container\",\"severity\""),
    ("yaml", "- rule: privileged-container"),
    ("sarif", "\"ruleId\":\"privileged-container\""),
    ("junit", "<testcase name=\"privileged-container"),
    ("markdown", "| critical |"),
    ("html", "<article class=\"finding critical"),
    ("csv", "critical,baseline"),
    ("github", "title=critical privileged-container"),
    ("gitlab", "\"check_name\":\"privileged-container\""),
    ("policyreport", "rule: privileged-container"),
    ("openreports", "rule: privileged-container"),
];

#[test]
fn every_format_says_how_many_findings_are_left_out() {
    let folder = one(&many(9));
    for (format, mark) in FORMATS {
        let ended = folder.run(&format!("check -f . --max-findings 4 -o {format}"));
        assert_eq!(ended.code, 1, "{format}");
        assert_eq!(ended.stdout.matches(mark).count(), 4, "{format}: {}", ended.stdout);
        let says = match format {
            "json" => "\"omitted\":",
            "yaml" => "omitted: ",
            _ => "more findings are left out, the least severe ones",
        };
        assert!(ended.stdout.contains(says), "{format}: {}", ended.stdout);
        let whole = folder.run(&format!("check -f . -o {format}"));
        assert!(!whole.stdout.contains(says), "{format}");
        assert_eq!(whole.stdout.matches(mark).count(), 9, "{format}");
    }
}

#[test]
fn the_exit_code_is_that_of_all_findings() {
    let folder = one(POD);
    let run = |words: &str| folder.run(&format!("check -f . {words}"));
    assert_eq!(run("--max-findings 0").code, 1);
    assert!(run("--max-findings 0").stdout.contains("findings in 1 object"));
    assert_eq!(run("--max-findings 1 --fail-on low --skip privileged-container").code, 1);
    assert_eq!(run("--max-findings 1 --fail-on never").code, 0);
}

#[test]
fn rules_of_lower_severity_are_left_out_of_every_format() {
    let folder = one(POD);
    for (format, mark) in FORMATS {
        let ended = folder.run(&format!("check -f . --min-severity critical -o {format}"));
        assert_eq!(ended.code, 1, "{format}");
        assert!(ended.stdout.contains(mark), "{format}: {}", ended.stdout);
        assert!(!ended.stdout.contains("root-allowed"), "{format}: {}", ended.stdout);
    }
    let none = folder.run("check -f . --rule root-allowed --min-severity high").rejected();
    assert!(none.contains("--rule, --skip and --min-severity leave no rule to run"), "{none}");
    let ignored =
        POD.replace("privileged: true", "privileged: true # harden: ignore[root-allowed] x");
    let quiet = one(&ignored).run("check -f . --min-severity critical");
    assert_eq!(
        quiet.stderr, "",
        "of a rule that did not run nobody knows what its ignore would change"
    );
}

#[test]
fn each_order_holds_in_every_format() {
    let other =
        POD.replace("name: web", "name: api").replace("privileged: true", "privileged: false");
    let folder = one(&format!("{other}---\n{POD}"));
    let places = |words: &str| {
        let ended = folder.run(&format!("check -f . -o csv {words}"));
        let rows = ended
            .stdout
            .lines()
            .skip(1)
            .map(|it| it.split(',').map(str::to_owned).collect::<Vec<_>>());
        rows.map(|it| (it[0].clone(), it[3].clone(), it[10].clone(), it[5].parse::<u32>().unwrap()))
            .collect::<Vec<_>>()
    };
    let is_sorted = |keys: Vec<String>| keys.is_sorted();
    let by_place = places("");
    assert!(by_place.iter().map(|it| it.3).is_sorted() && places("--sort place") == by_place);
    assert!(is_sorted(places("--sort rule").into_iter().map(|it| it.1).collect()));
    assert!(is_sorted(places("--sort object").into_iter().map(|it| it.2).collect()));
    let rank =
        |it: String| ["critical", "high", "medium", "low"].iter().position(|known| *known == it);
    assert!(places("--sort severity").into_iter().map(|it| rank(it.0)).is_sorted());
    let first = |words: &str| {
        folder.run(&format!("check -f . {words}")).stdout.lines().next().unwrap().to_owned()
    };
    assert!(first("").contains("Pod team-a/web"), "the worst comes first");
    assert!(first("--sort place").contains("Pod team-a/api"));
    assert!(
        folder.run("check -f . --sort size").rejected().contains("must be one of severity, place")
    );
    // A run writes one format in its order and another in another.
    folder.run("check -f . -o text --output-file csv=out.csv --output-file html=out.html --output-file json=out.json");
    let csv = fs::read_to_string(folder.path().join("out.csv")).unwrap();
    assert_eq!(
        csv,
        folder.run("check -f pod.yaml -o csv").stdout.replace("pod.yaml", "./pod.yaml")
    );
}

#[test]
fn many_findings_of_one_rule_have_one_line_each() {
    let folder = one(&many(8));
    let rule = "check -f . --rule privileged-container";
    let text = folder.run(rule).stdout;
    gallery("terminal").bind(|| insta::assert_snapshot!("check-many", text));
    assert_eq!(text.matches("= help:").count(), 5);
    let verbose = folder.run(&format!("{rule} -v")).stdout;
    assert_eq!(verbose.matches("= help:").count(), 8);
    assert!(text.contains("3 findings have one line each") && !verbose.contains("one line"));
}

#[test]
fn findings_at_one_place_are_said_once_with_their_parts() {
    let pod = POD.replace("    securityContext:\n      privileged: true\n", "");
    let text = format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team-a\n---\n{pod}");
    let shown = one(&text).run("check -f .").stdout;
    gallery("terminal").bind(|| insta::assert_snapshot!("check-parts", shown));
    let blocks: Vec<_> = shown.split("\n\n").filter(|it| it.contains("-->")).collect();
    let with = |rule: &str| *blocks.iter().find(|it| it.contains(&format!("[{rule}]"))).unwrap();
    let namespace = with("missing-pod-security-labels");
    for rule in [
        "missing-default-deny-egress",
        "missing-default-deny-ingress",
        "missing-limit-range",
        "missing-resource-quota",
    ] {
        assert!(namespace.contains(&format!("[{rule}]")), "{namespace}");
    }
    assert!(with("privilege-escalation").contains("[writable-root-file-system]"));
    assert!(with("root-allowed").contains("[missing-seccomp-profile]"));
    for block in blocks {
        assert!(block.contains("= more: kubectl harden explain "), "{block}");
    }
}

#[test]
fn quiet_prints_findings_only() {
    let folder = one(&format!("# harden: ignore[host-port] none here\n{POD}"));
    for format in ["text", "wide"] {
        let ended = folder.run(&format!("check -f . -q -o {format}"));
        assert_eq!((ended.code, ended.stderr.as_str()), (1, ""), "{format}");
        assert!(
            ended.stdout.contains("privileged-container")
                && !ended.stdout.contains("checked 1 object")
        );
        let none = folder.run(&format!("check -f . -q -o {format} --rule host-port"));
        assert_eq!(
            (none.code, none.stdout.as_str(), none.stderr.as_str()),
            (0, "", ""),
            "{format}"
        );
    }
    let json: Value = serde_json::from_str(&folder.run("check -f . -q -o json").stdout).unwrap();
    assert_eq!(json["summary"]["objects"], 1);
    fs::write(folder.path().join("broken.yaml"), "a: [\n").unwrap();
    let broken = folder.run("check -f broken.yaml -q --rule host-port");
    assert_eq!(broken.code, 3);
    assert!(
        broken.stdout.starts_with("incomplete: "),
        "what is missing is said all the same: {}",
        broken.stdout
    );
    assert!(folder.run("check -f . -q -v").rejected().contains("cannot be used with"));
    assert!(folder.run("check -f nowhere.yaml -q").stderr.contains("nowhere.yaml"));
}

#[test]
fn what_is_excluded_is_not_read_and_is_counted() {
    let folder = Folder::with(&[
        ("a/pod.yaml", POD),
        ("a/vendor/b/pod.yaml", POD),
        ("a/test-1.yaml", "a: ["),
        ("a/b/test-2.yaml", "a: ["),
    ]);
    let run = |words: &str| folder.run(&format!("check -f a -R {words}"));
    assert_eq!(run("").code, 1);
    let ended = run("--exclude vendor --exclude a/**/test-*.yaml");
    assert!(ended.stdout.contains("checked 1 object"), "{}", ended.stdout);
    assert!(ended.stdout.contains("3 paths are excluded, and were not read"), "{}", ended.stdout);
    for (format, says) in [
        ("json", "\"excluded\":3"),
        ("html", "3 paths are excluded"),
        ("markdown", "3 paths are excluded"),
    ] {
        let shown = run(&format!("--exclude vendor --exclude test-*.yaml -o {format}")).stdout;
        assert!(shown.contains(says), "{format}: {shown}");
    }
    let nothing = folder.run("check -f a/pod.yaml --exclude *.yaml");
    assert_eq!(nothing.code, 3, "{}", nothing.stdout);
    assert!(run("--exclude [").rejected().contains("--exclude"));
}

#[test]
fn a_baseline_leaves_only_what_is_new_and_counts_what_is_gone() {
    let folder = one(POD);
    assert_eq!(folder.run("check -f pod.yaml --write-baseline known.json").code, 1);
    let known = folder.run("check -f pod.yaml --baseline known.json --fail-on-new");
    assert_eq!(known.code, 0, "{}", known.stdout);
    let hides = |text: &str, says: &str| {
        let line = text.lines().find(|it| it.starts_with("the baseline hides")).map(str::to_owned);
        assert!(line.as_ref().is_some_and(|it| it.ends_with(says)), "{line:?} {says}");
    };
    hides(&known.stdout, " findings");
    let path = folder.path().join("pod.yaml");
    fs::write(&path, format!("# moved\n\n{POD}  hostPID: true\n")).unwrap();
    let broken = folder.broken("check -f pod.yaml --baseline known.json");
    assert_eq!(broken, ["host-namespaces"], "lines may move");
    assert_eq!(folder.run("check -f pod.yaml --baseline known.json --fail-on-new").code, 1);
    fs::write(&path, POD.replace("privileged: true", "privileged: false")).unwrap();
    let words = "check -f pod.yaml --baseline known.json";
    hides(&folder.run(words).stdout, ", and 1 that it holds is gone");
    hides(&folder.run(&format!("{words} --skip privileged-container")).stdout, " findings");
    let json: Value =
        serde_json::from_str(&folder.run(&format!("{words} -o json")).stdout).unwrap();
    assert_eq!(json["summary"]["baseline"]["gone"], 1);
    assert!(
        folder.run("check -f pod.yaml --baseline pod.yaml").rejected().contains("is no baseline")
    );
    assert!(folder.run("check -f pod.yaml --fail-on-new").rejected().contains("--baseline"));
}
