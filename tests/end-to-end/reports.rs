//! `check --apply`: reports as objects of the cluster, and what becomes of them and of others.

use std::collections::BTreeSet;

use harness::{ControlPlane, Need, Options, eventually};
use serde_json::Value;

use crate::cluster::{harden_on, line_on};
use crate::harden::{Ended, finish};

/// What must never be said, wherever it was put.
const MARKER: &str = "m4rker-of-a-value";

/// The custom resources of both formats.
fn definitions() -> Option<String> {
    let folder = Need::Definitions.at("kyverno/config/crds/policyreport")?;
    let read = |kind: &str| {
        std::fs::read_to_string(folder.join(format!("wgpolicyk8s.io_{kind}.yaml"))).unwrap()
    };
    let open = include_str!("../../crates/harden-core/tests/schemas/openreports.yaml");
    Some([&*read("policyreports"), &*read("clusterpolicyreports"), open].join("\n---\n"))
}

fn plane_with_definitions() -> Option<ControlPlane> {
    let definitions = definitions()?;
    let plane = ControlPlane::for_test(&Options::default())?;
    plane.apply(&definitions);
    for kind in [POLICY, OPEN] {
        eventually("the kinds are served", || {
            plane.kubectl(["get", kind, "-A"]).output().unwrap().status.success().then_some(())
        });
    }
    Some(plane)
}

const POLICY: &str = "policyreports.wgpolicyk8s.io,clusterpolicyreports.wgpolicyk8s.io";
const OPEN: &str = "reports.openreports.io,clusterreports.openreports.io";

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n---\n")
}

fn deployment(name: &str, namespace: &str, privileged: bool) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}, labels: {{app: {name}}}}}\n\
         spec: {{replicas: 0, selector: {{matchLabels: {{app: {name}}}}}, template: {{metadata: {{labels: {{app: {name}}}}}, \
         spec: {{containers: [{{name: a, image: 'web:1', env: [{{name: DB_PASSWORD, value: {MARKER}}}], securityContext: {{privileged: {privileged}}}}}]}}}}}}\n---\n"
    )
}

/// The rules of the tests: few, and each with something to mend.
const RULES: &str = "--rule privileged-container --rule secret-in-environment --rule cluster-admin-binding --rule missing-resource-quota --fail-on never --allow-incomplete";

fn check(plane: &ControlPlane, words: &str) -> Ended {
    line_on(plane, &format!("check {RULES} {words}"))
}

/// All reports of a format, by namespace, the kind and name of what they are about.
fn reports(plane: &ControlPlane, kinds: &str) -> Vec<Value> {
    let listed = plane.kubectl_ok(["get", kinds, "-A", "-o", "json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    listed["items"].as_array().unwrap().clone()
}

fn named(reports: &[Value]) -> BTreeSet<String> {
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    let name = |it: &Value| {
        let scope = &it["scope"];
        let namespace = text(&it["metadata"]["namespace"]);
        format!("{namespace}: {} {}", text(&scope["kind"]), text(&scope["name"]))
    };
    reports.iter().map(name).collect()
}

fn versions(reports: &[Value]) -> BTreeSet<String> {
    reports.iter().map(|it| it["metadata"]["resourceVersion"].to_string()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

const BINDING: &str = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: eve}\n\
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}\n\
    subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: eve}]\n---\n";

