//! Fields of policies that say what others say now.

use harden_yaml::{Action, Place};

use crate::admission::{KYVERNO, KYVERNO_EXPRESSIONS, kyverno_rules};
use crate::object::Object;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "deprecated-policy-field",
    category: Category::Admission,
    severity: Severity::Low,
    level: None,
    summary: "a policy uses a field or a version that its engine deprecates",
    why: "What is deprecated still works, until a version of the engine ignores it: a policy whose action nobody \
          reads any more audits, and refuses nothing.",
    remedy: "write what the field says where the engine looks for it now",
    breaks: "Kyverno before 1.13 does not know failureAction, and takes a policy without validationFailureAction \
             for one that audits.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kyverno.io/docs/policy-types/cluster-policy/policy-settings/"),
        Reference::Page(
            "https://open-policy-agent.github.io/gatekeeper/website/docs/externaldata/",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: no-host-network
spec:
  validationFailureAction: Enforce
  rules:
  - name: no-host-network
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      message: pods have networks of their own
      pattern:
        spec:
          =(hostNetwork): false
",
    good: "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: no-host-network
spec:
  rules:
  - name: no-host-network
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      failureAction: Enforce
      message: pods have networks of their own
      pattern:
        spec:
          =(hostNetwork): false
",
};

/// Fields of the spec of a ClusterPolicy or Policy, and where they are said now.
const MOVED: [(&str, &str); 8] = [
    ("failurePolicy", "webhookConfiguration.failurePolicy"),
    ("generateExisting", "generateExisting of each generate rule"),
    ("generateExistingOnPolicyUpdate", "generateExisting of each generate rule"),
    ("mutateExistingOnPolicyUpdate", "mutateExistingOnPolicyUpdate of each mutate rule"),
    ("schemaValidation", "nothing: it has no effect"),
    ("validationFailureAction", "failureAction of each rule"),
    ("validationFailureActionOverrides", "failureActionOverrides of each rule"),
    ("webhookTimeoutSeconds", "webhookConfiguration.timeoutSeconds"),
];

/// Versions that their definitions deprecate, and what is served beside them.
const VERSIONS: [(&str, &str, &str); 2] = [
    (KYVERNO_EXPRESSIONS, "v1alpha1", "v1"),
    ("externaldata.gatekeeper.sh", "v1alpha1", "v1beta1"),
];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let old = VERSIONS.iter().find(|it| object.group == it.0 && object.version == it.1);
    if let Some((_, old, new)) = old {
        let place = object.place.at("apiVersion");
        reporter.flag(place, format!("{old} is deprecated in favour of {new}"), None);
    }
    if object.group != KYVERNO || !matches!(object.kind, "ClusterPolicy" | "Policy") {
        return;
    }
    let spec = object.place.at("spec");
    for (field, now) in MOVED {
        let place = spec.at(field);
        if place.exists() {
            let edits = match field {
                "validationFailureAction" => moved_action(object, place),
                "failurePolicy" => moved(spec, place, "failurePolicy"),
                "webhookTimeoutSeconds" => moved(spec, place, "timeoutSeconds"),
                _ => Vec::new(),
            };
            let message = format!("{field} is deprecated in favour of {now}");
            reporter.flag_with(place, message, edits);
        }
    }
}

/// The action of the policy as that of each rule that has none.
fn moved_action<'d>(object: &Object<'d>, place: Place<'d>) -> Edits<'d> {
    let action = match place.as_str() {
        Some("Audit" | "audit") => "Audit",
        Some("Enforce" | "enforce") => "Enforce",
        _ => return Vec::new(),
    };
    if object.place.at("spec").at("validationFailureActionOverrides").exists() {
        return Vec::new();
    }
    let mut edits = vec![(place, Action::Remove)];
    for rule in kyverno_rules(object) {
        let validate = rule.at("validate");
        let judging = validate.is_map().then_some(validate).into_iter();
        for part in judging.chain(rule.at("verifyImages").items()) {
            if !part.at("failureAction").exists() {
                edits.push((part.at("failureAction"), Action::set(action)));
            }
        }
    }
    edits
}

/// A field as one of webhookConfiguration, unless that has it already.
fn moved<'d>(spec: Place<'d>, place: Place<'d>, field: &'static str) -> Edits<'d> {
    let now = spec.at("webhookConfiguration").at(field);
    let value = place.as_str().map(Action::set).or_else(|| place.as_i64().map(Action::set));
    match value {
        Some(value) if !now.exists() => vec![(place, Action::Remove), (now, value)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::{mends, messages};

    #[test]
    fn what_is_said_elsewhere_now_is_moved_there() {
        let text = |spec: &str| {
            format!(
                "{{apiVersion: kyverno.io/v1, kind: Policy, metadata: {{name: a}}, spec: {{{spec}}}}}"
            )
        };
        assert_eq!(
            mends(
                &RULE,
                &text(
                    "validationFailureAction: enforce, rules: [{validate: {a: b}}, {validate: {failureAction: \
                     Audit}}, {verifyImages: [{a: b}]}]"
                )
            ),
            [
                "/spec/validationFailureAction removed",
                "/spec/rules/0/validate/failureAction = \"Enforce\"",
                "/spec/rules/2/verifyImages/0/failureAction = \"Enforce\"",
            ]
        );
        assert_eq!(
            mends(&RULE, &text("webhookTimeoutSeconds: 10")),
            [
                "/spec/webhookTimeoutSeconds removed",
                "/spec/webhookConfiguration/timeoutSeconds = 10"
            ]
        );
        assert_eq!(mends(&RULE, &text("schemaValidation: false")), ["-"]);
        assert!(messages(&RULE, &text("background: false")).is_empty());
    }

    #[test]
    fn versions_are_deprecated_by_their_engines() {
        let said = |api_version: &str| {
            messages(&RULE, &format!("{{apiVersion: {api_version}, kind: ValidatingPolicy}}"))
                .join("")
        };
        assert_eq!(said("policies.kyverno.io/v1alpha1"), "v1alpha1 is deprecated in favour of v1");
        assert_eq!(said("policies.kyverno.io/v1"), "");
    }
}
