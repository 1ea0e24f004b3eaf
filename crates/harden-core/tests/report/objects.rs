//! Reports on a cluster as objects of it: whose they are, when they are the same, and what they leave out.

use harden_core::check::{Incomplete, Outcome, Settings, check};
use harden_core::finding::Finding;
use harden_core::report::{Format, Report, ReportApi, ReportSource, View};
use harden_core::{Manifest, rules};
use serde_json::Value;

use crate::gallery::gallery;
use crate::written;

const UID: &str = "6f1d2a3b-0000-4000-8000-00000000000a";
const VIEW: View<'_> = View {
    all: None,
    compared: None,
    against: None,
    cluster: Some("all namespaces of cluster admin (Kubernetes 1.37)"),
    namespace: None,
    with_ignored: false,
    settings_file: None,
    is_quiet: false,
    is_verbose: false,
};
const OBJECTS: &str = r#"
apiVersion: v1
kind: Namespace
metadata: {name: shop, uid: 6f1d2a3b-0000-4000-8000-000000000001}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: all, uid: 6f1d2a3b-0000-4000-8000-000000000002}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: eve}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  uid: 6f1d2a3b-0000-4000-8000-00000000000a
  annotations: {harden.kubectl.io/ignore.mutable-image-tag: pinned by admission}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: "web:latest", securityContext: {privileged: true}}]}
---
apiVersion: v1
kind: Pod
metadata:
  name: calm
  namespace: shop
  uid: 6f1d2a3b-0000-4000-8000-00000000000b
  annotations: {harden.kubectl.io/ignore.mutable-image-tag: pinned by admission}
spec: {containers: [{name: app, image: "web:latest"}]}
"#;

fn settings() -> Settings {
    let rules = [
        "missing-default-deny-ingress",
        "privileged-container",
        "mutable-image-tag",
        "unpinned-image",
        "cluster-admin-binding",
    ];
    Settings::new(rules.map(|id| rules::find(id).unwrap_or_else(|| panic!("{id}"))))
}

fn judged(texts: &[&str]) -> Outcome<'static> {
    let mut outcome = check(settings(), texts.iter().map(|it| (*it).to_owned()));
    let why = "forbidden for carol".to_owned();
    outcome.incomplete = vec![Incomplete { what: "RoleBinding".to_owned(), why }];
    outcome
}

fn reported<T>(
    outcome: &Outcome<'_>,
    (view, now): (View<'_>, &str),
    read: impl FnOnce(&Report<'_>) -> T,
) -> T {
    let source = ReportSource { name: "cluster admin", text: None, is_checked: true };
    let sources = vec![source; outcome.sources.len()];
    read(&Report { now: Some(now), view, ..Report::of(outcome, &settings(), &sources) })
}

fn objects(outcome: &Outcome<'_>, view: &View<'_>, now: &str) -> Vec<Manifest> {
    reported(outcome, (*view, now), |it| ReportApi::Open.objects(it).collect())
}

fn digest(manifest: &Manifest) -> &str {
    manifest.object["metadata"]["annotations"][ReportApi::DIGEST].as_str().unwrap()
}

const NOW: &str = "2026-11-23T08:00:00Z";

#[test]
fn reports_on_a_cluster_go_with_what_they_are_about() {
    let outcome = judged(&[OBJECTS]);
    for format in ["policyreport", "openreports"] {
        let text = reported(&outcome, (VIEW, NOW), |it| written(it, format));
        gallery().bind(|| insta::assert_snapshot!(format!("{format}-cluster"), text));
        assert!(ReportApi::of(Format::find(format).unwrap()).is_some());
    }
    assert_eq!(ReportApi::of(Format::find("json").unwrap()), None);
}

#[test]
fn what_is_ignored_is_in_a_report_if_it_is_asked_for() {
    let outcome = judged(&[OBJECTS]);
    let without = objects(&outcome, &VIEW, NOW);
    let results = without.iter().flat_map(|it| it.object["results"].as_array().unwrap());
    assert!(results.into_iter().all(|it| it["result"] != "skip"));
    let of_web = without.iter().find(|it| it.object["scope"]["name"] == "web").unwrap();
    assert_eq!(of_web.object["summary"]["skip"], 1);
    let all = objects(&outcome, &View { with_ignored: true, ..VIEW }, NOW);
    let calm = all.iter().find(|it| it.object["scope"]["name"] == "calm").unwrap();
    let results = calm.object["results"].as_array().unwrap();
    let is = |it: &Value, result: &str| it["result"] == result;
    assert!(results.iter().any(|it| is(it, "skip")), "{results:?}");
    let skipped = results.iter().filter(|it| is(it, "skip")).count();
    assert_eq!(calm.object["summary"]["skip"], skipped);
    assert_eq!(
        calm.object["configuration"]["limits"]["statusFilter"],
        serde_json::json!(["fail", "skip"])
    );
}

#[test]
fn a_report_of_a_namespace_stays_in_it() {
    let outcome = judged(&[OBJECTS]);
    let objects = objects(&outcome, &View { namespace: Some("shop"), ..VIEW }, NOW);
    let last = objects.last().unwrap();
    assert_eq!((&*last.name, last.namespace.as_deref()), (ReportApi::NOT_CHECKED, Some("shop")));
    assert_eq!(last.kind.kind, "Report");
    let of_namespace = objects.iter().find(|it| it.object["scope"]["kind"] == "Namespace").unwrap();
    assert_eq!(of_namespace.namespace.as_deref(), Some("shop"));
}

#[test]
fn a_report_that_says_the_same_later_has_the_same_digest() {
    let outcome = judged(&[OBJECTS]);
    let (now, later) =
        (objects(&outcome, &VIEW, NOW), objects(&outcome, &VIEW, "2026-11-24T08:00:00Z"));
    assert_ne!(now, later);
    assert_eq!(
        now.iter().map(digest).collect::<Vec<_>>(),
        later.iter().map(digest).collect::<Vec<_>>()
    );
    let other = judged(&[&OBJECTS.replace("name: app", "name: other")]);
    let name = ReportApi::name(UID);
    let other = objects(&other, &VIEW, NOW);
    let of = |all: &[Manifest]| digest(all.iter().find(|it| it.name == name).unwrap()).to_owned();
    assert_ne!(of(&now), of(&other));
}

fn pod(uid: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: crowd, namespace: shop, uid: {uid}}}\n\
         spec: {{containers: [{{name: app, image: web, securityContext: {{privileged: true}}}}]}}\n"
    )
}

