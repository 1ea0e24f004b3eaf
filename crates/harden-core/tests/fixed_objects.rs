//! What objects become by the fixes of single rules, where these take a thought.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

#[path = "fixes/apply.rs"]
mod apply;

use apply::mended;
use harden_core::check::{Settings, check};
use harden_core::rules::find;
use serde_json::Value;

/// The documents of a text as values.
fn values(text: &str) -> Vec<Value> {
    let documents = harden_yaml::parse(text);
    documents.iter().map(|it| serde_json::from_str(&it.to_json().unwrap()).unwrap()).collect()
}

/// Checks what a rule makes of an object, of which parts stand for `@`.
fn becomes(rule: &str, frame: &str, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        let [before, after] = [before, after].map(|it| frame.replace('@', it));
        let found = check(Settings::new([find(rule).unwrap()]), [before.as_str()]).findings;
        assert!(!found.is_empty(), "{rule} finds nothing in {before}");
        let fixed = values(&mended(&before, &found)).remove(0);
        assert_eq!(fixed, values(&after)[0], "{rule} of {before}");
    }
}

fn namespace(labels: &str) -> String {
    format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: a, labels: {{{labels}}}}}}}")
        .replace("PS/", "pod-security.kubernetes.io/")
}

fn labels(rule: &str, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        becomes(rule, "@", &[(&namespace(before), &namespace(after))]);
    }
}

fn policy(spec: &str) -> String {
    format!(
        "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: p, namespace: a}}, spec: {{{spec}}}}}"
    )
}

fn policies(rule: &str, cases: &[(&str, &str)]) {
    for (before, after) in cases {
        becomes(rule, "@", &[(&policy(before), &policy(after))]);
    }
}

fn pod(spec: &str, container: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: p}}, spec: {{{spec} containers: [{{name: c, image: a, {container}}}]}}}}"
    )
}

#[test]
fn a_level_comes_with_a_version_that_upgrades_do_not_change() {
    labels(
        "missing-pod-security-labels",
        &[
            ("", "PS/enforce: restricted, PS/enforce-version: v1.37"),
            ("PS/enforce-version: v1.30", "PS/enforce-version: v1.30, PS/enforce: restricted"),
            ("PS/enforce-version: latest", "PS/enforce-version: v1.37, PS/enforce: restricted"),
        ],
    );
    labels(
        "unknown-pod-security-label",
        &[
            ("PS/enforced: baseline", "PS/enforce: baseline, PS/enforce-version: v1.37"),
            ("PS/warning: baseline", "PS/warning: baseline"),
            ("PS/enforced: strict", "PS/enforced: strict"),
            ("PS/Warn: baseline", "PS/warn: baseline"),
            (
                "PS/enforced: baseline, PS/enforce: restricted",
                "PS/enforced: baseline, PS/enforce: restricted",
            ),
            (
                "PS/enforced: baseline, PS/enforce-version: v1.30",
                "PS/enforce: baseline, PS/enforce-version: v1.30",
            ),
        ],
    );
    labels(
        "pod-security-version-without-level",
        &[
            ("PS/enforce-version: v1.30", "PS/enforce-version: v1.30, PS/enforce: restricted"),
            ("PS/audit-version: v1.30", "PS/audit-version: v1.30, PS/audit: restricted"),
        ],
    );
}

#[test]
fn a_direction_is_named_and_what_was_in_effect_stays_so() {
    policies(
        "ignored-policy-rules",
        &[
            ("egress: []", "egress: [], policyTypes: [Ingress, Egress]"),
            ("policyTypes: [Egress], ingress: []", "policyTypes: [Egress, Ingress], ingress: []"),
            (
                "podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress], egress: [{to: [{podSelector: {}}]}]",
                "podSelector: {matchLabels: {a: b}}, policyTypes: [Ingress, Egress], egress: [{to: [{podSelector: {}}]}]",
            ),
            (
                "podSelector: {}, policyTypes: [Ingress], egress: [{ports: [{port: 53, protocol: UDP}]}]",
                "podSelector: {}, policyTypes: [Ingress, Egress], egress: [{ports: [{port: 53, protocol: UDP}]}]",
            ),
        ],
    );
}

#[test]
fn lists_of_policies_are_mended_item_by_item() {
    policies(
        "dns-over-udp-only",
        &[
            (
                "policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 5353, protocol: UDP}]}]",
                "policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 5353, protocol: UDP}, {port: 53, protocol: TCP}, {port: 5353, protocol: TCP}]}]",
            ),
            (
                "policyTypes: [Egress], egress: [{ports: [{port: dns, protocol: UDP}]}]",
                "policyTypes: [Egress], egress: [{ports: [{port: dns, protocol: UDP}]}]",
            ),
        ],
    );
    policies(
        "split-peer-selectors",
        &[(
            "ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}}, {podSelector: {matchExpressions: [{key: c, operator: In, values: [d]}]}}]}]",
            "ingress: [{from: [{namespaceSelector: {matchLabels: {a: b}}, podSelector: {matchExpressions: [{key: c, operator: In, values: [d]}]}}]}]",
        )],
    );
    let peer = |labels: &str| {
        policy(&format!(
            "ingress: [{{from: [{{namespaceSelector: {{matchLabels: {{{labels}}}}}}}]}}]"
        ))
    };
    for (before, after) in [
        ("name: web, team: a", "team: a, kubernetes.io/metadata.name: web"),
        ("name: web, namespace: db", "name: web, namespace: db"),
        ("name: Web", "name: Web"),
        (
            "name: web, kubernetes.io/metadata.name: db",
            "name: web, kubernetes.io/metadata.name: db",
        ),
    ] {
        becomes("namespace-name-label", "@", &[(&peer(before), &peer(after))]);
    }
    policies(
        "invalid-network-policy",
        &[
            (
                "policyTypes: [INGRESS], ingress: [{ports: [{port: '80', protocol: tcp}]}]",
                "policyTypes: [Ingress], ingress: [{ports: [{port: 80, protocol: TCP}]}]",
            ),
            (
                "ingress: [{from: [{ipBlock: {cidr: 10.0.0.1}}, {ipBlock: {cidr: 10.1.2.3/8}}, {ipBlock: {cidr: 'fd00::1'}}]}]",
                "ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/32}}, {ipBlock: {cidr: 10.0.0.0/8}}, {ipBlock: {cidr: 'fd00::1/128'}}]}]",
            ),
            (
                "ingress: [{from: [{ipBlock: {cidr: 010.0.0.0/8}}]}]",
                "ingress: [{from: [{ipBlock: {cidr: 010.0.0.0/8}}]}]",
            ),
        ],
    );
}

