//! Validations that hold whatever is asked of them.

use crate::admission::{expression, validations};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "always-true-expression",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a validation holds for every object",
    why: "The policy looks as if it refused something, and lets everything in.",
    remedy: "write what has to hold, or remove the validation",
    breaks: "",
    mend: Mend::ByHand("what the validation is to ask for"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#validation-expression",
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
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods]
  validations:
  - expression: \"true || !object.spec.hostNetwork\"
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: no-host-network
spec:
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

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    for place in validations(object) {
        let Some(text) = place.as_str() else { continue };
        if expression::tokens(text).constant() == Some(true) {
            reporter.flag(place, "the expression is true for every object", None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn every_engine_has_validations() {
        for spec in [
            "apiVersion: policies.kyverno.io/v1, kind: ValidatingPolicy, spec: {validations: [{expression: 'EX'}]}",
            "apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {rules: [{validate: {cel: {expressions: \
             [{expression: 'EX'}]}}}]}",
            "apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, spec: {targets: [{code: \
             [{engine: K8sNativeValidation, source: {validations: [{expression: 'EX'}]}}]}]}",
        ] {
            let said = |it: &str| messages(&RULE, &format!("{{{}}}", spec.replace("EX", it))).len();
            assert_eq!(said("1 == 1"), 1, "{spec}");
            assert_eq!(said("object.a == 1"), 0, "{spec}");
            assert_eq!(said("false"), 0, "{spec}");
        }
    }
}
