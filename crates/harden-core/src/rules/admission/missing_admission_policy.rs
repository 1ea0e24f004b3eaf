//! Bindings of policies that are not there.

use std::collections::BTreeSet;

use harden_yaml::Action;

use crate::admission::{BOUND, BOUND_KINDS};
use crate::object::is_placeholder;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::rules::similar::Names;

use super::is_near;

pub(super) static RULE: Rule = Rule {
    id: "missing-admission-policy",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a binding names an admission policy that is not beside those of the other bindings",
    why: "The API server takes the binding, and it puts no policy to work: what the policy is there to \
          refuse is let in.",
    remedy: "name the policy as it is called",
    breaks: "The policy begins to hold where the binding says.",
    mend: Mend::WithThought,
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
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: no-host-network
spec:
  policyName: no-host-networks
  validationActions: [Deny]
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

/// A policy that is not in the input may be in the cluster. A name that is almost right is taken for a mistake, and
/// one that is nowhere if the input has the policies of other bindings near it.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for (policy, binding) in BOUND {
        let policies = world.of_kind(policy);
        let is_there = |name: &str| policies.iter().any(|it| it.name() == name);
        let mut names = Names::default();
        policies.iter().for_each(|it| names.add(it.name()));
        let bindings = world.of_kind(binding).iter();
        let bindings: Vec<_> = bindings
            .filter_map(|it| {
                let place = it.place.at("spec").at("policyName");
                Some((it, place, place.as_str().filter(|it| !it.is_empty())?))
            })
            .collect();
        let homes: BTreeSet<_> =
            bindings.iter().filter(|it| is_there(it.2)).map(|it| world.file(it.0)).collect();
        let is_missing = |name: &str| !is_there(name) && !is_placeholder(name);
        for (binding, place, name) in bindings.into_iter().filter(|it| is_missing(it.2)) {
            let near = names.meant_by(name).next();
            if near.is_none() && !homes.iter().any(|it| is_near(it, world.file(binding))) {
                continue;
            }
            let hint = near.map_or(String::new(), |it| format!("; did you mean `{it}`?"));
            let message = format!("no {} of the input is called `{name}`{hint}", policy.kind);
            reporter.flag_in(binding, place, message, near.map(Action::set));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::RULE;
    use crate::check::testing::messages;

    fn said(bound: &[&str]) -> Vec<String> {
        let head = "apiVersion: admissionregistration.k8s.io/v1, kind: MutatingAdmissionPolicy";
        let mut text = format!("{{{head}, metadata: {{name: default-seccomp}}}}\n");
        for (index, name) in bound.iter().enumerate() {
            let _ = write!(
                text,
                "---\n{{{head}Binding, metadata: {{name: b-{index}}}, spec: {{policyName: {name}}}}}\n"
            );
        }
        messages(&RULE, &text)
    }

    #[test]
    fn a_policy_that_is_simply_elsewhere_is_no_mistake() {
        assert!(said(&["default-seccomp"]).is_empty());
        assert!(said(&["no-host-path"]).is_empty());
    }

    #[test]
    fn one_that_is_not_beside_the_others_is_missed() {
        assert_eq!(
            said(&["default-secomp"]),
            [
                "no MutatingAdmissionPolicy of the input is called `default-secomp`; did you mean `default-seccomp`?"
            ]
        );
        assert_eq!(
            said(&["no-host-path", "default-seccomp"]),
            ["no MutatingAdmissionPolicy of the input is called `no-host-path`"]
        );
    }
}
