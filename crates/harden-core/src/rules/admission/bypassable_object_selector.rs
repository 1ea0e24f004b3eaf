//! Policies that a label on the object switches off.

use harden_yaml::Place;

use crate::admission::{constraint, is_mutating, matchers};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "bypassable-object-selector",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a label on the object itself switches a policy off",
    why: "Whoever may create an object may label it: an objectSelector that leaves out what has a label lets \
          everybody decide whether the policy holds for them.",
    remedy: "leave out namespaces by namespaceSelector, or users by a match condition, in place of objects by their labels",
    breaks: "",
    mend: Mend::ByHand("who is to be left out, if anybody"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-objectselector",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: policies
webhooks:
- name: policies.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig:
    service:
      name: policies
      namespace: policies
      path: /validate
  rules:
  - apiGroups: [\"\"]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [pods]
  objectSelector:
    matchExpressions:
    - key: policies.example.com/ignore
      operator: DoesNotExist
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: policies
webhooks:
- name: policies.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  failurePolicy: Fail
  clientConfig:
    service:
      name: policies
      namespace: policies
      path: /validate
  rules:
  - apiGroups: [\"\"]
    apiVersions: [v1]
    operations: [CREATE, UPDATE]
    resources: [pods]
  namespaceSelector:
    matchExpressions:
    - key: policies.example.com/ignore
      operator: DoesNotExist
",
};

/// What picks objects by a label may be about these alone; what leaves them out is about all others. What mutates
/// may be switched off, as what validates looks at what it comes to.
fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if is_mutating(object) {
        return;
    }
    let mut selectors: Vec<_> =
        matchers(object).into_iter().map(|it| it.at("objectSelector")).collect();
    selectors.extend(constraint(object).map(|it| it.at("match").at("labelSelector")));
    for selector in selectors {
        let excluding = selector.at("matchExpressions").items().filter(|it| is_excluding(*it));
        for requirement in excluding {
            let key = requirement.at("key").as_str().unwrap_or_default();
            let message = format!("whoever labels an object `{key}` is not judged");
            reporter.flag(requirement, message, None);
        }
    }
}

fn is_excluding(requirement: Place<'_>) -> bool {
    matches!(requirement.at("operator").as_str(), Some("DoesNotExist" | "NotIn"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn only_what_leaves_objects_out_can_be_switched_off() {
        let said = |kind: &str, operator: &str| {
            let text = format!(
                "{{apiVersion: admissionregistration.k8s.io/v1, kind: {kind}, metadata: {{name: a}}, spec: \
                 {{matchConstraints: {{objectSelector: {{matchExpressions: [{{key: a, operator: {operator}, \
                 values: [b]}}]}}}}}}}}"
            );
            messages(&RULE, &text)
        };
        let policy = "ValidatingAdmissionPolicy";
        assert_eq!(said(policy, "NotIn"), ["whoever labels an object `a` is not judged"]);
        assert!(said(policy, "In").is_empty());
        assert!(said("MutatingAdmissionPolicy", "NotIn").is_empty());
    }
}
