//! Templates of which the input has no constraint.

use std::collections::BTreeSet;

use crate::admission::{ANY_CONSTRAINT, TEMPLATE};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

use super::is_near;

pub(super) static RULE: Rule = Rule {
    id: "unused-constraint-template",
    category: Category::Admission,
    severity: Severity::Low,
    level: None,
    summary: "a template has no constraint, where other templates of the input have theirs",
    why: "A ConstraintTemplate only says how to judge. Nothing is judged until a constraint of its kind says \
          what, and nobody is told that there is none.",
    remedy: "write a constraint of its kind, or remove the template",
    breaks: "",
    mend: Mend::ByHand("which objects the template is to judge"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Page("https://open-policy-agent.github.io/gatekeeper/website/docs/howto"),
    ],
    reads: &[ANY_CONSTRAINT, TEMPLATE],
    check: Check::World(check),
    bad: "\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: k8sowners
spec:
  crd:
    spec:
      names:
        kind: K8sOwners
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package k8sowners
      violation[{\"msg\": msg}] {
        not input.review.object.metadata.labels.owner
        msg := \"nobody owns it\"
      }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sAllowedRepos
metadata:
  name: repos
spec:
  match:
    kinds:
    - apiGroups: [\"\"]
      kinds: [Pod]
  parameters:
    repos: [registry.example.com/]
",
    good: "\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: k8sowners
spec:
  crd:
    spec:
      names:
        kind: K8sOwners
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package k8sowners
      violation[{\"msg\": msg}] {
        not input.review.object.metadata.labels.owner
        msg := \"nobody owns it\"
      }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sOwners
metadata:
  name: owners
spec:
  match:
    kinds:
    - apiGroups: [\"\"]
      kinds: [Namespace]
",
};

/// Templates alone are a library, whose constraints others write; constraints say that those of the templates
/// beside them are here, too.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let constraints = world.of_kind(ANY_CONSTRAINT);
    let used: BTreeSet<_> = constraints.iter().map(|it| it.kind).collect();
    let homes: BTreeSet<_> = constraints.iter().map(|it| world.file(it)).collect();
    for template in world.of_kind(TEMPLATE) {
        let place = template.place.follow("spec.crd.spec.names.kind");
        let has_others = || homes.iter().any(|it| is_near(it, world.file(template)));
        if let Some(kind) = place.as_str().filter(|it| !used.contains(it) && has_others()) {
            let message = format!("no constraint of the input is a {kind}");
            reporter.flag_in(template, place, message, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn templates_alone_are_a_library() {
        let library = RULE.bad.split("---").next().unwrap_or_default();
        assert!(messages(&RULE, library).is_empty());
        assert_eq!(messages(&RULE, RULE.bad), ["no constraint of the input is a K8sOwners"]);
    }
}
