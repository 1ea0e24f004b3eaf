//! Policies that let DNS of OpenShift be asked at the wrong port.

use harden_yaml::Action;
use serde_json::json;

use crate::kubernetes::{Protocol, Selector};
use crate::network::{Direction, NetworkPolicy, Peer};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "openshift-dns-port",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy lets pods ask the DNS of OpenShift at port 53, but its pods listen on 5353",
    why: "The Service listens on port 53 and sends what it gets to port 5353 of its pods. The network \
          plugin of OpenShift asks policies after that, so that the rule matches nothing and no name \
          resolves.",
    remedy: "allow port 5353 instead, over UDP and TCP",
    breaks: "",
    mend: Mend::Safe,
    references: &[
        Reference::Page("https://github.com/openshift/kubernetes-nmstate/pull/776"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: openshift-dns
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-dns
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: openshift-dns
    ports:
    - port: 5353
      protocol: UDP
    - port: 5353
      protocol: TCP
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let to_dns = || policy.rules(Direction::Egress).filter(|it| it.peers().any(is_openshift_dns));
    if to_dns().any(|it| it.allows(Protocol::Udp, 5353)) {
        return;
    }
    let ports = to_dns().flat_map(|rule| {
        let is_only = rule.peers().all(is_openshift_dns);
        let list = rule.place.at("ports");
        rule.ports().map(move |it| (it, list, is_only))
    });
    let wrong = ports.filter(|(it, ..)| it.is_dns() && it.place.at("port").as_i64() == Some(53));
    let places = wrong.map(|(port, list, is_only)| {
        let number = port.place.at("port");
        let protocol = port.place.at("protocol").as_str().unwrap_or("TCP");
        let beside = || Action::Append(json!({"port": 5353, "protocol": protocol}));
        let edit = if is_only { (number, Action::set(5353)) } else { (list, beside()) };
        (number, "", vec![edit])
    });
    let message = "lets pods ask the DNS of OpenShift at port 53, where its pods do not listen; they do on 5353";
    reporter.flag_all_with(message, places);
}

fn is_openshift_dns(peer: Peer<'_>) -> bool {
    let selector = Selector::read(peer.namespace_selector()).ok().flatten();
    selector.is_some_and(|it| it.wanted("kubernetes.io/metadata.name") == Some("openshift-dns"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::{mends, messages};

    fn policy(namespace: &str, ports: &str) -> String {
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, \
             spec: {{policyTypes: [Egress], egress: [{{to: [{{namespaceSelector: {{matchLabels: \
             {{kubernetes.io/metadata.name: {namespace}}}}}}}], ports: [{ports}]}}]}}}}"
        )
    }

    fn says(namespace: &str, ports: &str) -> usize {
        messages(&RULE, &policy(namespace, ports)).len()
    }

    #[test]
    fn only_the_dns_of_openshift_listens_elsewhere() {
        assert_eq!(says("openshift-dns", "{port: 53, protocol: UDP}"), 1);
        assert_eq!(says("openshift-dns", "{port: 53}"), 1);
        assert_eq!(says("kube-system", "{port: 53, protocol: UDP}"), 0);
    }

    #[test]
    fn every_way_to_name_the_port_counts() {
        for ports in [
            "{port: 5353, protocol: UDP}",
            "{port: 53, protocol: UDP}, {port: 5353, protocol: UDP}",
            "{port: 1, endPort: 65535, protocol: UDP}",
            "{protocol: UDP}",
            "{port: dns, protocol: UDP}",
            "{port: 443}",
            "",
        ] {
            assert_eq!(says("openshift-dns", ports), 0, "{ports}");
        }
    }

    #[test]
    fn another_dns_that_is_named_beside_it_keeps_its_port() {
        let text = policy("openshift-dns", "{port: 53, protocol: UDP}");
        assert_eq!(mends(&RULE, &text), ["/spec/egress/0/ports/0/port = 5353"]);
        let both = text.replace("to: [", "to: [{namespaceSelector: {}}, ");
        let added = r#"/spec/egress/0/ports + {"port":5353,"protocol":"UDP"}"#;
        assert_eq!(mends(&RULE, &both), [added]);
    }
}
