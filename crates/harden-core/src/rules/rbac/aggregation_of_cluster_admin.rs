//! Aggregated ClusterRoles that take in everything.

use crate::kubernetes::Selector;
use crate::object::Object;
use crate::rbac::Role;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "aggregation-of-cluster-admin",
    category: Category::Rbac,
    severity: Severity::High,
    level: None,
    summary: "an aggregated ClusterRole takes in the role cluster-admin",
    why: "A selector that matches the labels of the roles that Kubernetes makes adds all their \
          permissions, cluster-admin included, to this one.",
    remedy: "select a label that only the roles for this one carry",
    breaks: "",
    mend: Mend::ByHand("which roles are to be aggregated"),
    references: &[
        Reference::Cis("5.1.1"),
        Reference::Owasp("K02"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: monitoring
aggregationRule:
  clusterRoleSelectors:
  - matchExpressions:
    - key: kubernetes.io/bootstrapping
      operator: Exists
rules: []
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: monitoring
aggregationRule:
  clusterRoleSelectors:
  - matchLabels:
      example.com/aggregate-to-monitoring: \"true\"
rules: []
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if Role::read(object).is_none() {
        return;
    }
    let selectors = object.place.at("aggregationRule").at("clusterRoleSelectors").items();
    let cluster_admin =
        |key: &str| (key == "kubernetes.io/bootstrapping").then_some("rbac-defaults");
    let broad = selectors.filter(|selector| {
        Selector::read(*selector).is_ok_and(|it| it.is_some_and(|it| it.matches(cluster_admin)))
    });
    reporter.flag_all(
        "the selector matches every role that Kubernetes makes, cluster-admin included",
        broad.map(|selector| (selector, String::new(), None)),
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn count(selectors: &str) -> usize {
        let text = format!(
            "{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: a}}, \
             aggregationRule: {{clusterRoleSelectors: {selectors}}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn selectors_are_tried_on_the_labels_of_cluster_admin() {
        assert_eq!(count("[{}]"), 1);
        assert_eq!(count("[{matchExpressions: [{key: a, operator: DoesNotExist}]}]"), 1);
        assert_eq!(count("[{matchLabels: {kubernetes.io/bootstrapping: rbac-defaults}}]"), 1);
        assert_eq!(count("[{matchExpressions: [{key: a, operator: Exists}]}]"), 0);
        assert_eq!(count("[]"), 0);
    }
}
