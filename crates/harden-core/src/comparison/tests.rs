//! Checks that are compared with earlier ones.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::check::{Settings, check};
use crate::report::{self, Format, Report, ReportSource};
use crate::rules;

const POD: &str = "\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  hostNetwork: true
  containers:
  - name: app
    image: app
    securityContext:
      privileged: true
";

fn settings() -> Settings {
    let ids = ["privileged-container", "host-namespaces", "mutable-image-tag"];
    Settings::new(ids.map(|id| rules::find(id).expect("it is there")))
}

fn pod(name: &str) -> String {
    POD.replace("name: web", &format!("name: {name}"))
}

/// Compares two inputs, and says what came of it: new, unchanged, and what became of the others.
fn compared(then: &[&str], now: &[&str]) -> (usize, usize, Vec<Fate>) {
    let (comparison, ..) = compare(then, now, settings());
    (comparison.new, comparison.unchanged, comparison.absent.iter().map(|it| it.fate).collect())
}

fn compare<'t>(then: &[&str], now: &[&'t str], settings: Settings) -> (Comparison, Outcome<'t>) {
    let earlier = Earlier::of(&check(self::settings(), then.iter().map(|it| (*it).to_owned())));
    let mut outcome = check(settings, now.iter().copied());
    let comparison = earlier.compare(&mut outcome, |_| true);
    (comparison, outcome)
}

#[test]
fn what_only_moves_is_unchanged() {
    let moved = format!("# a line\n\n{}", POD.replace("  containers", "\n  containers"));
    let json = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"namespace":"shop","name":"web"},"spec":{"containers":[{"image":"app","name":"app","securityContext":{"privileged":true}}],"hostNetwork":true}}"#;
    let list = format!("apiVersion: v1\nkind: List\nitems: [{json}]\n");
    let before = POD.replace("  - name: app", "  - {name: first, image: 'first:1'}\n  - name: app");
    for text in [POD, &moved, json, &list, &before] {
        assert_eq!(compared(&[POD], &[text]), (0, 3, vec![]), "{text}");
        assert_eq!(compared(&[text], &[POD]), (0, 3, vec![]), "{text}");
    }
    let (api, other) = (pod("api"), pod("other"));
    let both = format!("{POD}---\n{api}");
    let turned = format!("{api}---\n{POD}");
    assert_eq!(compared(&[&both], &[&turned]), (0, 6, vec![]));
    assert_eq!(compared(&[&api, POD], &[&turned]), (0, 6, vec![]));
    assert_eq!(compared(&[POD], &[&other]), (3, 0, vec![Fate::Gone; 3]), "a name says who it is");
}

#[test]
fn equal_findings_count() {
    assert_eq!(compared(&[POD], &[POD, POD]), (3, 3, vec![]));
    assert_eq!(compared(&[POD, POD], &[POD]), (0, 3, vec![Fate::Gone; 3]));
    let nameless = POD.replace("name: web", "generateName: web-");
    assert_eq!(compared(&[&nameless], &[&nameless, &nameless]), (3, 3, vec![]));
    // Of two that are equal, the one that is told is the one that came or went.
    let (comparison, outcome) = compare(&[POD], &[POD, POD], settings());
    assert_eq!(comparison.new, 3);
    let sources = outcome.findings.iter().map(|it| (it.source, it.is_unchanged()));
    assert!(sources.into_iter().all(|(source, unchanged)| unchanged == (source == 0)));
}

#[test]
fn fewer_places_are_no_news_and_more_are() {
    let two = POD.replace(
        "  - name: app",
        "  - {name: b, image: 'b:1', securityContext: {privileged: true}}\n  - name: app",
    );
    let (mended, _) = compare(&[&two], &[POD], settings());
    assert_eq!((mended.new, mended.unchanged, mended.absent.len()), (0, 3, 0));
    let (spread, _) = compare(&[POD], &[&two], settings());
    assert_eq!((spread.new, spread.grown, spread.unchanged), (1, 1, 2));
    assert_eq!(spread.absent, [], "it is not gone");
}

