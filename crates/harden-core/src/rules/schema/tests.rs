#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use serde_json::json;

use super::*;
use crate::check::testing::{findings, mends};

fn pod(fields: &str) -> String {
    format!("{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{fields}}}}}\n")
}

#[test]
fn a_key_is_renamed_only_where_nothing_else_can_be_meant() {
    let container =
        |fields: &str| pod(&format!("containers: [{{name: c, image: 'a:1', {fields}}}]"));
    for (text, expected) in [
        (
            container("securityContext: {runAsNonRot: true}"),
            "/spec/containers/0/securityContext/runAsNonRot -> runAsNonRoot",
        ),
        (container("SecurityContext: {}"), "/spec/containers/0/SecurityContext -> securityContext"),
        // The name is taken, also by null, by the value's type, or by another key that means it.
        (container("securityContext: {runAsNonRot: true, runAsNonRoot: false}"), "-"),
        (container("securityContext: {runAsNonRot: true, runAsNonRoot: }"), "-"),
        (container("securityContext: {runAsNonRot: nobody}"), "-"),
        (container("securityContext: {privileged: 1, runAsNonRot: {}}"), "-"),
        // What is below it is no more right than it.
        (container("securitycontext: {runAsUser: root}"), "-"),
        (container("securitycontext: {frobnicate: 1}"), "-"),
        (container("frobnicate: 1"), "-"),
        (container("privileged: true"), "-"),
        // Two names are as near.
        (pod("containers: [{name: c, image: 'a:1'}], hostIP: true"), "-"),
        (
            pod("containers: [{name: c, image: 'a:1'}], hostNetwrk: true"),
            "/spec/hostNetwrk -> hostNetwork",
        ),
    ] {
        assert_eq!(mends(&unknown_field::RULE, &text), [expected], "{text}");
    }
    let twice = container("securityContext: {runAsNonRot: true, runAsNonRooot: true}");
    assert!(findings(&unknown_field::RULE, &twice).iter().all(|it| it.fix().is_none()));
}

#[test]
fn an_api_version_is_changed_only_where_the_object_means_the_same() {
    let budget = |spec: &str| {
        format!(
            "{{apiVersion: policy/v1beta1, kind: PodDisruptionBudget, metadata: {{name: a}}, spec: {spec}}}"
        )
    };
    let ingress = |rules: &str| {
        format!(
            "{{apiVersion: extensions/v1beta1, kind: Ingress, metadata: {{name: a}}, spec: {{rules: {rules}}}}}"
        )
    };
    let hook = |fields: &str| {
        format!(
            "{{apiVersion: admissionregistration.k8s.io/v1beta1, kind: ValidatingWebhookConfiguration, \
             metadata: {{name: a}}, webhooks: [{{name: a.b.c, clientConfig: {{url: 'https://a'}}, \
             sideEffects: None, admissionReviewVersions: [v1]{fields}}}]}}"
        )
    };
    for (text, expected) in [
        (
            budget("{minAvailable: 1, selector: {matchLabels: {a: b}}}"),
            "/apiVersion = \"policy/v1\"",
        ),
        (budget("{minAvailable: 1, selector: {}}"), "-"),
        (budget("{minAvailable: 1, selector: {matchLabels: {}}}"), "-"),
        (budget("{minAvailable: 1, selectr: {matchLabels: {a: b}}}"), "-"),
        (
            ingress("[{http: {paths: [{backend: {serviceName: a, servicePort: 80}}]}}]"),
            "-",
        ),
        (
            "{apiVersion: autoscaling/v2beta2, kind: HorizontalPodAutoscaler, metadata: {name: a}, \
             spec: {maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: a}}}"
                .to_owned(),
            "/apiVersion = \"autoscaling/v2\"",
        ),
        (hook(""), "-"),
        (
            hook(", failurePolicy: Fail, matchPolicy: Exact, timeoutSeconds: 5"),
            "/apiVersion = \"admissionregistration.k8s.io/v1\"",
        ),
        (
            "{apiVersion: policy/v1beta1, kind: PodSecurityPolicy, metadata: {name: a}, spec: {}}"
                .to_owned(),
            "-",
        ),
    ] {
        assert_eq!(mends(&unserved_api_version::RULE, &text), [expected], "{text}");
    }
}

