//! Constraints of kinds that no template makes.

use std::collections::BTreeSet;

use harden_yaml::Action;

use crate::admission::{ANY_CONSTRAINT, TEMPLATE};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::rules::similar::Names;

use super::is_near;

pub(super) static RULE: Rule = Rule {
    id: "missing-constraint-template",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "no template makes the kind of a constraint, where those of other constraints are there",
    why: "A ConstraintTemplate makes the kind of its constraints. The API server does not take a constraint of \
          a kind that no template makes, so that it never holds.",
    remedy: "write the kind as the template does in spec.crd.spec.names.kind",
    breaks: "The constraint begins to hold.",
    mend: Mend::WithThought,
    references: &[Reference::Page(
        "https://open-policy-agent.github.io/gatekeeper/website/docs/howto",
    )],
    reads: &[ANY_CONSTRAINT, TEMPLATE],
    check: Check::World(check),
    bad: "\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: k8srequiredlabels
spec:
  crd:
    spec:
      names:
        kind: K8sRequiredLabels
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package k8srequiredlabels
      violation[{\"msg\": msg}] {
        not input.review.object.metadata.labels.owner
        msg := \"nobody owns it\"
      }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sRequiredLabel
metadata:
  name: owners
spec:
  match:
    kinds:
    - apiGroups: [\"\"]
      kinds: [Namespace]
",
    good: "\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: k8srequiredlabels
spec:
  crd:
    spec:
      names:
        kind: K8sRequiredLabels
  targets:
  - target: admission.k8s.gatekeeper.sh
    rego: |
      package k8srequiredlabels
      violation[{\"msg\": msg}] {
        not input.review.object.metadata.labels.owner
        msg := \"nobody owns it\"
      }
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: K8sRequiredLabels
metadata:
  name: owners
spec:
  match:
    kinds:
    - apiGroups: [\"\"]
      kinds: [Namespace]
",
};

/// A template that is not in the input may be in the cluster. A kind that is almost right is taken for a mistake,
/// and one that nothing makes if the input has the templates of other constraints near it.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let made = world.of_kind(TEMPLATE).iter();
    let made: Vec<_> =
        made.filter_map(|it| it.place.follow("spec.crd.spec.names.kind").as_str()).collect();
    let mut names = Names::default();
    made.iter().for_each(|it| names.add(it));
    let constraints = world.of_kind(ANY_CONSTRAINT);
    let homes: BTreeSet<_> =
        constraints.iter().filter(|it| made.contains(&it.kind)).map(|it| world.file(it)).collect();
    for constraint in constraints.iter().filter(|it| !made.contains(&it.kind)) {
        let kind = constraint.kind;
        let near = names.meant_by(kind).next();
        if near.is_none() && !homes.iter().any(|it| is_near(it, world.file(constraint))) {
            continue;
        }
        let hint = near.map_or(String::new(), |it| format!("; did you mean `{it}`?"));
        let message = format!("no template of the input makes `{kind}`{hint}");
        reporter.flag_in(constraint, constraint.place.at("kind"), message, near.map(Action::set));
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::RULE;
    use crate::check::testing::messages;

    fn said(kinds: &[&str]) -> Vec<String> {
        let mut text = String::new();
        for (index, kind) in kinds.iter().enumerate() {
            let _ = write!(
                text,
                "{{apiVersion: constraints.gatekeeper.sh/v1beta1, kind: {kind}, metadata: {{name: a-{index}}}}}\n---\n"
            );
        }
        text += "{apiVersion: templates.gatekeeper.sh/v1, kind: ConstraintTemplate, metadata: {name: a}, \
                 spec: {crd: {spec: {names: {kind: K8sAllowedRepos}}}}}";
        messages(&RULE, &text)
    }

    #[test]
    fn a_template_that_is_simply_elsewhere_is_no_mistake() {
        assert!(said(&["K8sAllowedRepos"]).is_empty());
        assert!(said(&["K8sHostNetwork"]).is_empty());
    }

    #[test]
    fn one_that_is_not_beside_the_others_is_missed() {
        assert_eq!(
            said(&["K8sAlowedRepos"]),
            ["no template of the input makes `K8sAlowedRepos`; did you mean `K8sAllowedRepos`?"]
        );
        assert_eq!(
            said(&["K8sHostNetwork", "K8sAllowedRepos"]),
            ["no template of the input makes `K8sHostNetwork`"]
        );
    }
}
