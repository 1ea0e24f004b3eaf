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
