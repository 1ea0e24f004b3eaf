//! Policies of the API server that nothing puts to work.

use std::collections::BTreeSet;

use crate::admission::{BOUND, BOUND_KINDS};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

use super::is_near;

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

/// Policies without any binding are a library, which others bind, unless there is but one. The names of policies may
/// still be changed by whoever renders them, so that one that a binding names in part is none without a binding.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for (policies, bindings) in BOUND {
        let policies = world.of_kind(policies);
        let bound = world.of_kind(bindings).iter();
        let bound: Vec<_> = bound
            .filter_map(|it| Some((it.place.at("spec").at("policyName").as_str()?, world.file(it))))
            .filter(|it| !it.0.is_empty())
            .collect();
        let names: BTreeSet<_> = policies.iter().map(Object::name).collect();
        let wanted: BTreeSet<_> = bound.iter().map(|it| it.0).collect();
        // A name that is none of the input's may be one of them once it is rendered.
        let others: Vec<_> = wanted.iter().filter(|it| !names.contains(**it)).collect();
        let is_bound = |name: &str| {
            let is_rendered = |it: &&&str| it.ends_with(name) || name.ends_with(**it);
            wanted.contains(name) || others.iter().any(is_rendered)
        };
        let homes: BTreeSet<_> =
            bound.iter().filter(|it| names.contains(it.0)).map(|it| it.1).collect();
        let is_alone = policies.len() == 1;
        for policy in policies.iter().filter(|it| !it.name().is_empty() && !is_bound(it.name())) {
            let file = world.file(policy);
            if is_alone || homes.iter().any(|it| is_near(file, it)) {
                let place = policy.place.at("metadata").at("name");
                let message =
                    format!("no {} of the input names `{}`", bindings.kind, policy.name());
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

    #[test]
    fn policies_that_others_bind_are_a_library() {
        let head = "apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy";
        let policies =
            format!("{{{head}, metadata: {{name: a}}}}\n---\n{{{head}, metadata: {{name: b}}}}\n");
        assert!(messages(&RULE, &policies).is_empty());
        let bound = format!(
            "{policies}---\n{{{head}Binding, metadata: {{name: c}}, spec: {{policyName: b}}}}"
        );
        assert_eq!(
            messages(&RULE, &bound),
            ["no ValidatingAdmissionPolicyBinding of the input names `a`"]
        );
    }
}
