//! Policies about what makes pods that pods themselves get around.

use crate::admission::{JUDGING_KINDS, KYVERNO, Policy};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "pods-left-out",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "a policy judges the templates of workloads, and no policy judges pods",
    why: "Pods need no Deployment: whoever may create a Pod, or another kind that makes pods, runs what the \
          policy refuses.",
    remedy: "judge pods as well: every container comes with one, whatever makes it",
    breaks: "",
    mend: Mend::ByHand(
        "how the policy judges pods, whose spec is elsewhere than that of a template",
    ),
    references: &[
        Reference::Owasp("K04"),
        Reference::Mitre("T1610"),
        Reference::Page(
            "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
        ),
    ],
    reads: JUDGING_KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: registries
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
    - apiGroups: [apps]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [deployments]
  variables:
  - name: all
    expression: >-
      object.spec.template.spec.containers
      + object.spec.template.spec.?initContainers.orValue([])
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

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let others = world.of_kinds(JUDGING_KINDS).any(|it| {
        it.group == KYVERNO
            || Policy::of(it).is_some_and(|it| it.matches("", "pods") && it.judges_containers())
    });
    if others {
        return;
    }
    for object in world.of_kinds(JUDGING_KINDS) {
        let Some(policy) = Policy::of(object) else { continue };
        let is_about_templates = policy.matches_controllers()
            && policy.judges_containers()
            && policy.expressions().any(|it| it.names_templates());
        if is_about_templates {
            let place = policy.spec.at("matchConstraints").at("resourceRules");
            let message = "the policy judges templates, and a pod without one is not judged";
            reporter.flag_in(object, place, message, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn a_policy_about_pods_may_be_another() {
        assert_eq!(messages(&RULE, RULE.bad).len(), 1);
        assert!(messages(&RULE, &format!("{}---\n{}", RULE.bad, RULE.good)).is_empty());
        let kyverno = "{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {name: a}}";
        assert!(messages(&RULE, &format!("{}---\n{kyverno}", RULE.bad)).is_empty());
    }

    #[test]
    fn what_is_not_about_containers_may_leave_pods_out() {
        let replicas = RULE.bad.replace("c.image.startsWith('registry.example.com/')", "c.tty");
        assert!(messages(&RULE, &replicas).is_empty());
    }
}