#[test]
fn a_report_that_would_be_too_large_has_the_worst_and_says_what_is_not_in_it() {
    for (count, message, most) in [(700, "too much", 500), (490, &*"é".repeat(1500), 420)] {
        let mut outcome = judged(&[&pod(UID)]);
        let is_worst = |it: &Finding| &*it.about.id == "privileged-container";
        let worst = outcome.findings.iter().find(|it| is_worst(it)).unwrap().clone();
        let other = outcome.findings.iter().find(|it| !is_worst(it)).unwrap();
        let copy = |it| Finding { message: format!("{it} {message}").into(), ..other.clone() };
        outcome.findings = (0..count).map(copy).chain([worst]).collect();
        let objects = objects(&outcome, &VIEW, NOW);
        let report = &objects[0].object;
        let results = report["results"].as_array().unwrap();
        assert!((300..=most).contains(&results.len()), "{}", results.len());
        assert_eq!(results[0]["rule"], "privileged-container");
        assert_eq!(report["summary"]["fail"], count + 1);
        let left_out = (count + 1 - results.len()).to_string();
        assert_eq!(report["metadata"]["annotations"]["harden.kubectl.io/left-out"], left_out);
        assert!(serde_json::to_vec(report).unwrap().len() < 1_100_000);
        assert!(results.iter().all(|it| it["message"].as_str().unwrap().len() < 2010));
    }
}

#[test]
fn an_object_that_two_apis_serve_has_one_report() {
    let pod = "kind: Pod\nmetadata: {name: a, namespace: shop, uid: 6f1d2a3b-1}\nspec: {containers: [{name: app, image: web}]}\n";
    let twice = ["apiVersion: v1\n", "apiVersion: example.com/v1\n"].map(|it| format!("{it}{pod}"));
    let outcome = judged(&[&twice[0], &twice[1]]);
    let names: Vec<_> = objects(&outcome, &VIEW, NOW).into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["harden-6f1d2a3b-1", ReportApi::NOT_CHECKED]);
}

#[test]
fn what_cannot_be_a_name_is_no_uid() {
    for uid in ["../x", "A", "a-", "a b", &"a".repeat(65)] {
        let name = objects(&judged(&[&pod(&format!("'{uid}'"))]), &VIEW, NOW).remove(0).name;
        assert!(name.starts_with("kubectl-harden-"), "{uid}: {name}");
    }
}
