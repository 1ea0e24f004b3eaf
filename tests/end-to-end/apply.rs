//! `--apply`, `--diff` and `--dry-run`.

use harness::ControlPlane;

use crate::cluster::{harden_on, line_on, namespace};
use crate::harden::finish;

#[test]
fn applying_twice_changes_nothing() {
    let Some(plane) = ControlPlane::shared() else { return };
    let words = "namespace twice --apply --admin-group a --allow-internet";
    let first = line_on(plane, words).ok();
    assert!(
        first.starts_with("namespace/twice created\nnetworkpolicy/default-deny in twice created\n"),
        "{first}"
    );
    let before = plane.kubectl_ok([
        "get",
        "networkpolicy,limitrange,role,rolebinding,serviceaccount",
        "-n",
        "twice",
        "-o",
        "jsonpath={.items[*].metadata.resourceVersion}",
    ]);
    let second = line_on(plane, words).ok();
    assert!(second.lines().all(|line| line.ends_with(" unchanged")), "{second}");
    let after = plane.kubectl_ok([
        "get",
        "networkpolicy,limitrange,role,rolebinding,serviceaccount",
        "-n",
        "twice",
        "-o",
        "jsonpath={.items[*].metadata.resourceVersion}",
    ]);
    assert_eq!(before, after);
}

#[test]
fn an_existing_namespace_keeps_what_is_not_ours() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: kept, labels: {team: x}, annotations: {a: b}}\n");
    plane.apply("apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, namespace: kept, labels: {mine: stays}}\n");
    let printed = line_on(plane, "namespace kept --apply").ok();
    assert!(printed.starts_with("namespace/kept configured\n"), "{printed}");
    let labels = plane.kubectl_ok([
        "get",
        "namespace",
        "kept",
        "-o",
        "jsonpath={.metadata.labels}{.metadata.annotations}",
    ]);
    for kept in
        ["\"team\":\"x\"", "\"a\":\"b\"", "\"pod-security.kubernetes.io/enforce\":\"restricted\""]
    {
        assert!(labels.contains(kept), "{labels}");
    }
    let account = plane.kubectl_ok([
        "get",
        "serviceaccount",
        "default",
        "-n",
        "kept",
        "-o",
        "jsonpath={.metadata.labels}{.automountServiceAccountToken}",
    ]);
    assert_eq!(account, "{\"mine\":\"stays\"}false");
}

#[test]
fn a_foreign_owner_of_a_field_is_named() {
    let Some(plane) = ControlPlane::shared() else { return };
    let theirs = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: contested\n  labels:\n    pod-security.kubernetes.io/enforce: baseline\n";
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), theirs).unwrap();
    plane.kubectl_ok([
        "apply",
        "--server-side",
        "--field-manager=argocd",
        "-f",
        file.path().to_str().unwrap(),
    ]);
    let ended = line_on(plane, "namespace contested --apply");
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (2, ""),
        "nothing is applied into it: {}",
        ended.stderr
    );
    assert_eq!(
        ended.stderr,
        "error: namespace/contested was not changed: other field managers own fields of it\n  \
         metadata.labels.pod-security.kubernetes.io/enforce: conflict with \"argocd\"\n  \
         --force-conflicts takes these fields over; without it, leave them to their owner (--without …)\n"
    );
    let level = || {
        plane.kubectl_ok([
            "get",
            "namespace",
            "contested",
            "-o",
            "jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}",
        ])
    };
    assert_eq!(level(), "baseline");
    line_on(plane, "namespace contested --apply --force-conflicts").ok();
    assert_eq!(level(), "restricted");
}

#[test]
fn a_rejection_names_the_verb_and_resource_that_are_missing() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: forbidden}\n");
    let ended = line_on(plane, "namespace forbidden --apply --as nobody");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(
        ended.stderr.contains("User \"nobody\" cannot get resource \"namespaces\""),
        "{}",
        ended.stderr
    );
    assert!(
        ended.stderr.contains("applying needs the verbs get, create and patch on namespaces"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("was not checked: pods is forbidden"), "{}", ended.stderr);
}

