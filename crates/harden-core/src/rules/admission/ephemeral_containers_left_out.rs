//! Policies about containers that are not asked when a container is added to a running pod.

use harden_yaml::{Action, Place};

use crate::admission::Policy;
use crate::object::Object;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "ephemeral-containers-left-out",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a policy about containers is not asked about pods/ephemeralcontainers",
    why: "kubectl debug adds a container to a running pod by the subresource ephemeralcontainers. A policy that \
          matches pods alone is not asked then, whatever its expressions say of ephemeralContainers, so that \
          any image runs beside the container that was judged.",
    remedy: "match pods/ephemeralcontainers on UPDATE, too",
    breaks: "kubectl debug is refused for pods that do not keep to the policy, and with images that do not.",
    mend: Mend::WithThought,
    references: &[
        Reference::Owasp("K04"),
        Reference::Mitre("T1609"),
        Reference::Page("https://kubernetes.io/docs/concepts/workloads/pods/ephemeral-containers/"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: registries
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods]
  variables:
  - name: all
    expression: >-
      object.spec.containers + object.spec.?initContainers.orValue([])
      + object.spec.?ephemeralContainers.orValue([])
  validations:
  - expression: variables.all.all(c, c.image.startsWith('registry.example.com/'))
",
    good: "\
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: registries
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
  variables:
  - name: all
    expression: >-
      object.spec.containers + object.spec.?initContainers.orValue([])
      + object.spec.?ephemeralContainers.orValue([])
  validations:
  - expression: variables.all.all(c, c.image.startsWith('registry.example.com/'))
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = Policy::of(object) else { return };
    if policy.matches("", "pods/ephemeralcontainers") || !policy.judges_containers() {
        return;
    }
    // A rule that names pods is about them; one for everything is a decision of its own.
    let mut rules = policy.resource_rules().filter(|it| {
        let names = it.at("resources").items().any(|it| it.as_str() == Some("pods"));
        names && it.at("resourceNames").is_empty() && (has(*it, "CREATE") || has(*it, "UPDATE"))
    });
    if let Some(rule) = rules.next() {
        let resources = rule.at("resources");
        let mut edits: Edits<'d> =
            vec![(resources, Action::Append("pods/ephemeralcontainers".into()))];
        if !has(rule, "UPDATE") {
            edits.push((rule.at("operations"), Action::Append("UPDATE".into())));
        }
        let message = "kubectl debug adds containers that the policy is not asked about";
        reporter.flag_with(resources, message, edits);
    }
}

/// Whether a rule is for an operation.
fn has(rule: Place<'_>, operation: &str) -> bool {
    let mut operations = rule.at("operations").items().filter_map(|it| it.as_str());
    operations.any(|it| it == "*" || it == operation)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::{mends, messages};

    fn policy(rule: &str, expression: &str) -> String {
        format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, spec: {{matchConstraints: \
             {{resourceRules: [{{apiGroups: [''], {rule}}}]}}, validations: [{{expression: '{expression}'}}]}}}}"
        )
    }

    const IMAGES: &str = "object.spec.containers.all(c, c.image != \"\")";

    #[test]
    fn only_what_judges_containers_that_come_with_pods_is_about_them() {
        let said = |rule: &str, expression: &str| messages(&RULE, &policy(rule, expression)).len();
        assert_eq!(said("operations: [UPDATE], resources: [pods]", IMAGES), 1);
        assert_eq!(said("operations: ['*'], resources: [pods, 'pods/*']", IMAGES), 0);
        assert_eq!(said("operations: [DELETE], resources: [pods]", IMAGES), 0);
        assert_eq!(said("operations: [CREATE], resources: [deployments]", IMAGES), 0);
        assert_eq!(said("operations: [CREATE], resources: [pods]", "!object.spec.hostNetwork"), 0);
    }

    #[test]
    fn containers_are_added_by_updates() {
        assert_eq!(
            mends(&RULE, &policy("operations: [CREATE], resources: [pods]", IMAGES)),
            [
                "/spec/matchConstraints/resourceRules/0/resources + \"pods/ephemeralcontainers\"",
                "/spec/matchConstraints/resourceRules/0/operations + \"UPDATE\"",
            ]
        );
    }
}