#[test]
fn reports_come_stay_change_and_go_with_what_they_are_about() {
    let Some(plane) = plane_with_definitions() else { return };
    plane.apply(
        &(namespace("shop")
            + &namespace("bank")
            + BINDING
            + &deployment("web", "shop", true)
            + &deployment("api", "shop", true)
            + &deployment("till", "bank", true)),
    );
    for (format, kinds) in [("policyreport", POLICY), ("openreports", OPEN)] {
        let apply = |words: &str| check(&plane, &format!("-o {format} --apply {words}"));
        let ended = apply("-A");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(!ended.stdout.contains(MARKER) && !ended.stderr.contains(MARKER));
        let first = reports(&plane, kinds);
        let names = named(&first);
        for name in [
            "shop: Deployment web",
            "shop: Deployment api",
            "bank: Deployment till",
            "shop: Namespace shop",
            ": ClusterRoleBinding eve",
        ] {
            assert!(names.contains(name), "{name}: {names:?}");
        }
        assert!(
            !names.iter().any(|it| it.contains("Pod") || it.contains("ReplicaSet")),
            "{names:?}"
        );
        assert_eq!(ended.stdout.lines().count(), first.len(), "{}", ended.stdout);
        assert!(ended.stdout.lines().all(|it| it.contains(" created")), "{}", ended.stdout);
        let lower = ended.stdout.lines().find(|it| it.ends_with("(Deployment web)")).unwrap();
        assert!(lower.contains("/harden-") && lower.contains(" in shop created "), "{lower}");
        assert!(!serde_json::to_string(&first).unwrap().contains(MARKER));
        let all = format!("reports: {} created, 0 configured, 0 unchanged, 0 deleted", first.len());
        assert!(ended.stderr.contains(&all), "{}", ended.stderr);
        // What is applied is what is printed.
        let printed = check(&plane, &format!("-o {format} -A")).ok();
        for report in &first {
            let name = report["metadata"]["name"].as_str().unwrap();
            assert!(printed.contains(&format!("  name: {name}\n")), "{name}: {printed}");
        }

        // The same again changes nothing, though it is later.
        let ended = apply("-A");
        assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{}", ended.stderr);
        assert!(ended.stderr.contains(&format!(" {} unchanged", first.len())), "{}", ended.stderr);
        assert_eq!(versions(&reports(&plane, kinds)), versions(&first));

        // What somebody else wrote into one of ours does not stay.
        let web = first.iter().find(|it| it["scope"]["name"] == "web").unwrap();
        let name = web["metadata"]["name"].as_str().unwrap();
        let kind = kinds.split(',').next().unwrap();
        let patch = r#"{"results": []}"#;
        plane.kubectl_ok(["patch", kind, name, "-n", "shop", "--type=merge", "-p", patch]);
        let ended = apply("-n shop -q");
        assert_eq!((ended.code, ended.stdout.lines().count()), (0, 1), "{}", ended.stdout);
        assert!(ended.stdout.contains(&format!("{name} in shop configured")), "{}", ended.stdout);
        assert!(!ended.stderr.contains("reports: "), "{}", ended.stderr);

        // One is mended but for a secret, one wholly, and one in a namespace that is not read.
        let env = r#"[{"op": "remove", "path": "/spec/template/spec/containers/0/env"}, {"op": "replace", "path": "/spec/template/spec/containers/0/securityContext/privileged", "value": false}]"#;
        plane.apply(&deployment("web", "shop", false));
        for (name, namespace) in [("api", "shop"), ("till", "bank")] {
            plane.kubectl_ok([
                "patch",
                "deployment",
                name,
                "-n",
                namespace,
                "--type=json",
                "-p",
                env,
            ]);
        }
        eventually("the changes are seen", || {
            let all = plane.kubectl_ok(["get", "deployments", "-A", "-o", "json"]);
            let all: Value = serde_json::from_str(&all).unwrap();
            let is_seen =
                |it: &Value| it["status"]["observedGeneration"] == it["metadata"]["generation"];
            all["items"].as_array().unwrap().iter().all(is_seen).then_some(())
        });
        // The sets of replicas of before are still there, and say what they said.
        for namespace in ["shop", "bank"] {
            plane.kubectl_ok(["delete", "replicasets", "--all", "-n", namespace]);
        }
        let ended = apply("-n shop");
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(ended.stdout.contains("configured (Deployment web)"), "{}", ended.stdout);
        assert!(ended.stdout.contains("deleted (Deployment api)"), "{}", ended.stdout);
        let names = named(&reports(&plane, kinds));
        assert!(names.contains("bank: Deployment till"), "{names:?}");
        assert!(!names.contains("shop: Deployment api"), "{names:?}");
        // With -l, what does not match is not known.
        assert!(!apply("-A -l app=web").stdout.contains("till"));
        let ended = apply("-A -l app=till");
        assert!(ended.stdout.contains("deleted (Deployment till)"), "{}", ended.stdout);
        let again = [("web", "shop"), ("api", "shop"), ("till", "bank")];
        plane.apply(&again.map(|(name, namespace)| deployment(name, namespace, true)).concat());
    }
}

