//! Policies of the API server that nothing puts to work.

use std::collections::BTreeSet;

use crate::admission::{BOUND, BOUND_KINDS};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "unbound-admission-policy",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "no binding of the input puts an admission policy to work",
    why: "A ValidatingAdmissionPolicy or MutatingAdmissionPolicy does nothing until a binding names \
          it: the API server takes it, and lets in all that it is there to refuse.",
    remedy: "write a binding whose policyName is the name of the policy",
    breaks: "",
    mend: Mend::ByHand("where the policy is to hold, and what becomes of what it refuses"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
        ),
    ],
    reads: BOUND_KINDS,
    check: Check::World(check),
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
  - expression: \"!object.spec.?hostNetwork.orValue(false)\"
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
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: no-host-network
spec:
  policyName: no-host-network
  validationActions: [Deny]
",
};

/// The names of policies may still be changed by whoever renders them, prefixes of kustomize included, so that one
/// that a binding names in part is none without a binding.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for (policy, binding) in BOUND {
        let bound = world.of_kind(binding).iter();
        let bound: BTreeSet<_> =
            bound.filter_map(|it| it.place.at("spec").at("policyName").as_str()).collect();
        for policy in world.of_kind(policy) {
            let name = policy.name();
            let is_bound = || {
                bound.contains(name)
                    || bound.iter().any(|it| it.ends_with(name) || name.ends_with(it))
            };
            if !name.is_empty() && !is_bound() {
                let place = policy.place.at("metadata").at("name");
                let message = format!("no {} of the input names `{name}`", binding.kind);
                reporter.flag_in(policy, place, message, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn said(policy: &str, bindings: &str) -> String {
        let text = format!(
            "{bindings}\n---\n{{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy, \
             metadata: {{name: {policy}}}}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn a_binding_of_the_other_kind_binds_nothing() {
        let binding = |kind: &str, name: &str| {
            format!(
                "{{apiVersion: admissionregistration.k8s.io/v1, kind: {kind}, metadata: {{name: b}}, \
                 spec: {{policyName: {name}}}}}"
            )
        };
        assert_eq!(said("a", &binding("MutatingAdmissionPolicyBinding", "a")), "");
        assert_eq!(said("a", &binding("MutatingAdmissionPolicyBinding", "prod-a")), "");
        assert_eq!(
            said("a", &binding("ValidatingAdmissionPolicyBinding", "a")),
            "no MutatingAdmissionPolicyBinding of the input names `a`"
        );
    }
}