#[test]
fn a_group_can_be_impersonated_with_its_user() {
    let Some(plane) = ControlPlane::shared() else { return };
    line_on(plane, "namespace as-group --apply --as ann --as-group system:masters").ok();
    line_on(plane, "namespace other-context --apply --context admin").ok();
    let ended = line_on(plane, "namespace other-context --apply --context bob");
    assert!(ended.stderr.contains("User \"bob\" cannot"), "{}", ended.stderr);
    let ended = line_on(plane, "namespace other-context --apply --context nowhere");
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (2, "error: the kubeconfig has no context `nowhere`\n")
    );
}

#[test]
fn warnings_of_the_server_are_shown_once() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: warned}\n");
    plane.kubectl_ok([
        "wait",
        "--for=create",
        "serviceaccount/default",
        "-n",
        "warned",
        "--timeout=180s",
    ]);
    plane.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: old, namespace: warned}\nspec: {containers: [{name: c, image: i}]}\n");
    let ended = line_on(plane, "namespace warned --apply --diff");
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let warning = "warning: existing pods in namespace \"warned\" violate the new PodSecurity enforce level \"restricted:v1.37\"\n";
    assert_eq!(ended.stderr.matches(warning).count(), 1, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("warning: old: allowPrivilegeEscalation != false"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_quota_below_what_runs_is_rejected() {
    let Some(plane) = ControlPlane::shared() else { return };
    plane.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: full}\n");
    plane.kubectl_ok([
        "wait",
        "--for=create",
        "serviceaccount/default",
        "-n",
        "full",
        "--timeout=180s",
    ]);
    plane.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: big, namespace: full}\nspec: {containers: [{name: c, image: i, resources: {requests: {cpu: 3}}}]}\n");
    let message = line_on(plane, "namespace full --apply").rejected();
    assert!(message.contains("full: requests.cpu=2 is below the 3 in use"), "{message}");
    assert!(message.contains("choose a larger --size"), "{message}");
    line_on(plane, "namespace full --apply --size medium").ok();
    line_on(plane, "namespace full --apply --force").ok();
}

#[test]
fn a_dry_run_changes_nothing() {
    let Some(plane) = ControlPlane::shared() else { return };
    let ended = line_on(plane, "namespace dry --apply --dry-run server");
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    line_on(plane, "namespace dry --apply --dry-run server --allow-incomplete").ok();
    assert!(ended.stdout.starts_with("namespace/dry created (server dry run)\nnetworkpolicy/default-deny in dry created (unchecked)\n"), "{}", ended.stdout);
    assert!(
        ended.stderr.contains(
            "namespace dry does not exist yet, so the API server could not check what goes into it"
        ),
        "{}",
        ended.stderr
    );
    let ended = line_on(plane, "namespace dry --apply --dry-run=client");
    assert!(
        ended.stdout.starts_with("namespace/dry created (client dry run)\n"),
        "{}",
        ended.stdout
    );
    assert!(!plane.kubectl_ok(["get", "namespaces", "-o", "name"]).contains("namespace/dry\n"));

    namespace(plane, "dry-there", "");
    let printed =
        line_on(plane, "namespace dry-there --apply --dry-run server --level baseline").ok();
    assert!(printed.starts_with("namespace/dry-there configured (server dry run)\nnetworkpolicy/default-deny in dry-there unchanged (server dry run)\n"), "{printed}");
}

#[test]
fn a_difference_is_shown_and_counted() {
    let Some(plane) = ControlPlane::shared() else { return };
    let ended = line_on(plane, "namespace compared --diff");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(
        ended.stdout.starts_with(
            "--- namespace/compared (not there)\n+++ namespace/compared (hardened)\n@@ -0,0 +1,"
        ),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("+  name: default-deny\n"), "{}", ended.stdout);

    namespace(plane, "compared", "");
    let ended = line_on(plane, "namespace compared --diff");
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""));
    let ended = line_on(plane, "namespace compared --diff --level baseline");
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("-    pod-security.kubernetes.io/enforce: restricted\n+    pod-security.kubernetes.io/enforce: baseline\n"), "{}", ended.stdout);
    let ended = finish(
        harden_on(plane).args([
            "namespace",
            "compared",
            "--diff",
            "--level",
            "baseline",
            "--color",
            "always",
        ]),
        "",
    );
    assert!(ended.stdout.contains("\u{1b}[32m+"), "{}", ended.stdout);
}

#[test]
fn without_its_namespace_nothing_can_be_applied() {
    let Some(plane) = ControlPlane::shared() else { return };
    let ended = line_on(plane, "namespace not-there --apply --only default-deny");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("make the namespace first"), "{}", ended.stderr);
}
