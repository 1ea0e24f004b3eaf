//! Policies that let DNS out over UDP alone.

use harden_yaml::Action;
use serde_json::json;

use super::policies;
use crate::network::{self, Direction};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "dns-over-udp-only",
    category: Category::Network,
    severity: Severity::Low,
    level: None,
    summary: "DNS is allowed over UDP, but not over TCP",
    why: "Answers that do not fit into a packet are asked for again over TCP: look-ups of \
          names with many addresses fail now and then, and nobody knows why.",
    remedy: "allow the same port over TCP",
    breaks: "",
    mend: Mend::Safe,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Page("https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
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
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
    ports:
    - port: 53
      protocol: UDP
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
          kubernetes.io/metadata.name: kube-system
      podSelector:
        matchLabels:
          k8s-app: kube-dns
    ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let network = world.network();
    for (object, policy) in
        policies(world).filter(|(_, it)| !network.allows_dns_over_tcp(it.namespace))
    {
        let ports = policy.rules(Direction::Egress).flat_map(|rule| {
            let list = rule.place.at("ports");
            rule.ports().map(move |it| (list, it))
        });
        let dns = ports.filter(|(_, it)| it.is_dns()).map(|(list, it)| {
            // What the other port would be called is not known of one by name.
            let number = it.place.at("port").as_i64();
            let over_tcp = |it| Action::Append(json!({"port": it, "protocol": "TCP"}));
            (it.place, number.map(|it| (list, over_tcp(it))).into_iter().collect())
        });
        reporter.flag_all_in_with(
            object,
            "lets DNS out over UDP, but no policy of the namespace lets it out over TCP",
            dns,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(spec: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, \
                 spec: {{{spec}}}}}"
            ),
        )
    }

    #[test]
    fn tcp_may_be_allowed_by_any_rule() {
        let udp = "policyTypes: [Egress], egress: [{ports: [{port: 53, protocol: UDP}]}";
        assert_eq!(policy(&format!("{udp}]")).len(), 1);
        assert!(policy(&format!("{udp}, {{ports: [{{port: 53}}]}}]")).is_empty());
        assert!(policy(&format!("{udp}, {{}}]")).is_empty());
    }

    #[test]
    fn without_dns_there_is_nothing_to_say() {
        assert!(policy("policyTypes: [Egress], egress: [{ports: [{port: 443}]}]").is_empty());
        assert!(
            policy("policyTypes: [Ingress], egress: [{ports: [{port: 53, protocol: UDP}]}]")
                .is_empty()
        );
    }
}
