//! Expressions and programs that their engine refuses.

use harden_core::object::Object;
use harden_core::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};
use harden_yaml::Place;
use serde_json::Value;

use crate::{Answer, Cluster, Policies, Reason, Verdict};

pub(super) static RULE: Rule = Rule {
    id: "refused-expression",
    category: Category::Admission,
    severity: Severity::High,
    level: None,
    summary: "an engine of admission refuses an expression or a program of a policy",
    why: "The API server does not take a policy with an expression that does not compile: types that do not fit, \
          functions that its version does not have, names that are not there. Where an engine finds it out only \
          afterwards, the policy is in the cluster and does nothing.",
    remedy: "write what the engine compiles, in the version that the policy is for",
    breaks: "",
    mend: Mend::ByHand("what the expression is to ask for"),
    references: &[Reference::Page("https://kubernetes.io/docs/reference/using-api/cel/")],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: most-replicas
spec:
  matchConstraints:
    resourceRules:
    - apiGroups: [apps]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [deployments]
  validations:
  - expression: object.spec.replicas <= \"5\".length()
",
    good: "\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: most-replicas
spec:
  matchConstraints:
    resourceRules:
    - apiGroups: [apps]
      apiVersions: [v1]
      operations: [CREATE, UPDATE]
      resources: [deployments]
  validations:
  - expression: object.spec.replicas <= 5
",
};

/// A policy is asked by itself: what belongs to it changes nothing of how it compiles.
fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !Policies::may_be_in(object.group) {
        return;
    }
    let Some(policy) = json(object).map(crate::Object::new) else { return };
    if !Policies::takes(&policy) {
        return;
    }
    let policies = Policies::read(&[policy], &Cluster::new(reporter.version()));
    for answer in policies.refused().filter(|it| it.verdict == Verdict::Error) {
        for reason in &answer.reasons {
            if let Some(place) = resolve(object.place, &reason.at)
                && is_program(place)
            {
                reporter.flag(place, message(answer, &place.path(), reason), None);
            }
        }
    }
}

/// The object as JSON; none where the API server cannot read its document.
fn json(object: &Object<'_>) -> Option<Value> {
    let document = object.place.document();
    let whole: Value = serde_json::from_str(&document.to_json()?).ok()?;
    let way = object.place.way_from(&document.root())?.pointer()?;
    whole.pointer(way.as_str()).cloned()
}

/// Where a pointer leads that an engine tells.
fn resolve<'d>(root: Place<'d>, pointer: &str) -> Option<Place<'d>> {
    let mut steps = pointer.split('/').skip(1);
    steps.try_fold(root, |place, step| place.step(&step.replace("~1", "/").replace("~0", "~")))
}

/// Whether something is there that an engine compiles; what else is wrong with a policy, other rules say.
fn is_program(place: Place<'_>) -> bool {
    let fields = ["expression", "messageExpression", "valueExpression", "rego"];
    place.key().is_some_and(|it| fields.contains(&it))
}

/// What the engine says of a place, in one line. Of several places it speaks in one text, each after its path.
fn message(answer: &Answer, path: &str, reason: &Reason) -> String {
    const LONGEST: usize = 200;
    let said = answer.message.as_str();
    let of_place = said.split_once(&format!("{path}: ")).map_or(said, |it| it.1);
    let line = of_place.lines().next().unwrap_or_default();
    let value = format!("Invalid value: {:?}: ", reason.expression);
    let flaw = line.strip_prefix(value.as_str()).unwrap_or(line);
    let flaw = flaw.split_once(", spec.").map_or(flaw, |it| it.0);
    let flaw = flaw.split_once("ERROR: ").map_or(flaw, |it| it.1);
    let cut: String = flaw.chars().take(LONGEST).collect();
    let cut = cut.strip_prefix("<input>:").unwrap_or(&cut);
    // The last of several is before the bracket that ends them.
    let is_last = said.contains("is invalid: [") && !cut.contains('[');
    format!("refused: {}", cut.strip_suffix(']').filter(|_| is_last).unwrap_or(cut))
}

#[cfg(test)]
mod tests {
    use harden_core::check::{Settings, check};

    use super::RULE;

    fn said(text: &str) -> Vec<String> {
        let found = check(Settings::new([&RULE]), [text]).findings;
        let spot = |it: &harden_core::finding::Finding| {
            it.spots.first().map(|it| it.path.to_string()).unwrap_or_default()
        };
        found.iter().map(|it| format!("{}: {}", spot(it), it.message)).collect()
    }