#[test]
fn what_is_gone_takes_its_report_with_it() {
    let Some(plane) = plane_with_definitions() else { return };
    plane.apply(
        &(namespace("shop")
            + BINDING
            + &deployment("web", "shop", true)
            + &deployment("api", "shop", true)),
    );
    assert_eq!(check(&plane, "-A -o openreports --apply").code, 0);
    let before = named(&reports(&plane, OPEN));
    assert!(before.contains("shop: Deployment api"), "{before:?}");
    plane.kubectl_ok(["delete", "deployment", "api", "-n", "shop"]);
    plane.kubectl_ok(["delete", "clusterrolebinding", "eve"]);
    eventually("reports go with their objects", || {
        let names = named(&reports(&plane, OPEN));
        let are_gone =
            !names.contains("shop: Deployment api") && !names.contains(": ClusterRoleBinding eve");
        (are_gone && names.contains("shop: Deployment web")).then_some(())
    });
}

#[test]
fn what_is_about_to_go_gets_no_report() {
    let Some(plane) = plane_with_definitions() else { return };
    let holder = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: holder, namespace: bank, finalizers: [a.example/b]}\n---\n";
    plane.apply(
        &(namespace("shop") + &namespace("bank") + holder + &deployment("web", "shop", true)),
    );
    plane.kubectl_ok(["delete", "namespace", "bank", "--wait=false"]);
    let ended = check(&plane, "-A -o openreports --apply");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains(" in shop created (Deployment web)"), "{}", ended.stdout);
    assert!(!ended.stdout.contains(" in bank "), "{}", ended.stdout);
    let finalizers = r#"{"metadata": {"finalizers": null}}"#;
    plane.kubectl_ok([
        "patch",
        "configmap",
        "holder",
        "-n",
        "bank",
        "--type=merge",
        "-p",
        finalizers,
    ]);
}

/// What somebody else made: as Kyverno names it, and with names that look like ours.
fn foreign(uid: &str, name: &str) -> String {
    let report = |name: &str, labels: &str| {
        format!(
            "apiVersion: wgpolicyk8s.io/v1alpha2\nkind: PolicyReport\nmetadata: {{name: {name}, namespace: shop, labels: {{{labels}}}, ownerReferences: [{{apiVersion: apps/v1, kind: Deployment, name: web, uid: {uid}}}]}}\n\
             scope: {{apiVersion: apps/v1, kind: Deployment, name: web, namespace: shop}}\nsummary: {{pass: 1}}\nresults: [{{policy: theirs, result: pass}}]\n---\n"
        )
    };
    let kyverno = "app.kubernetes.io/managed-by: kyverno";
    report(uid, kyverno)
        + &report(&format!("harden-{name}"), kyverno)
        + &report("harden-1", "")
        + &report("kubectl-harden-not-checked", "")
        // Our label, and a name that we do not give.
        + &report("mine", "app.kubernetes.io/managed-by: kubectl-harden")
        + &report("harden-2", "app.kubernetes.io/managed-by: kubectl-harden")
}

