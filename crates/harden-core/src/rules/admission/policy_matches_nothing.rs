//! Policies and webhooks that no request comes to.

use crate::admission::{Policy, constraint, expression, matchers, webhooks};
use crate::kubernetes::Selector;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "policy-matches-nothing",
    category: Category::Admission,
    severity: Severity::High,
    level: None,
    summary: "a policy or a webhook is asked about nothing",
    why: "A selector that contradicts itself, or a condition that never holds, keeps every request away: the \
          policy is there, and lets everything in.",
    remedy: "write a selector that objects can satisfy, and conditions that can hold",
    breaks: "",
    mend: Mend::ByHand("which requests are to be judged"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#matching-requests-namespaceselector",
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
  namespaceSelector:
    matchExpressions:
    - key: kubernetes.io/metadata.name
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
    - key: kubernetes.io/metadata.name
      operator: NotIn
      values: [policies]
",
};

/// The label that every Namespace has.
const NAME: &str = "kubernetes.io/metadata.name";

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    for matcher in matchers(object) {
        for (field, given) in [("namespaceSelector", &[NAME][..]), ("objectSelector", &[])] {
            let place = matcher.at(field);
            if Selector::read(place).is_ok_and(|it| it.is_some_and(|it| it.is_contradictory(given)))
            {
                reporter.flag(place, format!("the {field} contradicts itself"), None);
            }
        }
    }
    let conditions = Policy::of(object).map(|it| it.spec);
    let conditions = conditions.into_iter().chain(webhooks(object));
    for condition in conditions.flat_map(|it| it.at("matchConditions").items()) {
        let place = condition.at("expression");
        let text = place.as_str().unwrap_or_default();
        if expression::tokens(text).constant() == Some(false) {
            reporter.flag(place, "the condition never holds", None);
        }
    }
    if let Some(spec) = constraint(object) {
        let place = spec.at("match").at("namespaces");
        let excluded = spec.at("match").at("excludedNamespaces");
        let is_excluded =
            |name: Option<&str>| excluded.items().any(|it| name.is_some() && it.as_str() == name);
        if !place.is_empty() && place.items().all(|it| is_excluded(it.as_str())) {
            reporter.flag(place, "every namespace that it is for is excluded, too", None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn said(kind: &str, spec: &str) -> String {
        let text = format!("{{apiVersion: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}");
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn policies_and_bindings_have_selectors_too() {
        let policy = "admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy";
        let binding = "admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding";
        let nothing =
            "{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}";
        assert_eq!(
            said(policy, &format!("matchConstraints: {{objectSelector: {nothing}}}")),
            "the objectSelector contradicts itself"
        );
        assert_eq!(
            said(binding, &format!("matchResources: {{namespaceSelector: {nothing}}}")),
            "the namespaceSelector contradicts itself"
        );
        assert_eq!(said(binding, "matchResources: {namespaceSelector: {}}"), "");
        assert_eq!(
            said(policy, "matchConditions: [{name: a, expression: 'false'}]"),
            "the condition never holds"
        );
        assert_eq!(said(policy, "matchConditions: [{name: a, expression: 'object.a'}]"), "");
    }

    #[test]
    fn namespaces_that_are_all_excluded_are_none() {
        let kind = "constraints.gatekeeper.sh/v1beta1, kind: K";
        let spec = |excluded: &str| {
            format!("match: {{namespaces: [a, b], excludedNamespaces: [{excluded}]}}")
        };
        assert_eq!(said(kind, &spec("b")), "");
        assert_eq!(said(kind, &spec("b, a")), "every namespace that it is for is excluded, too");
    }
}
