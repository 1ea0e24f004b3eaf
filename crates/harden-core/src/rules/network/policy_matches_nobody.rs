//! Policies, and peers of them, that no pod can be.

use harden_yaml::Place;

use crate::kubernetes::Selector;
use crate::network::{Direction, NetworkPolicy, Peer};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "policy-matches-nobody",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy, or a peer of it, is for nobody: what it asks contradicts itself",
    why: "All that a selector asks must hold at once, and exceptions may leave nothing of a range. A \
          policy for no pod protects none, and a peer that nobody is lets nobody through.",
    remedy: "ask for one of several values by `operator: In` with all of them",
    breaks: "",
    mend: Mend::ByHand("which pods or addresses are meant"),
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors",
        ),
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
  name: web
  namespace: team-a
spec:
  podSelector:
    matchExpressions:
    - key: app
      operator: In
      values: [web]
    - key: app
      operator: In
      values: [api]
  policyTypes: [Ingress]
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchExpressions:
    - key: app
      operator: In
      values: [web, api]
  policyTypes: [Ingress]
",
};

/// The label that every namespace has.
const NAME: &[&str] = &["kubernetes.io/metadata.name"];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let selector = policy.spec.at("podSelector");
    if contradicts(selector, &[]) {
        let message = "the policy is for no pod: what it asks of their labels contradicts itself";
        reporter.flag(selector, message, None);
    }
    let rules = Direction::ALL.into_iter().flat_map(|it| policy.rules(it));
    let nobody = rules.flat_map(|it| it.peers()).filter_map(nobody).map(|it| (it, "", None));
    reporter.flag_all("no pod and no address is this peer: it lets nobody through", nobody);
}

/// Where a peer says that it is nobody.
fn nobody(peer: Peer<'_>) -> Option<Place<'_>> {
    if let Some(block) = peer.ip_block() {
        let is_nothing = block.range().is_some() && block.addresses().is_empty();
        return is_nothing.then(|| block.except());
    }
    let selectors = [(peer.pod_selector(), [].as_slice()), (peer.namespace_selector(), NAME)];
    selectors.into_iter().find(|(place, given)| contradicts(*place, given)).map(|it| it.0)
}

fn contradicts(selector: Place<'_>, given: &[&str]) -> bool {
    Selector::read(selector).is_ok_and(|it| it.is_some_and(|it| it.is_contradictory(given)))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn says(spec: &str) -> Vec<String> {
        let text = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, spec: \
             {{{spec}}}}}"
        );
        messages(&RULE, &text)
    }

    fn from(peer: &str) -> usize {
        says(&format!("ingress: [{{from: [{{{peer}}}]}}]")).len()
    }

    const BOTH: &str =
        "{matchLabels: {app: web}, matchExpressions: [{key: app, operator: In, values: [api]}]}";

    #[test]
    fn one_label_has_one_value() {
        assert_eq!(
            says(&format!("podSelector: {BOTH}")),
            ["the policy is for no pod: what it asks of their labels contradicts itself"]
        );
        assert_eq!(from(&format!("podSelector: {BOTH}")), 1);
        assert_eq!(from(&format!("namespaceSelector: {BOTH}")), 1);
        assert_eq!(from(&BOTH.replace("api", "api, web").replacen('{', "podSelector: {", 1)), 0);
        assert!(says("podSelector: {}").is_empty());
    }

    #[test]
    fn every_namespace_has_a_name() {
        let lacks = "namespaceSelector: {matchExpressions: [{key: KEY, operator: DoesNotExist}]}";
        assert_eq!(from(&lacks.replace("KEY", "kubernetes.io/metadata.name")), 1);
        assert_eq!(from(&lacks.replace("KEY", "team")), 0);
    }

    #[test]
    fn exceptions_may_leave_nothing() {
        let block =
            |except: &str| from(&format!("ipBlock: {{cidr: 10.0.0.0/8, except: [{except}]}}"));
        assert_eq!(block("10.0.0.0/9, 10.128.0.0/9"), 1);
        assert_eq!(block("10.0.0.0/9"), 0);
        assert_eq!(from("ipBlock: {cidr: nonsense}"), 0);
    }

    #[test]
    fn rules_without_effect_are_another_matter() {
        assert!(
            says(&format!("policyTypes: [Egress], ingress: [{{from: [{{podSelector: {BOTH}}}]}}]"))
                .is_empty()
        );
    }
}