#[test]
fn what_is_ignored_is_not_gone_and_what_is_ignored_no_more_is_new() {
    let ignored = POD.replace(
        "privileged: true",
        "privileged: true # harden: ignore[privileged-container] a driver",
    );
    assert_eq!(compared(&[POD], &[&ignored]), (0, 2, vec![Fate::Ignored]));
    let (comparison, _) = compare(&[&ignored], &[POD], settings());
    assert_eq!((comparison.new, comparison.was_ignored, comparison.unchanged), (1, 1, 2));
    assert_eq!(compared(&[&ignored], &[&ignored]), (0, 2, vec![]));
    assert_eq!(
        compared(&[&ignored], &["{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"]).2,
        vec![Fate::Gone; 2]
    );
}

#[test]
fn nobody_claims_that_what_was_not_judged_is_gone() {
    let clean = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";
    let mut fewer = settings();
    fewer.rules.retain(|it| it.id != "host-namespaces");
    let (comparison, _) = compare(&[POD], &[clean], fewer);
    let count = |it: &Comparison| (it.count(Fate::Gone), it.count(Fate::NotJudged));
    assert_eq!(count(&comparison), (2, 1));
    let (comparison, _) = compare(&[POD], &[clean, "a: ["], settings());
    assert_eq!(count(&comparison), (0, 3), "it may be where nobody could read");
    let (comparison, _) = compare(&["a: [", POD], &["a: [", clean], settings());
    assert_eq!(count(&comparison), (3, 0), "what was unread then did not hold it");
    let mut outcome = check(settings(), [clean]);
    let earlier = Earlier::of(&check(settings(), [POD]));
    let comparison = earlier.compare(&mut outcome, |it| it != "input-0");
    assert_eq!(count(&comparison), (0, 3), "its file was not asked for");
}

#[test]
fn what_a_rule_finds_that_did_not_run_then_is_new_and_said_to_be() {
    let mut fewer = settings();
    fewer.rules.retain(|it| it.id != "host-namespaces");
    let earlier = Earlier::of(&check(fewer, [POD]));
    let mut outcome = check(settings(), [POD]);
    let comparison = earlier.compare(&mut outcome, |_| true);
    assert_eq!((comparison.new, comparison.unchanged), (1, 2));
    assert_eq!(comparison.not_run.iter().collect::<Vec<_>>(), ["host-namespaces"]);
}

fn json(outcome: &Outcome<'_>, settings: &Settings) -> String {
    let sources = ReportSource::all(outcome);
    let report = Report { version: "0.1.0", ..Report::of(outcome, settings, &sources) };
    let mut out = Vec::new();
    let format = Format::find("json").expect("it is there");
    report::write(&report, format, false, &mut out).expect("memory takes it");
    String::from_utf8(out).expect("it is text")
}

#[test]
fn a_report_says_the_same_as_the_check() {
    let twice = format!("{POD}---\n{POD}---\n{}", pod("a\\u0007b"));
    for text in [POD, &twice] {
        let outcome = check(settings(), [text]);
        let report = EarlierReport::parse(&json(&outcome, &settings()));
        let report = report.expect("it is a report").expect("it is whole");
        let read = report.earlier(&settings(), false).expect("it fits");
        let mut same = Earlier::of(&outcome);
        for it in &mut same.known {
            // Where it is in its document is for edits only.
            it.object.iter_mut().for_each(|it| {
                Arc::make_mut(it).pointer = harden_yaml::Pointer::default();
            });
        }
        assert_eq!(read, same);
    }
}

