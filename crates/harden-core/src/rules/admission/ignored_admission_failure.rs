//! Policies that let everything in when they fail.

use harden_yaml::{Action, Place};

use crate::admission::{KYVERNO, Policy, is_mutating, kyverno_rules, sources, webhooks};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

use super::kyverno_action;

pub(super) static RULE: Rule = Rule {
    id: "ignored-admission-failure",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "what a policy is there to refuse is let in when it fails",
    why: "An expression that asks for a field which is not there, or a webhook that does not answer, is a \
          failure. With failurePolicy Ignore the object is let in, so that whoever can make the policy fail \
          is not bound by it.",
    remedy: "set failurePolicy to Fail",
    breaks: "While a webhook does not answer, what it is asked about is refused: run it more than once, and \
             leave out the namespaces that it needs itself.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K04"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: no-host-network
spec:
  failurePolicy: Ignore
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods]
  validations:
  - expression: \"!object.spec.?hostNetwork.orValue(false)\"
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: no-host-network
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods]
  validations:
  - expression: \"!object.spec.?hostNetwork.orValue(false)\"
",
};

/// What mutates may fail, where something validates what it comes to; what only audits refuses nothing anyway.
fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut places: Vec<Place<'d>> = Vec::new();
    if !is_mutating(object) {
        places.extend(webhooks(object).map(|it| it.at("failurePolicy")));
    }
    if let Some(policy) = Policy::of(object) {
        let actions = policy.spec.at("validationActions");
        let only_audits =
            !actions.is_empty() && !actions.items().any(|it| it.as_str() == Some("Deny"));
        places.extend((!only_audits).then(|| policy.spec.at("failurePolicy")));
    }
    places.extend(sources(object).into_iter().filter(|it| it.1).map(|it| it.0.at("failurePolicy")));
    let spec = object.place.at("spec");
    let enforces = |it: Place<'d>| {
        let actions = [kyverno_action(spec, it.at("validate"))].into_iter();
        let images = it.at("verifyImages").items().map(|it| kyverno_action(spec, it));
        let mut actions = actions.chain(images).flatten();
        actions.any(|it| it.as_str().is_some_and(|it| it.eq_ignore_ascii_case("enforce")))
    };
    if object.group == KYVERNO && kyverno_rules(object).any(enforces) {
        places.push(spec.at("failurePolicy"));
        places.push(spec.at("webhookConfiguration").at("failurePolicy"));
    }
    for place in places.into_iter().filter(|it| it.as_str() == Some("Ignore")) {
        reporter.flag(place, "a failure lets everything in", Some(Action::set("Fail")));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn only_what_refuses_is_missed_when_it_fails() {
        let webhook = |kind: &str| {
            format!(
                "{{apiVersion: admissionregistration.k8s.io/v1, kind: {kind}, webhooks: [{{name: a, failurePolicy: \
                 Ignore}}]}}"
            )
        };
        assert_eq!(messages(&RULE, &webhook("ValidatingWebhookConfiguration")).len(), 1);
        assert!(messages(&RULE, &webhook("MutatingWebhookConfiguration")).is_empty());
        let kyverno = |spec: &str, rule: &str| {
            let text = format!(
                "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {{webhookConfiguration: {{failurePolicy: \
                 Ignore}}, {spec} rules: [{{{rule}}}]}}}}"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!(kyverno("", "validate: {failureAction: Enforce}"), 1);
        assert_eq!(kyverno("validationFailureAction: enforce,", "validate: {}"), 1);
        assert_eq!(kyverno("", "verifyImages: [{failureAction: Enforce}]"), 1);
        assert_eq!(
            kyverno("validationFailureAction: Enforce,", "validate: {failureAction: Audit}"),
            0
        );
        assert_eq!(kyverno("", "mutate: {}"), 0);
    }

    #[test]
    fn policies_that_only_audit_refuse_nothing_anyway() {
        let said = |actions: &str| {
            let text = format!(
                "{{apiVersion: policies.kyverno.io/v1, kind: ValidatingPolicy, spec: {{failurePolicy: Ignore, \
                 validationActions: [{actions}]}}}}"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!((said("Deny"), said("Audit"), said("")), (1, 0, 1));
    }
}
