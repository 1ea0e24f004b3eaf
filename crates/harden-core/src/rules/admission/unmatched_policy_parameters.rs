//! Policies with parameters whose bindings give none, and the other way round.

use crate::admission::{BOUND, BOUND_KINDS, expression};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "unmatched-policy-parameters",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a policy has parameters and its binding gives none, or the other way round",
    why: "Without paramRef in the binding `params` is null, and every expression that asks for a field of it \
          is an error, which refuses everything or lets everything in, as failurePolicy says. Without \
          paramKind in the policy the API server ignores what the binding refers to.",
    remedy: "write paramKind in the policy and paramRef in the binding, or neither",
    breaks: "",
    mend: Mend::ByHand("which object holds the parameters, or that there are none"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/#parameter-resources",
    )],
    reads: BOUND_KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: most-replicas
spec:
  paramKind:
    apiVersion: v1
    kind: ConfigMap
  matchConstraints:
    resourceRules:
    - apiGroups: [apps]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [deployments]
  validations:
  - expression: object.spec.replicas <= int(params.data.most)
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: most-replicas
spec:
  policyName: most-replicas
  validationActions: [Deny]
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: most-replicas
spec:
  paramKind:
    apiVersion: v1
    kind: ConfigMap
  matchConstraints:
    resourceRules:
    - apiGroups: [apps]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [deployments]
  validations:
  - expression: object.spec.replicas <= int(params.data.most)
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: most-replicas
spec:
  policyName: most-replicas
  paramRef:
    name: most-replicas
    namespace: policies
    parameterNotFoundAction: Deny
  validationActions: [Deny]
",
};

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for (policies, bindings) in BOUND {
        for binding in world.of_kind(bindings) {
            let spec = binding.place.at("spec");
            let name = spec.at("policyName");
            let mut named =
                world.of_kind(policies).iter().filter(|it| Some(it.name()) == name.as_str());
            // Of two by one name nobody knows which it will be.
            let (Some(policy), None) = (named.next(), named.next()) else { continue };
            let reference = spec.at("paramRef");
            let kind = policy.place.at("spec").at("paramKind");
            if kind.exists() && !reference.exists() && asks_for_fields(policy) {
                let message = format!(
                    "policy `{}` asks for fields of `params`, and without paramRef that is null",
                    policy.name()
                );
                reporter.flag_in(binding, reference, message, None);
            } else if !kind.exists() && reference.exists() {
                let message =
                    format!("policy `{}` has no paramKind, so that nothing is read", policy.name());
                reporter.flag_in(binding, reference, message, None);
            }
        }
    }
}

/// Whether a policy takes it for granted that there are parameters: it asks for fields of them, and nowhere whether
/// they are there.
fn asks_for_fields(policy: &Object<'_>) -> bool {
    let spec = policy.place.at("spec");
    let (mut asks, mut is_careful) = (false, false);
    for list in ["matchConditions", "variables", "validations", "auditAnnotations", "mutations"] {
        for item in spec.at(list).items() {
            let holders = [item, item.at("applyConfiguration"), item.at("jsonPatch")];
            for text in holders.iter().filter_map(|it| it.at("expression").as_str()) {
                let all = expression::tokens(text);
                for index in (0..all.len()).filter(|it| all.is_word(*it, "params")) {
                    let is_optional = all.is_sign(index + 1, ".") && all.is_sign(index + 2, "?");
                    let is_plain = all.is_sign(index + 1, ".") && !is_optional;
                    asks |= is_plain;
                    is_careful |= !is_plain;
                }
            }
        }
    }
    asks && !is_careful
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn said(kind: &str, expression: &str, reference: &str) -> usize {
        let head = "apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy";
        let text = format!(
            "{{{head}Binding, metadata: {{name: b}}, spec: {{policyName: a{reference}}}}}\n---\n\
             {{{head}, metadata: {{name: a}}, spec: {{{kind} validations: [{{expression: '{expression}'}}]}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn whoever_asks_whether_there_are_parameters_needs_none() {
        let kind = "paramKind: {apiVersion: v1, kind: ConfigMap},";
        assert_eq!(said(kind, "params.data.a == \"b\"", ""), 1);
        assert_eq!(said(kind, "params == null || params.data.a == \"b\"", ""), 0);
        assert_eq!(said(kind, "object.a", ""), 0);
        assert_eq!(said(kind, "params.data.a == \"b\"", ", paramRef: {name: c}"), 0);
        assert_eq!(said("", "object.a", ", paramRef: {name: c}"), 1);
        assert_eq!(said("", "object.a", ""), 0);
    }
}
