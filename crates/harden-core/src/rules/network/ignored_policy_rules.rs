//! Rules of a policy that policyTypes leaves out.

use harden_yaml::Action;

use super::dns_rules::dns_rules;
use crate::network::{Direction, NetworkPolicy, TrafficRule};
use crate::object::Object;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "ignored-policy-rules",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a NetworkPolicy has rules that policyTypes turns off",
    why: "The API server stores the rules and nothing enforces them: traffic that the policy \
          seems to restrict goes through, or traffic that it seems to allow is dropped by \
          another one.",
    remedy: "name the direction in policyTypes, or remove its rules",
    breaks: "Traffic that the rules do not name is denied from then on.",
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
  policyTypes: [Ingress]
  egress:
  - to:
    - podSelector: {}
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  egress:
  - to:
    - podSelector: {}
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    for direction in Direction::ALL {
        let rules = policy.spec.at(direction.field());
        if !rules.is_list() || policy.isolates(direction) {
            continue;
        }
        let (field, word) = (direction.field(), direction.word());
        let types = policy.spec.at("policyTypes");
        let message = match (rules.is_empty(), types.is_empty()) {
            (true, true) => format!("`{field}: []` denies nothing without policyTypes [{word}]"),
            (true, false) => format!("`{field}: []` denies nothing: policyTypes leaves out {word}"),
            (false, _) => {
                format!("the {field} rules have no effect: policyTypes leaves out {word}")
            }
        };
        let edits = with_effect(&policy, direction);
        reporter.flag_with(rules, message, edits);
    }
}

/// What gives the rules of a direction their effect. Rules that are to let every pod connect to something are
/// of no use without DNS.
fn with_effect<'d>(policy: &NetworkPolicy<'d>, direction: Direction) -> Edits<'d> {
    let types = policy.spec.at("policyTypes");
    let with_it = if types.is_empty() {
        // Without the field the policy is for ingress.
        Action::set(Direction::ALL.map(Direction::word).to_vec())
    } else {
        Action::Append(direction.word().into())
    };
    let mut edits = vec![(types, with_it)];
    let rules = policy.spec.at(direction.field());
    let mut all = rules.items().map(|place| TrafficRule { place, direction });
    if direction == Direction::Egress
        && policy.selects_all()
        && !rules.is_empty()
        && !all.any(|it| it.resolves_names())
    {
        let dns = dns_rules().into_iter();
        edits.extend(dns.map(|it| (rules, Action::Append(it))));
    }
    edits
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
    fn an_empty_list_looks_like_a_denial() {
        assert_eq!(
            policy("egress: []"),
            ["`egress: []` denies nothing without policyTypes [Egress]"]
        );
        assert_eq!(
            policy("policyTypes: [Egress], ingress: []"),
            ["`ingress: []` denies nothing: policyTypes leaves out Ingress"]
        );
        assert!(policy("ingress: []").is_empty());
        assert!(policy("policyTypes: [Ingress], egress: null").is_empty());
    }

    #[test]
    fn rules_of_either_direction_may_be_ignored() {
        assert_eq!(
            policy("policyTypes: [Egress], ingress: [{}]"),
            ["the ingress rules have no effect: policyTypes leaves out Ingress"]
        );
        assert!(policy("egress: [{}]").is_empty());
        assert!(policy("policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]").is_empty());
    }
}