#[test]
fn what_is_not_ours_is_not_touched() {
    let Some(plane) = plane_with_definitions() else { return };
    plane.apply(&(namespace("shop") + &deployment("web", "shop", true)));
    let uid = plane.kubectl_ok([
        "get",
        "deployment",
        "web",
        "-n",
        "shop",
        "-o",
        "jsonpath={.metadata.uid}",
    ]);
    plane.apply(&foreign(&uid, &uid));
    let before = versions(&reports(&plane, POLICY));
    assert_eq!(before.len(), 6);
    let ended = check(&plane, "-n shop -o policyreport --apply");
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    let said = format!(
        "policyreport/harden-{uid} in shop is of somebody else, without our label, and was left as it is"
    );
    assert!(ended.stderr.contains(&said), "{}", ended.stderr);
    // That of the namespace is written all the same.
    assert!(ended.stdout.contains("created (Namespace shop)"), "{}", ended.stdout);
    plane.kubectl_ok(["patch", "deployment", "web", "-n", "shop", "--type=json", "-p", r#"[{"op": "remove", "path": "/spec/template/spec/containers/0"}, {"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "b", "image": "b:1"}}]"#]);
    check(&plane, "-n shop -o policyreport --apply");
    check(&plane, "-A --include-system -o policyreport --apply");
    assert!(before.is_subset(&versions(&reports(&plane, POLICY))));
}

#[test]
fn who_cannot_apply_is_told_in_a_sentence() {
    let Some(definitions) = definitions() else { return };
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    plane.apply(
        &(namespace("shop")
            + &namespace("bank")
            + &deployment("web", "shop", true)
            + &deployment("till", "bank", true)),
    );
    for (format, what, who) in [
        ("policyreport", "PolicyReport, ClusterPolicyReport of wgpolicyk8s.io/v1alpha2", "Kyverno"),
        (
            "openreports",
            "Report, ClusterReport of openreports.io/v1alpha1",
            "openreports/reports-api",
        ),
    ] {
        let said = check(&plane, &format!("-A -o {format} --apply")).rejected();
        assert!(said.starts_with(&format!("error: the cluster has no {what}: install ")), "{said}");
        assert!(said.contains(who) && !said.contains("note: reading"), "{said}");
    }
    plane.apply(&definitions);
    eventually("the kinds are served", || {
        plane.kubectl(["get", POLICY, "-A"]).output().unwrap().status.success().then_some(())
    });
    for (words, says) in [
        ("-A --apply", "--apply needs -o policyreport or -o openreports"),
        ("-A -o json --apply", "--apply needs -o policyreport or -o openreports"),
        ("-A -o policyreport --apply --max-findings 3", "--max-findings leaves findings out"),
        ("-o policyreport --apply --snapshot x", "a snapshot is what was there once"),
        ("-o policyreport --apply -f x", "files are named to be read"),
    ] {
        let said = check(&plane, words).rejected();
        assert!(said.contains(says), "{words}: {said}");
    }

    // May read everything, and reports; may write them in one namespace.
    plane.kubectl_ok(["create", "clusterrole", "reader", "--verb=get,list", "--resource=*.*"]);
    plane.kubectl_ok([
        "create",
        "clusterrolebinding",
        "carol",
        "--clusterrole=reader",
        "--user=carol",
    ]);
    plane.kubectl_ok([
        "create",
        "clusterrolebinding",
        "dave",
        "--clusterrole=reader",
        "--user=dave",
    ]);
    let of_reports = "--resource=policyreports.wgpolicyk8s.io";
    plane.kubectl_ok(["create", "clusterrole", "writer", "--verb=create,patch,delete", of_reports]);
    plane.kubectl_ok([
        "create",
        "rolebinding",
        "dave",
        "-n",
        "shop",
        "--clusterrole=writer",
        "--user=dave",
    ]);
    let ended = check(&plane, "-A -o policyreport --apply --as carol");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
    for namespace in ["shop", "bank"] {
        let said = format!("of PolicyReport in namespace {namespace} could not be written: ");
        let lines: Vec<_> = ended.stderr.lines().filter(|it| it.contains(&said)).collect();
        assert_eq!(lines.len(), 1, "{}", ended.stderr);
        assert!(lines[0].starts_with("error: 2 of ") && lines[0].contains("carol"), "{}", lines[0]);
    }
    assert!(reports(&plane, POLICY).is_empty());
    let ended = check(&plane, "-A -o policyreport --apply --as dave");
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("in namespace bank could not be written"), "{}", ended.stderr);
    let names = named(&reports(&plane, POLICY));
    assert_eq!(names, set(&["shop: Deployment web", "shop: Namespace shop"]));
    // Who reads one namespace needs rights there only.
    let ended = check(&plane, "-n shop -o policyreport --apply --as dave");
    assert_eq!(ended.code, 0, "{}", ended.stderr);

    // Who may not list reports writes none.
    let mut command = harden_on(&plane);
    let words = format!("check -n shop -o policyreport --apply --as eve {RULES}");
    plane.kubectl_ok([
        "create",
        "rolebinding",
        "eve",
        "-n",
        "shop",
        "--clusterrole=view",
        "--user=eve",
    ]);
    let ended = finish(command.args(words.split_whitespace()), "");
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(
        ended.stderr.contains(
            "no PolicyReport was written, as it is not known which there are: forbidden for eve"
        ),
        "{}",
        ended.stderr
    );
}

#[test]
fn findings_of_rules_that_did_not_run_stay() {
    let Some(plane) = plane_with_definitions() else { return };
    plane.apply(&(namespace("shop") + BINDING + &deployment("web", "shop", true)));
    assert_eq!(check(&plane, "-A -o policyreport --apply").code, 0);
    let names = named(&reports(&plane, POLICY));
    let all = ["shop: Namespace shop", ": ClusterRoleBinding eve"];
    assert!(all.iter().all(|it| names.contains(*it)), "{names:?}");
    // May see everything but quotas and bindings, and write reports.
    plane.apply("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: some}\nrules:\n- {apiGroups: [''], resources: [namespaces, pods], verbs: [get, list]}\n- {apiGroups: [wgpolicyk8s.io], resources: ['*'], verbs: ['*']}\n");
    plane.kubectl_ok([
        "create",
        "clusterrolebinding",
        "carol",
        "--clusterrole=some",
        "--user=carol",
    ]);
    let ended = check(&plane, "-A -o policyreport --apply --as carol");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let after = named(&reports(&plane, POLICY));
    assert!(all.iter().all(|it| after.contains(*it)), "{after:?}");
    assert!(
        ended.stderr.contains(" left as they were, of rules that did not run"),
        "{}",
        ended.stderr
    );
    // What was not checked is said in the cluster, too, until it is.
    let is_said = || {
        let reports = reports(&plane, POLICY);
        reports.iter().any(|it| it["metadata"]["name"] == "kubectl-harden-not-checked")
    };
    assert!(is_said());
    let ended = check(&plane, "-A -o policyreport --apply");
    assert!(
        ended.stdout.contains("clusterpolicyreport/kubectl-harden-not-checked deleted"),
        "{}",
        ended.stdout
    );
    assert!(!is_said());
}

#[test]
fn findings_of_rules_that_are_left_out_once_stay() {
    let Some(plane) = plane_with_definitions() else { return };
    plane.apply(&(namespace("shop") + &deployment("web", "shop", true)));
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("settings.yaml");
    let settings = |rules: &str| std::fs::write(&config, format!("rule: [{rules}]\n")).unwrap();
    settings("privileged-container, secret-in-environment, missing-resource-quota");
    let apply = |words: &str| {
        let config = config.display();
        let line = format!(
            "check -n shop -o openreports --apply --fail-on never --config {config} {words}"
        );
        line_on(&plane, &line)
    };
    let said = || {
        let said = reports(&plane, OPEN).into_iter().flat_map(|report| {
            let results = report["results"].as_array().unwrap().clone();
            assert_eq!(report["summary"]["fail"], results.len(), "{report}");
            let name = report["scope"]["name"].to_string();
            results.into_iter().map(move |it| format!("{name} {}", it["rule"]))
        });
        said.collect::<BTreeSet<_>>()
    };
    assert_eq!(apply("").code, 0);
    let all = said();
    assert!(all.contains(r#""web" "secret-in-environment""#), "{all:?}");
    for words in
        ["--rule privileged-container", "--skip privileged-container", "--min-severity critical"]
    {
        let ended = apply(words);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(ended.stderr.contains(" 0 created, "), "{words}: {}", ended.stderr);
        assert!(ended.stderr.contains(" 0 deleted"), "{words}: {}", ended.stderr);
        assert_eq!(said(), all, "{words}");
        let again = apply(words);
        assert_eq!(again.stdout, "", "{words}");
    }
    // What a rule that runs finds no more goes, and so does what the settings turn off.
    let patch = r#"[{"op": "replace", "path": "/spec/template/spec/containers/0/securityContext/privileged", "value": false}]"#;
    plane.kubectl_ok(["patch", "deployment", "web", "-n", "shop", "--type=json", "-p", patch]);
    plane.kubectl_ok(["delete", "replicasets", "--all", "-n", "shop"]);
    assert_eq!(apply("--skip secret-in-environment").code, 0);
    let after = said();
    assert!(after.contains(r#""web" "secret-in-environment""#), "{after:?}");
    assert!(!after.contains(r#""web" "privileged-container""#), "{after:?}");
    settings("privileged-container, missing-resource-quota");
    assert_eq!(apply("").code, 0);
    let after = said();
    assert!(!after.contains(r#""web" "secret-in-environment""#), "{after:?}");
}
