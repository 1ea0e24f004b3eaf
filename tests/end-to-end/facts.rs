//! What the command learns from a cluster before it makes anything.

use harness::{ControlPlane, Options};

use crate::cluster::line_on;

const DNS: &str = "\
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
spec:
  selector: {k8s-app: coredns}
  ports:
  - {name: dns, port: 53, protocol: UDP, targetPort: 1053}
  - {name: dns-tcp, port: 53, protocol: TCP, targetPort: 1053}
  - {name: metrics, port: 9153, protocol: TCP}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kube-dns-1, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
addressType: IPv4
endpoints: [{addresses: [10.1.2.3]}]
ports:
- {name: dns, port: 1053, protocol: UDP}
- {name: dns-tcp, port: 1053, protocol: TCP}
- {name: metrics, port: 9153, protocol: TCP}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: node-local-dns, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: node-local-dns}}
  template:
    metadata: {labels: {k8s-app: node-local-dns}}
    spec:
      hostNetwork: true
      containers:
      - name: node-cache
        image: node-cache
        args: [-localip, '169.254.20.25,10.96.0.10', -conf, /etc/Corefile]
";

#[test]
fn an_older_cluster_is_asked_and_never_gets_a_newer_pin() {
    let options = Options { emulated_version: Some("1.34".to_owned()), ..Options::default() };
    let Some(plane) = ControlPlane::for_test(&options) else { return };
    let yaml = line_on(&plane, "namespace old --kubernetes-version cluster --only namespace").ok();
    assert_eq!(yaml.matches("-version: v1.34\n").count(), 3, "{yaml}");

    line_on(&plane, "namespace old --apply").ok();
    let labels = plane.kubectl_ok(["get", "namespace", "old", "-o", "jsonpath={.metadata.labels}"]);
    assert!(
        labels.contains("\"pod-security.kubernetes.io/enforce-version\":\"v1.34\""),
        "{labels}"
    );

    let message = line_on(&plane, "namespace old --apply --kubernetes-version v1.37").rejected();
    assert!(message.contains("the cluster is v1.34"), "{message}");
    line_on(&plane, "namespace old --apply --kubernetes-version v1.30").ok();
}

#[test]
fn the_dns_of_the_cluster_is_found_with_the_ports_of_its_pods() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    let message = line_on(&plane, "namespace a --dns cluster").rejected();
    assert!(
        message.contains("no DNS Service was found (looked for kube-system/kube-dns,"),
        "{message}"
    );

    plane.apply(DNS);
    let yaml = line_on(&plane, "namespace a --dns cluster --only dns --no-comments").ok();
    let egress = yaml.split("egress:\n").nth(1).expect("egress");
    assert_eq!(
        egress,
        "  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: coredns
    - ipBlock:
        cidr: 10.96.0.10/32
    - ipBlock:
        cidr: 169.254.20.25/32
    ports:
    - protocol: TCP
      port: 1053
    - protocol: UDP
      port: 1053
"
    );
    plane.apply(&line_on(&plane, "namespace a --dns cluster").ok());
}

/// A node as a cloud or a distribution makes it.
fn node(name: &str, more: &str) -> String {
    format!("apiVersion: v1\nkind: Node\nmetadata:\n  name: {name}\n{more}")
}

#[test]
fn the_platform_of_the_cluster_is_told_by_its_nodes() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    let words = "namespace a --platform cluster --only dns --no-comments";
    let message = line_on(&plane, words).rejected();
    assert!(
        message.contains(
            "looks like none of the platforms that are known here; name it with --platform"
        ),
        "{message}"
    );
    plane.apply(&node("a", "  labels: {kubernetes.azure.com/cluster: x}\n"));
    let yaml = line_on(&plane, words).ok();
    assert!(yaml.contains("169.254.10.11/32"), "{yaml}");
    let ended = line_on(&plane, "encryption --platform cluster");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stdout.contains("az aks update"), "{}", ended.stdout);
    plane.apply(&node("b", "spec: {providerID: 'kind://docker/kind/kind-control-plane'}\n"));
    let message = line_on(&plane, words).rejected();
    assert!(message.contains("looks like several platforms: kind, aks;"), "{message}");
}

const API_SERVERS: &str = "\
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: kubernetes-1, namespace: default, labels: {kubernetes.io/service-name: kubernetes}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.11]}, {addresses: [10.0.0.10]}]
ports: [{name: https, port: 7443, protocol: TCP}]
";

#[test]
fn the_endpoints_of_the_api_server_are_those_of_its_service() {
    let Some(plane) = ControlPlane::for_test(&Options::default()) else { return };
    let words = "namespace a --allow-apiserver cluster --only flows --no-comments";
    let message = line_on(&plane, words).rejected();
    assert!(message.contains("has no endpoints that tell where the API server is"), "{message}");
    plane.apply(API_SERVERS);
    let yaml = line_on(&plane, words).ok();
    let egress = yaml.split("egress:\n").nth(1).expect("egress");
    let rule = |address: &str| {
        format!(
            "  - to:\n    - ipBlock:\n        cidr: {address}/32\n    ports:\n    - protocol: TCP\n      port: 7443\n"
        )
    };
    assert_eq!(egress, rule("10.0.0.10") + &rule("10.0.0.11"));
}