#[test]
fn a_kind_is_corrected_only_where_the_object_is_one() {
    let policy = |version: &str, kind: &str, spec: &str| {
        format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: a}}, spec: {spec}}}")
    };
    let v1 = "networking.k8s.io/v1";
    for (text, expected) in [
        (policy(v1, "NetworkPolicies", "{podSelector: {}}"), "/kind = \"NetworkPolicy\""),
        (policy(v1, "NetworkPolicies", "{podSelector: []}"), "-"),
        (policy(v1, "NetworkPolicies", "{rules: []}"), "-"),
        (
            policy("networking/v1", "NetworkPolicy", "{podSelector: {}}"),
            "/apiVersion = \"networking.k8s.io/v1\"",
        ),
        (
            policy("networking.k8s.io/v2", "NetworkPolicy", "{podSelector: {}}"),
            "/apiVersion = \"networking.k8s.io/v1\"",
        ),
        (policy("v1", "Deployment", "{replicas: 1}"), "-"),
        (policy(v1, "Frobnicator", "{}"), "-"),
    ] {
        assert_eq!(mends(&unknown_kind::RULE, &text), [expected], "{text}");
    }
}

#[test]
fn what_an_object_is_is_said_only_where_one_answer_is_left() {
    for (text, expected) in [
        (
            "{kind: Pod, metadata: {name: a}, spec: {containers: [{name: c, image: 'a:1'}]}}",
            "/apiVersion = \"v1\"",
        ),
        ("{apiVersion: v1, Kind: Pod, metadata: {name: a}}", "/Kind -> kind"),
        ("{apiVersion: v1, Kind: Pod, kind: , metadata: {name: a}}", "-"),
        (
            "{apiVersion: v1, metadata: {name: a}, spec: {containers: [{name: c, image: 'a:1'}]}}",
            "-",
        ),
        ("{kind: Event, metadata: {name: a}, spec: {}}", "-"),
        ("{kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: 5}}", "-"),
        (
            "{kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}]}",
            "/apiVersion = \"v1\"",
        ),
    ] {
        assert_eq!(mends(&untyped_object::RULE, text), [expected], "{text}");
    }
}

#[test]
fn a_workload_selects_the_labels_of_its_own_pods_that_stay() {
    let workload = |kind: &str, labels: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: {kind}, metadata: {{name: a}}, spec: {{template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: c, image: 'a:1'}}]}}}}}}}}"
        )
    };
    for (kind, labels, expected) in [
        ("Deployment", "{app: web}", json!({"app": "web"})),
        ("Deployment", "{app: web, version: '2', helm.sh/chart: web-2}", json!({"app": "web"})),
        ("DaemonSet", "{a: b, c: ''}", json!({"a": "b", "c": ""})),
    ] {
        let edits = mends(&missing_required_field::RULE, &workload(kind, labels));
        let all = json!({ "matchLabels": expected });
        assert_eq!(edits, [format!("/spec/selector = {all}")]);
    }
    let misspelt = workload("Deployment", "{app: web}")
        .replace("spec: {template", "spec: {selectr: {matchLabels: {app: web}}, template");
    assert_eq!(mends(&missing_required_field::RULE, &misspelt), ["-"]);
    assert_eq!(mends(&unknown_field::RULE, &misspelt), ["/spec/selectr -> selector"]);
    for labels in ["{}", "{version: '2'}", "{app: }", "{app: 'a b'}", "{app: '{{ .name }}'}", ""] {
        let text = workload("Deployment", labels);
        assert_eq!(mends(&missing_required_field::RULE, &text), ["-"], "{labels}");
    }
}

#[test]
fn pods_get_the_labels_that_are_selected() {
    let workload = |selector: &str, labels: &str| {
        format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{selector: {selector}, \
             template: {{metadata: {{labels: {labels}}}, spec: {{containers: [{{name: c, image: 'a:1'}}]}}}}}}}}"
        )
    };
    let labels = "/spec/template/metadata/labels";
    for (selector, written, expected) in [
        ("{matchLabels: {app: a}}", "{app: b}", vec![format!("{labels}/app = \"a\"")]),
        (
            "{matchLabels: {app: a, x/y: b}}",
            "{z: '1'}",
            vec![format!("{labels}/app = \"a\""), format!("{labels}/x~1y = \"b\"")],
        ),
        ("{matchLabels: {app: a}}", "", vec![format!("{labels}/app = \"a\"")]),
        (
            "{matchLabels: {app: a}, matchExpressions: [{key: app, operator: Exists}]}",
            "{}",
            vec![format!("{labels}/app = \"a\"")],
        ),
        (
            "{matchLabels: {app: a}, matchExpressions: [{key: x, operator: Exists}]}",
            "{}",
            vec!["-".to_owned()],
        ),
        (
            "{matchLabels: {app: a}, matchExpressions: [{key: app, operator: NotIn, values: [a]}]}",
            "{}",
            vec!["-".to_owned()],
        ),
    ] {
        let text = workload(selector, written);
        assert_eq!(mends(&mismatched_selector::RULE, &text), expected, "{text}");
    }
}