    fn policy(spec: &str) -> String {
        format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy, metadata: {{name: a}}, \
             spec: {{matchConstraints: {{resourceRules: [{{apiGroups: [apps], apiVersions: [v1], operations: [CREATE], \
             resources: [deployments]}}]}}, {spec}}}}}"
        )
    }

    #[test]
    fn the_examples_are_what_they_should_be() {
        assert_eq!(
            said(RULE.bad),
            [
                "spec.validations[0].expression: refused: 1:35: undeclared reference to 'length' (in container '')"
            ]
        );
        assert!(said(RULE.good).is_empty());
    }

    #[test]
    fn of_several_places_each_says_what_is_its_own() {
        let several = policy(
            "validations: [{expression: 'object.a +'}, {expression: '1'}, {expression: 'foo', messageExpression: '2'}]",
        );
        assert_eq!(
            said(&several),
            [
                "spec.validations[0].expression: refused: 1:11: Syntax error: unexpected <EOF>",
                "spec.validations[1].expression: refused: must evaluate to bool but got int",
                "spec.validations[2].expression: refused: 1:1: undeclared reference to 'foo' (in container '')",
                "spec.validations[2].messageExpression: refused: must evaluate to string but got int",
            ]
        );
    }

    #[test]
    fn an_object_of_a_list_is_found_where_it_is() {
        let text = policy("validations: [{expression: foo}]");
        assert_eq!(
            said(&format!("{{apiVersion: v1, kind: List, items: [{{a: b}}, {text}]}}")),
            [
                "spec.validations[0].expression: refused: 1:1: undeclared reference to 'foo' (in container '')"
            ]
        );
    }

    #[test]
    fn what_is_wrong_elsewhere_is_for_other_rules() {
        assert!(
            said(&policy("failurePolicy: Never, validations: [{expression: 'true'}]")).is_empty()
        );
        assert!(said(&policy("")).is_empty());
    }

    /// The places at which something is refused.
    fn places(text: &str) -> Vec<String> {
        let said = said(text);
        let mut places: Vec<String> =
            said.iter().map(|it| it.split_once(": ").unwrap().0.to_owned()).collect();
        places.sort();
        places
    }

    #[test]
    fn every_expression_of_a_mutating_policy_is_compiled() {
        let mutating = |condition: &str, variable: &str, apply: &str, patch: &str| {
            format!(
                "apiVersion: admissionregistration.k8s.io/v1\nkind: MutatingAdmissionPolicy\nmetadata: {{name: a}}\n\
                 spec:\n  reinvocationPolicy: Never\n  matchConstraints: {{resourceRules: [{{apiGroups: [''], \
                 apiVersions: [v1], operations: [CREATE], resources: [pods]}}]}}\n  \
                 matchConditions: [{{name: a, expression: {condition:?}}}]\n  \
                 variables: [{{name: b, expression: {variable:?}}}]\n  mutations:\n  \
                 - {{patchType: ApplyConfiguration, applyConfiguration: {{expression: {apply:?}}}}}\n  \
                 - {{patchType: JSONPatch, jsonPatch: {{expression: {patch:?}}}}}\n"
            )
        };
        let (condition, variable) = ("has(object.spec)", "object.metadata.name");
        let apply = "Object{metadata: Object.metadata{labels: {'a': variables.b}}}";
        let patch = "[JSONPatch{op: 'remove', path: '/spec/a'}]";
        assert!(places(&mutating(condition, variable, apply, patch)).is_empty());
        let wrong = mutating("1", "foo", "'a'", "[1]");
        assert_eq!(
            places(&wrong),
            [
                "spec.matchConditions[0].expression",
                "spec.mutations[0].applyConfiguration.expression",
                "spec.mutations[1].jsonPatch.expression",
                "spec.variables[0].expression",
            ]
        );
    }

    #[test]
    fn conditions_variables_messages_and_notes_are_compiled() {
        let every = policy(
            "matchConditions: [{name: a, expression: '1'}], variables: [{name: b, expression: foo}], \
             validations: [{expression: 'true', messageExpression: '1'}], \
             auditAnnotations: [{key: c, valueExpression: '1'}]",
        );
        assert_eq!(
            places(&every),
            [
                "spec.auditAnnotations[0].valueExpression",
                "spec.matchConditions[0].expression",
                "spec.validations[0].messageExpression",
                "spec.variables[0].expression",
            ]
        );
    }

    #[test]
    fn the_first_expression_that_kyverno_refuses_is_told() {
        let kyverno = |spec: &str| {
            let constraints = "matchConstraints: {resourceRules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}";
            let head = "apiVersion: policies.kyverno.io/v1, metadata: {name: a}";
            format!("{{{head}, kind: ValidatingPolicy, spec: {{{constraints}, {spec}}}}}")
        };
        assert!(places(&kyverno("validations: [{expression: 'true'}]")).is_empty());
        for (spec, place) in [
            ("validations: [{expression: foo}]", "spec.validations[0].expression"),
            (
                "validations: [{expression: 'true'}], variables: [{name: a, expression: foo}]",
                "spec.variables[0].expression",
            ),
            (
                "validations: [{expression: 'true'}], matchConditions: [{name: a, expression: foo}]",
                "spec.matchConditions[0].expression",
            ),
            (
                "validations: [{expression: 'true', messageExpression: foo}]",
                "spec.validations[0].messageExpression",
            ),
        ] {
            assert_eq!(places(&kyverno(spec)), [place], "{spec}");
        }
    }

    #[test]
    fn programs_are_compiled_too() {
        let template = |rego: &str| {
            format!(
                "apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {{name: k8sa}}\nspec:\n  \
                 crd: {{spec: {{names: {{kind: K8sA}}}}}}\n  targets:\n  - target: admission.k8s.gatekeeper.sh\n    \
                 rego: |\n      package a\n      violation[{{\"msg\": \"a\"}}] {{ {rego} }}\n"
            )
        };
        assert_eq!(
            said(&template("foo(1)")),
            [
                "spec.targets[0].rego: refused: invalid ConstraintTemplate: template:2: rego_type_error: undefined function foo"
            ]
        );
        assert!(said(&template("input.review.object.a")).is_empty());
    }
}
