//! What a run knows, and what it says of what it could not know.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use harden_core::check::{Outcome, Settings, Survey, check};
use harden_core::inventory::Extent;
use harden_core::kubernetes::GroupKind;
use harden_core::rules;
use harden_core::source::Source;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: team}\n\
                   spec: {containers: [{name: app, image: web}]}\n";
const NAMESPACE: &str = "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n";

fn settings() -> Settings {
    Settings::new(rules::all())
}

fn run(sources: Vec<Source<'_>>, note: impl FnOnce(&mut Survey)) -> Outcome<'_> {
    let mut survey = Survey::new(settings());
    sources.iter().for_each(|it| survey.learn(it));
    note(&mut survey);
    let mut run = survey.end();
    run.judge(sources);
    run.finish()
}

fn ids(outcome: &Outcome<'_>) -> Vec<String> {
    outcome.findings.iter().map(|it| it.about.id.to_string()).collect()
}

#[test]
fn rules_that_read_what_was_rejected_do_not_run_and_are_named() {
    let limit_range = GroupKind::LIMIT_RANGE;
    let sources = || vec![Source::new("a", format!("{NAMESPACE}---\n{POD}"))];
    let all = run(sources(), |_| {});
    assert!(all.coverage.rules_not_run.is_empty() && all.incomplete.is_empty());
    let rejected = run(sources(), |it| {
        it.note(limit_range, Extent::Rejected("forbidden for alice".to_owned()));
        // Some of it was seen all the same.
        it.note(limit_range, Extent::Whole);
    });
    let not_run = &rejected.coverage.rules_not_run;
    assert!(not_run.contains(&"missing-limit-range") && not_run.contains(&"missing-memory-limit"));
    for id in not_run {
        assert!(!ids(&rejected).contains(&(*id).to_owned()), "{id}");
    }
    let kept = |it: &String| !not_run.contains(&it.as_str());
    assert_eq!(ids(&all).into_iter().filter(kept).collect::<Vec<_>>(), ids(&rejected));
    let [incomplete] = rejected.incomplete.as_slice() else { panic!("{:?}", rejected.incomplete) };
    assert_eq!(incomplete.what, "LimitRange");
    assert!(incomplete.why.starts_with("forbidden for alice; "), "{}", incomplete.why);
    assert!(incomplete.why.contains("rules not run: "), "{}", incomplete.why);
    assert!(rejected.is_incomplete());
}

#[test]
fn kinds_that_were_rejected_for_the_same_reason_are_one_line() {
    let kinds = [("", "Secret"), ("apps", "Deployment"), ("a.example", "B"), ("", "LimitRange")];
    let rejected = |count| {
        let mut run = Survey::new(settings()).end();
        for (group, kind) in kinds.into_iter().take(count) {
            run.note_unread(group, kind, "forbidden for alice".to_owned());
        }
        run.judge(vec![Source::new("a", POD)]);
        run.finish()
    };
    assert_eq!(rejected(3).incomplete.len(), 3);
    let together = rejected(4);
    let [incomplete] = together.incomplete.as_slice() else { panic!("{:?}", together.incomplete) };
    assert_eq!(incomplete.what, "4 kinds");
    let start = "forbidden for alice: B.a.example, ";
    assert!(incomplete.why.starts_with(start), "{}", incomplete.why);
    let not_run = together.coverage.rules_not_run.len();
    assert!(incomplete.why.contains(&format!("; {not_run} rules not run: ")), "{}", incomplete.why);
}

#[test]
fn what_is_seen_whole_changes_no_verdict_by_itself() {
    let sources = || vec![Source::new("a", POD)];
    let whole = run(sources(), |it| it.note(GroupKind::NAMESPACE, Extent::Whole));
    assert_eq!(ids(&whole), ids(&run(sources(), |_| {})));
    assert!(!whole.is_incomplete());
}

#[test]
fn of_two_namespaces_of_one_name_the_stricter_counts() {
    let labelled = |level: &str| {
        format!(
            "{}  labels: {{pod-security.kubernetes.io/enforce: {level}}}\n",
            NAMESPACE.replace("{name: team}", "\n  name: team")
        )
    };
    let (strict, lax) = (labelled("restricted"), labelled("privileged"));
    let restricted = |texts: [&str; 3]| {
        let ids = ids(&check(settings(), texts));
        ids.iter().any(|it| it == "undropped-capabilities")
    };
    assert!(restricted([&strict, &lax, POD]));
    assert!(restricted([&lax, POD, &strict]));
    assert!(!restricted([POD, &lax, &lax]));
}

#[test]
fn of_two_definitions_of_one_kind_the_same_counts_in_both_orders() {
    let definition = |field: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n\
             metadata: {{name: things.example.com}}\nspec:\n  group: example.com\n  names: {{kind: Thing}}\n  \
             versions:\n  - name: v1\n    served: true\n    schema: {{openAPIV3Schema: {{type: object, properties: \
             {{spec: {{type: object, properties: {{{field}: {{type: string}}}}}}}}}}}}\n"
        )
    };
    let thing = "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: a}\nspec: {size: a}\n";
    let (one, other) = (definition("size"), definition("sizes"));
    let found = |texts: [&str; 3]| {
        let mut ids = ids(&check(settings(), texts));
        ids.sort();
        ids
    };
    assert_eq!(found([&one, &other, thing]), found([thing, &other, &one]));
}

#[test]
fn a_file_that_an_object_names_is_missed_unless_it_is_there() {
    let configuration = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n\
                         - {name: PodSecurity, path: conf/pod-security.yaml}\n";
    let named =
        "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\n";
    let missed = |sources: Vec<Source<'static>>| run(sources, |_| {}).incomplete;
    let [missing] = &missed(vec![Source::new("admission.yaml", configuration)])[..] else {
        panic!()
    };
    assert_eq!(missing.what, "conf/pod-security.yaml");
    assert_eq!(
        missing.why,
        "admission.yaml has the API server read it, and it is not among the input"
    );
    let both = vec![
        Source::new("admission.yaml", configuration),
        Source::new("etc/pod-security.yaml", named),
    ];
    assert_eq!(missed(both), []);
}
