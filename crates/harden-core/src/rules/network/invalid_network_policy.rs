//! NetworkPolicies that the API server rejects.

use crate::network::NetworkPolicy;
use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-network-policy",
    category: Category::Network,
    severity: Severity::High,
    level: None,
    summary: "a NetworkPolicy is rejected by the API server",
    why: "The whole policy is rejected, so that the traffic it is about stays as it was, and a \
          deployment that contains it stops there.",
    remedy: "write what the message asks for",
    breaks: "",
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    )],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [ingress]
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let problems = policy.problems(reporter.version());
    let words: Vec<_> =
        problems.iter().map(|it| format!("{}: {}", it.place.path(), it.reason)).collect();
    reporter
        .flag_all(words.join("; "), problems.into_iter().map(|it| (it.place, String::new(), None)));
}
