//! NetworkPolicies that the API server rejects.

use std::net::IpAddr;

use harden_yaml::{Action, Place};
use ipnet::IpNet;

use crate::network::NetworkPolicy;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "invalid-network-policy",
    category: Category::Network,
    severity: Severity::High,
    level: None,
    summary: "a NetworkPolicy is rejected by the API server",
    why: "The whole policy is rejected, so that the traffic it is about stays as it was, and a \
          deployment that contains it stops there.",
    remedy: "write what the message asks for",
    breaks: "The policy takes effect: traffic that it does not let through is dropped.",
    mend: Mend::WithThought,
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
    reporter.flag_all(
        words.join("; "),
        problems.into_iter().map(|it| (it.place, String::new(), meant(it.place))),
    );
}

/// What a rejected value must mean: a word in other letters, a number as text, or a range by any of its
/// addresses.
fn meant(place: Place<'_>) -> Option<Action> {
    const WORDS: [&str; 5] = ["Ingress", "Egress", "TCP", "UDP", "SCTP"];
    let text = place.as_str()?;
    if place.key() == Some("port") {
        let number: u16 = text.parse().ok()?;
        return (number > 0).then(|| Action::set(number));
    }
    let word = WORDS.into_iter().find(|it| it.eq_ignore_ascii_case(text)).map(str::to_owned);
    let address = || text.parse().ok().map(|it: IpAddr| IpNet::from(it).to_string());
    let range = || {
        // What leading zeros mean depends on who reads them.
        text.split_once('/')?.0.parse::<IpAddr>().ok()?;
        text.parse().ok().map(|it: IpNet| it.trunc().to_string())
    };
    let meant = word.or_else(address).or_else(range)?;
    (meant != text).then(|| Action::set(meant))
}
