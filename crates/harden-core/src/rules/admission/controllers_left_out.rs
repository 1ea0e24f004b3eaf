//! Policies about pods that nobody hears of who writes a Deployment.

use crate::admission::{Engine, Policy, VALIDATING};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "controllers-left-out",
    category: Category::Admission,
    severity: Severity::Low,
    level: None,
    summary: "a ValidatingAdmissionPolicy judges pods, and not what makes them",
    why: "The API server takes a Deployment whose pods it refuses. Whoever applies it sees no error, and a \
          rollout that stands still; only the events of a ReplicaSet say why. Other engines judge templates by \
          themselves, the API server does not.",
    remedy: "judge the templates of workloads in a policy beside it",
    breaks: "",
    mend: Mend::ByHand("whether whoever writes a workload is to be told at once"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/",
    )],
    reads: &[VALIDATING],
    check: Check::World(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: registries
spec:
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
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: registries
spec:
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods, pods/ephemeralcontainers]
    - apiGroups: [apps]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [daemonsets, deployments, statefulsets]
  variables:
  - name: pod
    expression: \"has(object.spec.template) ? object.spec.template.spec : object.spec\"
  - name: all
    expression: >-
      variables.pod.containers + variables.pod.?initContainers.orValue([])
      + variables.pod.?ephemeralContainers.orValue([])
  validations:
  - expression: variables.all.all(c, c.image.startsWith('registry.example.com/'))
",
};

/// Whoever judges workloads in any policy has thought of them.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let policies = world.of_kind(VALIDATING).iter();
    let policies: Vec<_> = policies.filter_map(|it| Some((it, Policy::of(it)?))).collect();
    if policies.iter().any(|it| it.1.matches_controllers()) {
        return;
    }
    for (object, policy) in policies {
        let is_about_pods = policy.engine == Engine::Kubernetes
            && policy.matches("", "pods")
            && policy.judges_containers();
        if is_about_pods {
            let place = policy.spec.at("matchConstraints").at("resourceRules");
            let message = "a Deployment is taken whose pods are refused";
            reporter.flag_in(object, place, message, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn whoever_judges_workloads_elsewhere_has_thought_of_them() {
        assert_eq!(messages(&RULE, RULE.bad).len(), 1);
        assert!(messages(&RULE, &format!("{}---\n{}", RULE.bad, RULE.good)).is_empty());
        let network = RULE.bad.replace("c.image.startsWith('registry.example.com/')", "c.tty");
        assert!(messages(&RULE, &network).is_empty());
    }
}
