//! Policies that look at some containers and not at others.

use harden_yaml::Place;

use crate::admission::{Policy, expression, is_mutating, kyverno_rules, sources};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "containers-only-policy",
    category: Category::Admission,
    severity: Severity::High,
    level: None,
    summary: "a policy looks at containers, and not at initContainers and ephemeralContainers",
    why: "An image or a privilege that is refused in `containers` is let in as an init container, which runs on \
          the same node with the same volumes and the same identity; and a running pod is given another \
          container by kubectl debug.",
    remedy: "judge initContainers and ephemeralContainers, too",
    breaks: "",
    mend: Mend::ByHand("what is asked of init containers and of containers for debugging"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Mitre("T1610"),
        Reference::Page(
            "https://kubernetes.io/docs/concepts/security/pod-security-standards/#what-about-init-containers",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
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
  validations:
  - expression: object.spec.containers.all(c, c.image.startsWith('registry.example.com/'))
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
  variables:
  - name: containers
    expression: >-
      object.spec.containers + object.spec.?initContainers.orValue([])
      + object.spec.?ephemeralContainers.orValue([])
  validations:
  - expression: variables.containers.all(c, c.image.startsWith('registry.example.com/'))
",
};

/// Whoever names other containers anywhere in the policy has thought of them. Probes, ports and resources differ
/// from one kind of container to another; images and security contexts do not.
fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let spec = object.place.at("spec");
    let names_others = || {
        let text = spec.source();
        text.contains("initContainers") || text.contains("ephemeralContainers")
    };
    let mut places = Vec::new();
    if let Some(policy) = Policy::of(object) {
        places.extend(policy.judges_containers().then(|| policy.spec.at("validations")));
    } else if !is_mutating(object) {
        places.extend(kyverno_rules(object).map(|it| it.at("validate")).filter(|it| judges(*it)));
        let sources = sources(object).into_iter();
        places.extend(sources.filter(|it| judges(it.0)).map(|(source, is_expressions)| {
            source.at(if is_expressions { "validations" } else { "rego" })
        }));
    }
    if places.is_empty() || names_others() {
        return;
    }
    for place in places {
        let message =
            "only `containers` are looked at: what is refused there is let in as an init container";
        reporter.flag(place, message, None);
    }
}

/// Whether something of a policy reaches for containers, and for their images or security contexts.
fn judges(part: Place<'_>) -> bool {
    let (mut finds, mut asks) = (false, false);
    look(part, &mut |text, is_key| {
        if is_key {
            let name = text.trim_end_matches(')').rsplit('(').next().unwrap_or_default();
            finds |= name == "containers";
            asks |= matches!(name, "image" | "securityContext");
        } else {
            let words = expression::tokens(text);
            finds |= words.names_containers();
            asks |= words.asks_of_every_container();
        }
    });
    finds && asks
}

/// Shows the keys and texts below, without those for people and those that only fetch what is asked of.
fn look<'d>(place: Place<'d>, show: &mut impl FnMut(&'d str, bool)) {
    if let Some(text) = place.as_str() {
        show(text, false);
    }
    place.items().for_each(|it| look(it, show));
    for (key, value) in place.entries().filter(|it| !matches!(it.0, "message" | "name" | "context"))
    {
        show(key, true);
        look(value, show);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn kyverno(validate: &str) -> usize {
        let text = format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, spec: {{rules: [{{validate: {{{validate}}}}}]}}}}"
        );
        messages(&RULE, &text).len()
    }

    #[test]
    fn patterns_lists_and_conditions_reach_for_containers_alike() {
        for only in [
            "pattern: {spec: {containers: [{image: '*:*'}]}}",
            "pattern: {spec: {=(containers): [{=(securityContext): {=(privileged): false}}]}}",
            "foreach: [{list: request.object.spec.containers, pattern: {image: 'a/*'}}]",
            "deny: {conditions: {any: [{key: '{{ images.containers.*.registry }}', operator: NotIn, value: [a]}]}}",
        ] {
            assert_eq!(kyverno(only), 1, "{only}");
        }
        for other in [
            "pattern: {spec: {containers: [{image: '*:*'}], =(initContainers): [{image: '*:*'}]}}",
            "pattern: {spec: {containers: [{livenessProbe: {periodSeconds: '>0'}}]}}",
            "pattern: {spec: {containers: [{resources: {limits: {memory: '?*'}}}]}}",
            "foreach: [{list: 'request.object.spec.[containers, initContainers][]', pattern: {image: 'a/*'}}]",
            "pattern: {spec: {=(hostNetwork): false}}, message: containers have images",
            "foreach: [{list: request.object.spec.containers, context: [{imageRegistry: {reference: '{{ element.image \
             }}'}}], deny: {conditions: [{key: '{{ element.tty }}'}]}}]",
        ] {
            assert_eq!(kyverno(other), 0, "{other}");
        }
    }

    #[test]
    fn programs_are_looked_into() {
        let template = |rego: &str| {
            let text = format!(
                "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nspec:\n  targets:\n  - rego: |\n      \
                 violation[x] {{ {rego} }}\n"
            );
            messages(&RULE, &text).len()
        };
        assert_eq!(template("c := input.review.object.spec.containers[_]; c.image == \"a\""), 1);
        assert_eq!(template("c := input.review.object.spec.containers[_]; c.tty"), 0);
        let both = "c := input.review.object.spec[[\"containers\", \"initContainers\"][_]][_]; c.image == \"a\"";
        assert_eq!(template(both), 0);
    }
}
