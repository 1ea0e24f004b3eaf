//! Policies that say what is wrong, and let it in.

use harden_yaml::{Action, Place};

use crate::admission::{KUBERNETES, KYVERNO, Policy, constraint, kyverno_rules};
use crate::object::Object;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

use super::kyverno_action;

pub(super) static RULE: Rule = Rule {
    id: "unenforced-policy",
    category: Category::Admission,
    severity: Severity::Low,
    level: None,
    summary: "a policy says what is wrong, and lets it in",
    why: "Audit, Warn, dryrun and warn are for the time before a policy is enforced. Until it is, it keeps \
          nobody from anything, and what it finds is in reports and warnings that somebody has to read.",
    remedy: "enforce the policy once its reports are empty",
    breaks: "What does not keep to the policy is refused from then on: read its reports first.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K04"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-actions",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: no-host-network
spec:
  policyName: no-host-network
  validationActions: [Audit]
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: no-host-network
spec:
  policyName: no-host-network
  validationActions: [Audit, Deny]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let spec = object.place.at("spec");
    let has_actions =
        object.is(KUBERNETES, "ValidatingAdmissionPolicyBinding") || Policy::of(object).is_some();
    let actions = spec.at("validationActions");
    if has_actions && !actions.is_empty() {
        check_actions(actions, reporter);
    }
    if let Some(spec) = constraint(object) {
        let place = spec.at("enforcementAction");
        if let Some(action @ ("dryrun" | "warn")) = place.as_str() {
            let message = format!("{action} refuses nothing");
            reporter.flag(place, message, Some(Action::set("deny")));
        }
    }
    if object.group == KYVERNO {
        check_rules(object, reporter);
    }
}

/// Deny and Warn cannot stand together.
fn check_actions<'d>(actions: Place<'d>, reporter: &mut Reporter<'_, 'd>) {
    let is = |wanted: &'static str| move |it: &Place<'d>| it.as_str() == Some(wanted);
    let is_known = |it: Place<'d>| is("Audit")(&it) || is("Warn")(&it);
    if !actions.items().all(is_known) {
        return;
    }
    let edits: Edits<'d> = match actions.items().find(is("Warn")) {
        Some(warn) => vec![(warn, Action::set("Deny"))],
        None => vec![(actions, Action::Append("Deny".into()))],
    };
    let said: Vec<_> = actions.items().filter_map(|it| it.as_str()).collect();
    let message = format!("{} refuses nothing", said.join(" and "));
    reporter.flag_with(actions, message, edits);
}

/// Several rules that take their action from the policy are one flaw.
fn check_rules<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let spec = object.place.at("spec");
    let mut seen: Vec<Place<'d>> = Vec::new();
    for rule in kyverno_rules(object) {
        let validate = rule.at("validate");
        let judging = validate.exists().then_some(validate).into_iter();
        for part in judging.chain(rule.at("verifyImages").items()) {
            match kyverno_action(spec, part) {
                Some(place) if seen.iter().any(|it| it.is_at(&place)) => {}
                Some(place) => {
                    seen.push(place);
                    if place.as_str().is_some_and(|it| it.eq_ignore_ascii_case("audit")) {
                        let message = "Audit refuses nothing";
                        reporter.flag(place, message, Some(Action::set("Enforce")));
                    }
                }
                // Nobody who writes overrides means the default for all.
                None if has_overrides(spec) || has_overrides(part) => {}
                None => {
                    let place = part.at("failureAction");
                    let message = "without a failureAction it is Audit, which refuses nothing";
                    reporter.flag(place, message, Some(Action::set("Enforce")));
                }
            }
        }
    }
}

fn has_overrides(place: Place<'_>) -> bool {
    !place.at("failureActionOverrides").is_empty()
        || !place.at("validationFailureActionOverrides").is_empty()
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::{mends, messages};

    fn kyverno(spec: &str) -> String {
        format!("{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {{{spec}}}}}")
    }

    #[test]
    fn the_action_of_a_rule_counts_before_that_of_the_policy() {
        let said = |spec: &str| messages(&RULE, &kyverno(spec));
        assert_eq!(
            said("validationFailureAction: audit, rules: [{validate: {}}, {validate: {}}]"),
            ["Audit refuses nothing"]
        );
        assert!(
            said("validationFailureAction: Audit, rules: [{validate: {failureAction: Enforce}}]")
                .is_empty()
        );
        assert_eq!(
            said("rules: [{validate: {}}, {mutate: {}}]"),
            ["without a failureAction it is Audit, which refuses nothing"]
        );
        assert!(
            said("validationFailureActionOverrides: [{action: Enforce}], rules: [{validate: {}}]")
                .is_empty()
        );
    }

    #[test]
    fn warnings_become_refusals() {
        let binding = |actions: &str| {
            format!(
                "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicyBinding, spec: \
                 {{policyName: a, validationActions: [{actions}]}}}}"
            )
        };
        assert_eq!(mends(&RULE, &binding("Audit")), ["/spec/validationActions + \"Deny\""]);
        assert_eq!(mends(&RULE, &binding("Audit, Warn")), ["/spec/validationActions/1 = \"Deny\""]);
        assert!(messages(&RULE, &binding("Deny, Audit")).is_empty());
        let constraint = |action: &str| {
            format!(
                "{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: K, spec: {{enforcementAction: {action}}}}}"
            )
        };
        assert_eq!(mends(&RULE, &constraint("dryrun")), ["/spec/enforcementAction = \"deny\""]);
        assert!(messages(&RULE, &constraint("scoped")).is_empty());
    }
}