#[test]
fn a_mount_is_of_the_only_volume_of_nearly_its_name() {
    let text = |mount: &str, volumes: &str| {
        pod(&format!(
            "containers: [{{name: c, image: 'a:1', volumeMounts: [{{name: {mount}, mountPath: /a}}]}}], \
             volumes: {volumes}"
        ))
    };
    let name = "/spec/containers/0/volumeMounts/0/name";
    for (mount, volumes, expected) in [
        ("configg", "[{name: config}, {name: data}]", format!("{name} = \"config\"")),
        ("configg", "[{name: config}, {name: confiig}]", "-".to_owned()),
        ("data-1", "[{name: data-2}]", "-".to_owned()),
        ("other", "[{name: config}]", "-".to_owned()),
        ("other", "[]", "-".to_owned()),
        ("other", "[5, {name: }]", "-".to_owned()),
    ] {
        let text = text(mount, volumes);
        let found = findings(&missing_volume::RULE, &text);
        if !found.is_empty() {
            assert_eq!(mends(&missing_volume::RULE, &text), [expected], "{text}");
        }
    }
}

#[test]
fn paths_and_hosts_are_written_as_they_can_only_be_meant() {
    let ingress = |host: &str, path: &str, form: &str| {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: a}}, spec: {{rules: \
             [{{host: {host}, http: {{paths: [{{path: {path}, pathType: {form}, backend: {{service: \
             {{name: a, port: {{number: 80}}}}}}}}]}}}}]}}}}"
        )
    };
    let path = "/spec/rules/0/http/paths/0/path";
    for (host, written, form, expected) in [
        ("a.b", "app", "Prefix", format!("{path} = \"/app\"")),
        ("a.b", "app/*", "Prefix", "-".to_owned()),
        ("a.b", "'^/app'", "ImplementationSpecific", "-".to_owned()),
        ("a.b", "a//b", "Exact", "-".to_owned()),
        ("a.b", "''", "Exact", "-".to_owned()),
        ("Web.Example.com", "/", "Exact", "/spec/rules/0/host = \"web.example.com\"".to_owned()),
        ("'*.Example.com'", "/", "Exact", "/spec/rules/0/host = \"*.example.com\"".to_owned()),
        ("a_b.c", "/", "Exact", "-".to_owned()),
        ("10.0.0.1", "/", "Exact", "-".to_owned()),
    ] {
        let text = ingress(host, written, form);
        assert_eq!(mends(&invalid_ingress::RULE, &text), [expected], "{text}");
    }
}

#[test]
fn what_has_no_meaning_where_it_stands_goes() {
    let probe = |fields: &str| pod(&format!("containers: [{{name: c, image: 'a:1', {fields}}}]"));
    for (fields, expected) in [
        (
            "livenessProbe: {tcpSocket: {port: 80}, successThreshold: 3}",
            "/spec/containers/0/livenessProbe/successThreshold = 1",
        ),
        (
            "readinessProbe: {tcpSocket: {port: 80}, terminationGracePeriodSeconds: 3}",
            "/spec/containers/0/readinessProbe/terminationGracePeriodSeconds removed",
        ),
        ("livenessProbe: {}", "-"),
    ] {
        assert_eq!(mends(&invalid_probe::RULE, &probe(fields)), [expected], "{fields}");
    }
    let restarts = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {selector: \
                    {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: \
                    {restartPolicy: Never, containers: [{name: c, image: 'a:1'}]}}}}";
    let edits = mends(&invalid_workload::RULE, restarts);
    assert_eq!(edits, ["/spec/template/spec/restartPolicy = \"Always\""]);
}

#[test]
fn the_same_mistake_in_several_containers_is_one_finding_at_their_keys() {
    let text = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n\
                \x20 - {name: a, imagePullPolic: Always}\n  - {name: b, imagePullPolic: Never}\n";
    let found = findings(&unknown_field::RULE, text);
    assert_eq!(found.len(), 1);
    let spans: Vec<_> = found[0].spots.iter().map(|it| it.span.text(text)).collect();
    assert_eq!(spans, ["imagePullPolic", "imagePullPolic"]);
    assert_eq!(&*found[0].spots[1].path, "spec.containers[1].imagePullPolic");
}

#[test]
fn a_wrong_value_is_pointed_at_itself() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {labels: {a: off}}\n";
    let found = findings(&wrong_type::RULE, text);
    assert_eq!(found[0].spots[0].span.text(text), "off");
}

#[test]
fn every_flaw_has_one_rule() {
    let text = "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\n\
                metadata: {name: a}\nspec: {}\n";
    let all: Vec<_> = RULES.iter().flat_map(|rule| findings(rule, text)).collect();
    assert_eq!(all.len(), 1, "{all:?}");
}
