//! Reports that are compared with an earlier check.

use harden_core::check::{Outcome, Settings, check};
use harden_core::comparison::{Comparison, Earlier, EarlierReport};
use harden_core::report::{self, Against, FORMATS, Format, Report, ReportSource, Summary, View};
use harden_core::rules;

use crate::gallery::gallery;
use crate::input::SOURCES;
use crate::json::Schemas;
use crate::written;

fn settings() -> Settings {
    let rules = [
        "privileged-container",
        "secret-in-environment",
        "writable-root-file-system",
        "mutable-image-tag",
    ];
    Settings::new(rules.map(|id| rules::find(id).unwrap()))
}

/// What the sources were: one container less privileged, and a pod more.
fn before() -> Vec<String> {
    let calm = |text: &str| {
        text.replace(
            "          privileged: true # needs /dev/fuse\n",
            "          runAsNonRoot: true\n",
        )
    };
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: old, namespace: team-a}\nspec:\n  containers:\n  - name: app\n    image: old:latest\n    securityContext: {readOnlyRootFilesystem: true}\n";
    SOURCES.iter().map(|(_, text)| calm(text)).chain([pod.to_owned()]).collect()
}

fn compared(earlier: Earlier) -> (Outcome<'static>, Comparison) {
    let mut outcome = check(settings(), SOURCES.map(|(_, text)| text));
    let comparison = earlier.compare(&mut outcome, |_| true);
    (outcome, comparison)
}

fn report<T>(
    outcome: &Outcome<'_>,
    comparison: &Comparison,
    read: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let sources =
        SOURCES.map(|(name, text)| ReportSource { name, text: Some(text), is_checked: true });
    let commit = "3f2a91c0de12aa55aa55aa55aa55aa55aa55aa55";
    let against = Against::new(report::Earlier::Revision("origin/main", commit), comparison);
    let report = Report {
        version: "0.1.0",
        now: Some("2026-11-23T08:00:00Z"),
        view: View { against: Some(against), ..View::default() },
        ..Report::of(outcome, &settings(), &sources)
    };
    read(&report)
}

#[test]
fn every_format_shows_what_changed() {
    let (outcome, comparison) = compared(Earlier::of(&check(settings(), before())));
    assert_eq!((comparison.new, comparison.absent.len()), (1, 1));
    assert!(comparison.unchanged > 2);
    for Format { name, .. } in FORMATS {
        let text = report(&outcome, &comparison, |it| written(it, name));
        gallery().bind(|| insta::assert_snapshot!(format!("{name}-against"), text));
    }
    report(&outcome, &comparison, |it| Schemas::new().hold(it));
}

#[test]
fn everything_shows_what_is_unchanged_and_says_so() {
    let (outcome, comparison) = compared(Earlier::of(&check(settings(), before())));
    for name in ["text", "wide"] {
        let shown = report(&outcome, &comparison, |it| {
            written(&Report { view: View { is_verbose: true, ..it.view }, ..*it }, name)
        });
        assert!(shown.contains("unchanged"), "{name}: {shown}");
        gallery().bind(|| insta::assert_snapshot!(format!("{name}-against-verbose"), shown));
    }
}

#[test]
fn what_is_new_goes_before_what_is_worse_and_was_there() {
    let (mut outcome, comparison) = compared(Earlier::nothing(["mutable-image-tag"]));
    // All but the least severe were there.
    for finding in &mut outcome.findings {
        if &*finding.about.id != "mutable-image-tag" {
            finding.status = Some(harden_core::finding::Status::Unchanged);
        }
    }
    let (all, new) = report(&outcome, &comparison, |it| (Summary::new(it), Summary::of_new(it)));
    assert!(all.findings > new.findings && new.findings > 0);
    report::keep_worst(&mut outcome.findings, 1);
    assert_eq!(outcome.findings[0].about.id, "mutable-image-tag");
}

#[test]
fn an_earlier_report_brings_nothing_into_a_page() {
    let hostile = "\u{1b}[2J<script>alert(1)</script>\r\n::error::x | `a` ]]> =1+1";
    let quoted = serde_json::to_string(hostile).unwrap();
    let text = format!(
        r#"{{"version":"v1","tool":{{"name":"kubectl-harden","version":"0"}},"settings":{{"level":"restricted","kubernetesVersion":"v1.37","rules":["privileged-container"]}},"summary":{{}},"findings":[{{"rule":"privileged-container","severity":"high","message":{quoted},"source":{quoted},"object":{{"apiVersion":{quoted},"kind":{quoted},"name":{quoted}}},"spots":[{{"start":{{"line":1,"column":1}}}}]}}],"coverage":{{"broken":0}},"incomplete":[{{"what":{quoted},"why":{quoted}}}]}}"#
    );
    let earlier = EarlierReport::parse(&text).unwrap().unwrap().earlier(&settings(), false);
    let (outcome, comparison) = compared(earlier.unwrap());
    assert_eq!(comparison.absent.len(), 1);
    for Format { name, .. } in FORMATS {
        let shown = report(&outcome, &comparison, |it| written(it, name));
        if *name == "csv" {
            // Values are as they are there, each within its field.
            let mut rows = csv::Reader::from_reader(shown.as_bytes());
            let fates: Vec<_> = rows
                .records()
                .map(|it| it.unwrap().iter().next_back().unwrap().to_owned())
                .collect();
            assert_eq!(fates.len(), outcome.findings.len() + 1, "{shown}");
            assert_eq!(fates.last().unwrap(), "gone");
            continue;
        }
        assert!(!shown.contains('\u{1b}'), "{name}");
        assert!(!shown.lines().any(|it| it.starts_with("::error::x")), "{name}: {shown}");
        if ["html", "junit"].contains(name) {
            assert!(!shown.contains("<script>alert"), "{name}: {shown}");
        }
    }
    report(&outcome, &comparison, |it| Schemas::new().hold(it));
}
