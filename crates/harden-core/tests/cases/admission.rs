//! Policies and what belongs to them, in files of their own and in any order.

use harden_core::kubernetes::MinorVersion;

use super::outcome_at;

const POLICY: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: most-replicas}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}
  validations:
  - expression: object.spec.replicas <= int(params.data.most)
";

const BINDING: &str = "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: most-replicas}
spec:
  policyName: most-replicas
  validationActions: [Deny]
";

const TEMPLATE: &str = "\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8sowners}
spec:
  crd: {spec: {names: {kind: K8sOwners}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package k8sowners
      violation[{\"msg\": \"nobody owns it\"}] { not input.review.object.metadata.labels.owner }
";

fn constraint(kind: &str) -> String {
    format!(
        "apiVersion: constraints.gatekeeper.sh/v1beta1\nkind: {kind}\nmetadata: {{name: owners}}\n"
    )
}

/// What rules of the category say of files, in this order and in the other.
fn said(files: &[(&str, &str)]) -> Vec<String> {
    let owned = |it: &(&str, &str)| (it.0.to_owned(), it.1.to_owned());
    let texts: Vec<_> = files.iter().map(owned).collect();
    let turned: Vec<_> = files.iter().rev().map(owned).collect();
    let found = |texts: &[(String, String)]| {
        let (verdicts, _) = outcome_at(MinorVersion::NEWEST_KNOWN, texts);
        let is_ours = |rule: &str| {
            let rules = harden_core::rules::admission::RULES;
            rules.iter().any(|it| it.id == rule)
        };
        let ours = verdicts.into_iter().filter(|it| is_ours(&it.rule));
        let mut said: Vec<_> = ours.map(|it| format!("{}: {}", it.rule, it.object)).collect();
        said.sort();
        said
    };
    let first = found(&texts);
    assert_eq!(first, found(&turned));
    first
}

#[test]
fn the_halves_of_a_policy_are_found_in_any_file() {
    let with = BINDING.replace(
        "  validationActions",
        "  paramRef: {name: a, parameterNotFoundAction: Deny}\n  validationActions",
    );
    assert!(said(&[("a/policy.yaml", POLICY), ("b/binding.yaml", &with)]).is_empty());
    assert_eq!(
        said(&[("policy.yaml", POLICY), ("binding.yaml", BINDING)]),
        ["unmatched-policy-parameters: ValidatingAdmissionPolicyBinding/most-replicas"]
    );
    assert_eq!(
        said(&[("policy.yaml", POLICY), ("other.yaml", &BINDING.replace("replicas", "secrets"))]),
        ["unbound-admission-policy: ValidatingAdmissionPolicy/most-replicas"]
    );
}

#[test]
fn the_kinds_of_constraints_come_from_templates_in_any_file() {
    let (right, wrong) = (constraint("K8sOwners"), constraint("K8sOwner"));
    assert!(said(&[("template.yaml", TEMPLATE), ("constraint.yaml", &right)]).is_empty());
    assert!(said(&[("constraint.yaml", &wrong)]).is_empty());
    assert!(said(&[("template.yaml", TEMPLATE)]).is_empty());
    assert_eq!(
        said(&[("template.yaml", TEMPLATE), ("constraint.yaml", &wrong)]),
        [
            "missing-constraint-template: K8sOwner/owners",
            "unused-constraint-template: ConstraintTemplate/k8sowners",
        ]
    );
}
