//! Policies that let everything out.

use crate::kubernetes::Reach;
use crate::network::{Direction, NetworkPolicy, TrafficRule};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "allow-all-egress",
    category: Category::Network,
    severity: Severity::Low,
    level: None,
    summary: "a policy lets pods connect to everywhere",
    why: "Policies only add to each other: whoever gets into these pods may reach the metadata \
          service of the cloud, the API server and the internet, whatever other policies deny.",
    remedy: "name the peers and ports that the pods need",
    breaks: "Connections to peers that are not named are dropped.",
    mend: Mend::ByHand("which peers and ports the pods need"),
    references: &[
        Reference::Cis("5.3.2"),
        Reference::NsaCisa("Network separation and hardening: network policies"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Owasp("K05"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Egress]
  egress:
  - {}
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Egress]
  egress:
  - to:
    - podSelector:
        matchLabels:
          app: db
    ports:
    - port: 5432
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let rules = policy.rules(Direction::Egress).filter(is_for_everything);
    let pods = if policy.selects_all() {
        "every pod of the namespace"
    } else {
        "the pods that it selects"
    };
    reporter.flag_all(
        format!("lets {pods} connect to every address and port"),
        rules.map(|rule| (rule.place, "", None)),
    );
}

/// Whether it is for the internet and the cluster alike: what leaves the private ranges out is a rule for
/// the internet.
fn is_for_everything(rule: &TrafficRule<'_>) -> bool {
    rule.is_for_every_tcp_port()
        && (rule.is_for_every_peer()
            || Some(rule.addresses())
                .is_some_and(|it| it.reach() == Reach::All && it.hold_private()))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn everything_may_be_written_in_parts() {
        let to = |rule: &str| {
            let text = format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a}}, spec: \
                 {{egress: [{{{rule}}}]}}}}"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!(to(""), 1);
        assert_eq!(to("to: [{ipBlock: {cidr: 128.0.0.0/1}}, {ipBlock: {cidr: 0.0.0.0/1}}]"), 1);
        assert_eq!(to("to: [{ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}]"), 1);
        assert_eq!(to("ports: [{protocol: TCP}, {protocol: UDP}]"), 1);
        assert_eq!(to("to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}]"), 0);
        assert_eq!(to("to: [{ipBlock: {cidr: 0.0.0.0/1}}]"), 0);
        assert_eq!(to("to: [{namespaceSelector: {}}]"), 0);
        assert_eq!(to("ports: [{port: 443}]"), 0);
    }
}