#[test]
fn what_is_no_report_says_what_it_is() {
    let text = json(&check(settings(), [POD]), &settings());
    let why = |text: &str| {
        EarlierReport::parse(text)
            .map(|it| it.map_or_else(|it| it.to_string(), |_| "a report".to_owned()))
    };
    assert_eq!(why(&format!("\u{feff}{text}")).as_deref(), Some("a report"));
    for text in [POD, "", "[]", "{}", r#"{"kind":"Pod","version":"v1","findings":[]}"#] {
        assert_eq!(why(text), None, "{text}");
    }
    for (text, says) in [
        (&text[..text.len() - 9], "no whole report"),
        (&text.replace(r#"{"version":"v1""#, r#"{"version":"v9""#), "of version v9"),
        (&text.replace(r#""findings":["#, r#""found":["#), "no whole report"),
        (&text.replace(r#""severity":"high""#, r#""severity":"dire""#), "no severity `dire`"),
        (&text.replace(r#"{"rule":"host-namespaces""#, r#"{"rule":"a b""#), "`a b` is no name"),
        (r#"{"version":"v1","findings":{"a/0":1}}"#, "--baseline"),
        (r#"{"$schema":"https://x/sarif-schema-2.1.0.json","runs":[]}"#, "another format"),
        ("version: v1\ntool:\n  name: kubectl-harden\n", "another format"),
    ] {
        let why = why(text);
        assert!(why.as_ref().is_some_and(|it| it.contains(says)), "{says}: {why:?}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let text = json(&check(settings(), [POD]), &settings());
    let refused = |text: &str, settings: &Settings, has_baseline| {
        let report = EarlierReport::parse(text).expect("it is a report").expect("it is whole");
        report.earlier(settings, has_baseline).map_or_else(|it| it.to_string(), |_| String::new())
    };
    assert_eq!(refused(&text, &settings(), false), "");
    let other = Settings { level: crate::kubernetes::Level::Baseline, ..settings() };
    assert!(refused(&text, &other, false).contains("--level restricted"));
    let later = text.replace(r#""kubernetesVersion":"v1.37""#, r#""kubernetesVersion":"v1.30""#);
    assert!(refused(&later, &settings(), false).contains("--kubernetes-version v1.30"));
    let cut = text.replace(r#""summary":{"#, r#""summary":{"omitted":7,"#);
    assert!(refused(&cut, &settings(), false).contains("7 findings"));
    let hidden = text.replace(r#""summary":{"#, r#""summary":{"baseline":{"hidden":7,"gone":0},"#);
    assert!(refused(&hidden, &settings(), false).contains("--baseline"));
    assert_eq!(refused(&hidden, &settings(), true), "");
}

#[test]
fn many_equal_findings_are_compared_in_no_time_at_all() {
    let nameless = POD.replace("  name: web\n", "");
    let text = vec![nameless; 3_000].join("---\n");
    let more = format!("{text}---\n{}", POD.replace("  name: web\n", ""));
    assert_eq!(compared(&[&text], &[&more]), (3, 9_000, vec![]));
}

/// An object among a few, with some of its flaws.
fn object() -> impl Strategy<Value = String> {
    (0..4_u8, any::<[bool; 4]>()).prop_map(|(name, [host, one, two, ignored])| {
        let mut text = pod(&format!("web-{name}"));
        if !host {
            text = text.replace("  hostNetwork: true\n", "");
        }
        if !one {
            text = text.replace("privileged: true", "privileged: false");
        }
        if two {
            text.push_str("  - {name: b, image: b, securityContext: {privileged: true}}\n");
        }
        if ignored {
            text = format!("# harden: ignore[privileged-container] a reason\n{text}");
        }
        text
    })
}

fn input() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(object(), 0..4), 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_finding_is_accounted_for(then in input(), now in input()) {
        let texts = |it: &[Vec<String>]| -> Vec<String> { it.iter().map(|it| it.join("---\n")).collect() };
        let before = check(settings(), texts(&then));
        let mut after = check(settings(), texts(&now));
        let earlier = Earlier::of(&before);
        let it = earlier.clone().compare(&mut after, |_| true);
        let counted = |outcome: &Outcome<'_>| outcome.findings.iter().filter(|it| it.ignored.is_none()).count();
        prop_assert_eq!(it.new + it.unchanged, counted(&after));
        // One that was ignored goes for one that counts when it is counted now.
        prop_assert!(it.unchanged + it.absent.len() + it.grown <= counted(&before) );
        let split = counted(&before) - (it.unchanged + it.absent.len() + it.grown);
        let ignored = after.findings.iter().filter(|it| it.ignored.is_some() && it.is_unchanged()).count();
        prop_assert!(split <= ignored);
        prop_assert!(after.findings.iter().all(|it| it.status.is_some()));
    }

    #[test]
    fn order_and_folders_change_nothing(then in input(), turns in prop::collection::vec(any::<Index>(), 16)) {
        let objects: Vec<_> = then.iter().flatten().cloned().collect();
        let mut moved = objects.clone();
        for (place, turn) in turns.iter().enumerate().take(moved.len()) {
            let other = turn.index(moved.len());
            moved.swap(place, other);
        }
        let before = check(settings(), [objects.join("---\n")]);
        let mut after = check(settings(), moved);
        let it = Earlier::of(&before).compare(&mut after, |_| true);
        prop_assert_eq!((it.new, it.absent.len()), (0, 0));
    }
}
