//! Policies of kinds that Kyverno is giving up.

use harden_yaml::Place;

use crate::admission::{KYVERNO, kyverno_rules};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "deprecated-policy-kind",
    category: Category::Admission,
    severity: Severity::Low,
    level: None,
    summary: "a policy is of a kind that Kyverno gives up",
    why: "The kinds of kyverno.io are deprecated since Kyverno 1.17. As planned, from 1.20 on they are refused \
          when they are created or changed, and in 1.21 they are gone.",
    remedy: "write the policy as a kind of policies.kyverno.io",
    breaks: "",
    mend: Mend::ByHand("how its rules are said in expressions"),
    references: &[
        Reference::Page("https://kyverno.io/docs/policy-types/overview/"),
        Reference::Page("https://github.com/kyverno/kyverno/issues/17214"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: no-host-network
spec:
  rules:
  - name: no-host-network
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      failureAction: Enforce
      message: pods have networks of their own
      pattern:
        spec:
          =(hostNetwork): false
",
    good: "\
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata:
  name: no-host-network
spec:
  validationActions: [Deny]
  matchConstraints:
    resourceRules:
    - apiGroups: [\"\"]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [pods]
  validations:
  - expression: \"!object.spec.?hostNetwork.orValue(false)\"
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if object.group != KYVERNO {
        return;
    }
    let after = match object.kind {
        "ClusterPolicy" | "Policy" => successors(object),
        "CleanupPolicy" | "ClusterCleanupPolicy" => "DeletingPolicy".to_owned(),
        "PolicyException" => "PolicyException".to_owned(),
        _ => return,
    };
    let message = format!(
        "{} of {KYVERNO} is deprecated since Kyverno 1.17, refused on change from 1.20, gone in 1.21: {after} of \
         policies.kyverno.io is what comes after it",
        object.kind
    );
    reporter.flag(object.place.at("kind"), message, None);
}

/// The kinds that do what the rules of a policy do.
fn successors(object: &Object<'_>) -> String {
    let has =
        |field: &'static str| kyverno_rules(object).any(|it: Place<'_>| it.at(field).exists());
    let all = [
        ("validate", "ValidatingPolicy"),
        ("mutate", "MutatingPolicy"),
        ("generate", "GeneratingPolicy"),
        ("verifyImages", "ImageValidatingPolicy"),
    ];
    let kinds: Vec<_> = all.into_iter().filter(|it| has(it.0)).map(|it| it.1).collect();
    if kinds.is_empty() { "ValidatingPolicy".to_owned() } else { kinds.join(" and ") }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn each_kind_names_what_comes_after_it() {
        let after = |kind: &str, spec: &str| {
            let text = format!(
                "{{apiVersion: kyverno.io/v2, kind: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}"
            );
            let said = messages(&RULE, &text);
            said.first().and_then(|it| it.split(": ").last()).unwrap_or_default().to_owned()
        };
        for (kind, spec, wanted) in [
            (
                "Policy",
                "rules: [{mutate: {}}, {verifyImages: [{}]}]",
                "MutatingPolicy and ImageValidatingPolicy",
            ),
            ("ClusterCleanupPolicy", "", "DeletingPolicy"),
            ("PolicyException", "", "PolicyException"),
        ] {
            assert_eq!(
                after(kind, spec),
                format!("{wanted} of policies.kyverno.io is what comes after it")
            );
        }
        assert_eq!(after("UpdateRequest", ""), "");
    }
}
