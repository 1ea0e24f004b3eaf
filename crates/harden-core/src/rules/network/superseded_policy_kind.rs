//! Policies of kinds that another one took the place of.

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "superseded-policy-kind",
    category: Category::Network,
    severity: Severity::Low,
    level: None,
    summary: "a policy is of a kind that ClusterNetworkPolicy took the place of",
    why: "AdminNetworkPolicy and BaselineAdminNetworkPolicy were never more than v1alpha1, and v0.1.8 of \
          the Network Policy API was the last to have them. A network plugin that comes with a newer one \
          ignores them, and what they deny is open.",
    remedy: "write it as a ClusterNetworkPolicy, of tier Admin or Baseline, once the network plugin reads those",
    breaks: "A network plugin that knows only the older kinds ignores a ClusterNetworkPolicy.",
    mend: Mend::ByHand("which of the kinds the network plugin of the cluster reads"),
    references: &[
        Reference::Page("https://network-policy-api.sigs.k8s.io/"),
        Reference::Page("https://github.com/kubernetes-sigs/network-policy-api/releases"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata:
  name: block-metadata
spec:
  priority: 10
  subject:
    namespaces: {}
  egress:
  - name: block-metadata
    action: Deny
    to:
    - networks:
      - 169.254.169.254/32
",
    good: "\
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata:
  name: block-metadata
spec:
  tier: Admin
  priority: 10
  subject:
    namespaces: {}
  egress:
  - name: block-metadata
    action: Deny
    to:
    - networks:
      - 169.254.169.254/32
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let tier = match object.kind {
        "AdminNetworkPolicy" => "Admin",
        "BaselineAdminNetworkPolicy" => "Baseline",
        _ => return,
    };
    if object.group == "policy.networking.k8s.io" && !object.is_removal() {
        let message = format!(
            "{} was last in v0.1.8 of the Network Policy API; ClusterNetworkPolicy of tier {tier} took its place",
            object.kind
        );
        reporter.flag(object.place.at("kind"), message, None);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn both_kinds_of_the_group_are_superseded_and_no_other() {
        let of = |group: &str, kind: &str| {
            let text =
                format!("{{apiVersion: {group}, kind: {kind}, metadata: {{name: default}}}}");
            messages(&RULE, &text).len()
        };
        let group = "policy.networking.k8s.io/v1alpha1";
        assert_eq!(of(group, "AdminNetworkPolicy"), 1);
        assert_eq!(of(group, "BaselineAdminNetworkPolicy"), 1);
        assert_eq!(of(group, "ClusterNetworkPolicy"), 0);
        assert_eq!(of("example.com/v1", "AdminNetworkPolicy"), 0);
    }
}