#[test]
fn a_service_of_the_cluster_keeps_nothing_of_the_nodes() {
    becomes(
        "node-port-service",
        "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {selector: {a: b}, @}}",
        &[(
            "type: NodePort, externalTrafficPolicy: Local, ports: [{port: 80, nodePort: 30080}, {port: 81}]",
            "type: ClusterIP, ports: [{port: 80}, {port: 81}]",
        )],
    );
    becomes(
        "route-without-tls",
        "{apiVersion: route.openshift.io/v1, kind: Route, metadata: {name: a}, spec: {@}}",
        &[(
            "tls: {termination: passthrough, insecureEdgeTerminationPolicy: Allow}",
            "tls: {termination: passthrough, insecureEdgeTerminationPolicy: Redirect}",
        )],
    );
}

#[test]
fn capabilities_leave_what_a_low_port_needs() {
    let context = |container: &str, context: &str| {
        pod("", &format!("{container} securityContext: {{{context}}}"))
    };
    let ports = "ports: [{containerPort: 8080}, {containerPort: 80}],";
    for (container, before, after) in [
        (ports, "", "capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}"),
        ("ports: [{containerPort: 1024}],", "", "capabilities: {drop: [ALL]}"),
        (
            ports,
            "capabilities: {add: [CHOWN, NET_BIND_SERVICE], drop: [NET_RAW]}",
            "capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}",
        ),
        (
            ports,
            "capabilities: {add: [CHOWN, KILL]}",
            "capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}",
        ),
    ] {
        let [before, after] = [before, after].map(|it| context(container, it));
        becomes("undropped-capabilities", "@", &[(&before, &after)]);
    }
}

#[test]
fn what_the_api_server_refuses_beside_an_edit_goes_along() {
    let frame = pod("", "securityContext: {@}");
    becomes(
        "privilege-escalation",
        &frame,
        &[
            ("privileged: true", "privileged: false, allowPrivilegeEscalation: false"),
            (
                "capabilities: {add: [CAP_SYS_ADMIN, CHOWN]}",
                "capabilities: {add: [CHOWN]}, allowPrivilegeEscalation: false",
            ),
        ],
    );
    becomes(
        "unconfined-seccomp",
        &frame,
        &[
            (
                "seccompProfile: {type: Unconfined, localhostProfile: a}",
                "seccompProfile: {type: RuntimeDefault}",
            ),
            ("seccompProfile: {type: localhost}", "seccompProfile: {type: localhost}"),
        ],
    );
    let host = |network: &str, host: &str| {
        pod(network, &format!("livenessProbe: {{httpGet: {{port: 80{host}}}}}"))
    };
    let (before, after) =
        (host("hostNetwork: true,", ", host: 127.0.0.1"), host("hostNetwork: false,", ""));
    becomes("host-namespaces", "@", &[(&before, &after)]);
}

#[test]
fn a_pod_gets_an_account_of_its_own_with_the_object() {
    let text = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: sweep, namespace: a}, spec: {schedule: \
                '@daily', jobTemplate: {spec: {template: {spec: {automountServiceAccountToken: true, \
                serviceAccount: default, containers: [{name: c, image: a}]}}}}}}";
    let found = check(Settings::new([find("default-service-account").unwrap()]), [text]).findings;
    let fixed = values(&mended(text, &found));
    let spec = &fixed[0]["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_eq!(spec["serviceAccount"], "sweep");
    assert_eq!(spec["serviceAccountName"], Value::Null);
    assert_eq!(fixed[1]["kind"], "ServiceAccount");
    assert_eq!(fixed[1]["metadata"], serde_json::json!({"name": "sweep", "namespace": "a"}));
    for nameless in ["generateName: sweep-", "labels: {}"] {
        let text = text.replace("name: sweep", nameless);
        let found = check(Settings::new([find("default-service-account").unwrap()]), [&*text]);
        assert_eq!(found.findings.len(), 1);
        assert_eq!(values(&mended(&text, &found.findings)).len(), 1, "{nameless}");
    }
}

#[test]
fn namespaces_get_the_parts_that_they_lack() {
    let text = "{apiVersion: v1, kind: Namespace, metadata: {name: team-a}}";
    let rules = ["missing-default-deny-ingress", "missing-default-deny-egress", "denied-dns"];
    let found = check(Settings::new(rules.iter().map(|it| find(it).unwrap())), [text]).findings;
    let fixed = values(&mended(text, &found));
    let names: Vec<_> = fixed.iter().map(|it| it["metadata"]["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["team-a", "default-deny", "allow-dns"]);
    assert!(fixed[1..].iter().all(|it| it["metadata"]["namespace"] == "team-a"));
}
