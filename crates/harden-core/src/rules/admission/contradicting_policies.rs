//! Policies that nothing can keep to together.

use std::collections::BTreeMap;

use harden_yaml::{Kind, Place};

use crate::admission::expression::{self, tokens};
use crate::admission::{KYVERNO, KYVERNO_EXPRESSIONS, Policy, VALIDATING, kyverno_rules};
use crate::kubernetes::GroupKind;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "contradicting-policies",
    category: Category::Admission,
    severity: Severity::Medium,
    level: None,
    summary: "two policies want different values of the same field",
    why: "No object keeps to both: whoever enforces them refuses everything of the kind, and who cannot deploy \
          at all has the policies switched off.",
    remedy: "decide which value is meant, and remove the other",
    breaks: "",
    mend: Mend::ByHand("which of the two values is meant"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Page("https://kyverno.io/docs/policy-types/cluster-policy/validate/"),
    ],
    reads: KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: no-token
spec:
  rules:
  - name: no-token
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      failureAction: Enforce
      message: pods have no token
      pattern:
        spec:
          automountServiceAccountToken: false
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: mesh
spec:
  rules:
  - name: token
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      failureAction: Enforce
      message: the mesh needs a token
      pattern:
        spec:
          automountServiceAccountToken: true
",
    good: "\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: no-token
spec:
  rules:
  - name: no-token
    match:
      any:
      - resources:
          kinds: [Pod]
    validate:
      failureAction: Enforce
      message: pods have no token
      pattern:
        spec:
          automountServiceAccountToken: false
---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata:
  name: mesh
spec:
  rules:
  - name: token
    match:
      any:
      - resources:
          kinds: [Pod]
          namespaces: [mesh]
    exclude:
      any:
      - resources:
          namespaces: [\"team-*\"]
    validate:
      failureAction: Enforce
      message: the mesh needs a token
      pattern:
        spec:
          automountServiceAccountToken: true
",
};

/// The kinds whose policies hold wherever they are, without a binding.
const KINDS: &[GroupKind] = &[
    GroupKind::new(KYVERNO, "ClusterPolicy"),
    VALIDATING,
    GroupKind::new(KYVERNO_EXPRESSIONS, "ValidatingPolicy"),
];

/// What is asked of a field, where, and by whom.
struct Demand<'w, 'd> {
    object: &'w Object<'d>,
    place: Place<'d>,
    value: String,
}

/// What is asked, by what it is asked of: the kinds or resources, and the field.
type Demands<'w, 'd> = BTreeMap<(String, String), Vec<Demand<'w, 'd>>>;

/// Only what is asked without any condition is compared, of exactly the same kinds.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut demands = Demands::new();
    for object in world.of_kinds(KINDS) {
        kyverno_rules(object).for_each(|it| read_rule(object, it, &mut demands));
        read_policy(object, &mut demands);
    }
    for ((_, field), demands) in demands {
        let Some(first) = demands.first() else { continue };
        if let Some(other) = demands.iter().find(|it| it.value != first.value) {
            let message = format!(
                "`{field}` is to be {}, and {} {} wants {}",
                other.value,
                first.object.kind,
                first.object.name(),
                first.value
            );
            reporter.flag_in(other.object, other.place, message, None);
        }
    }
}

/// What a rule of Kyverno asks of everything of its kinds.
fn read_rule<'w, 'd>(object: &'w Object<'d>, rule: Place<'d>, demands: &mut Demands<'w, 'd>) {
    let conditions = ["exclude", "preconditions", "celPreconditions", "context"];
    let entries = rule.at("match").at("any");
    let (Some(entry), None) = (entries.items().next(), entries.items().nth(1)) else { return };
    let resources = entry.at("resources");
    let is_only = |place: Place<'d>, wanted: &str| {
        place.entries().all(|(key, value)| key == wanted || !value.exists())
    };
    if conditions.into_iter().any(|it| rule.at(it).exists())
        || !is_only(rule.at("match"), "any")
        || !is_only(entry, "resources")
        || !is_only(resources, "kinds")
    {
        return;
    }
    let mut kinds: Vec<_> = resources.at("kinds").items().filter_map(|it| it.as_str()).collect();
    kinds.sort_unstable();
    let of = kinds.join(" ");
    read_pattern(rule.at("validate").at("pattern"), "", &mut |field, place, value| {
        demands.entry((of.clone(), field)).or_default().push(Demand { object, place, value });
    });
}

/// The values that a pattern wants, by their fields. Under anchors and in lists they are wanted on a condition.
fn read_pattern<'d>(
    pattern: Place<'d>,
    path: &str,
    show: &mut impl FnMut(String, Place<'d>, String),
) {
    for (key, value) in pattern.entries() {
        let is_plain = |it: &str| !it.contains(['(', '*', '?', '{']);
        if !is_plain(key) {
            continue;
        }
        let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value.kind() {
            Kind::Map => read_pattern(value, &below, show),
            Kind::Bool => show(below, value, value.as_bool().unwrap_or_default().to_string()),
            // Numbers and quantities are compared by what they come to, and others by operators.
            Kind::String => {
                let text = value.as_str().unwrap_or_default();
                let is_word = text.starts_with(|it: char| it.is_ascii_alphabetic())
                    && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_./".contains(&it));
                if is_word {
                    show(below, value, text.to_owned());
                }
            }
            _ => {}
        }
    }
}

/// What a policy with expressions asks of everything that it matches: `object.a.b == "c"`.
fn read_policy<'w, 'd>(object: &'w Object<'d>, demands: &mut Demands<'w, 'd>) {
    let Some(policy) = Policy::of(object) else { return };
    let spec = policy.spec;
    let constraints = spec.at("matchConstraints");
    let is_whole = spec.at("matchConditions").is_empty()
        && constraints.entries().all(|(key, _)| matches!(key, "resourceRules" | "matchPolicy"));
    let mut rules = policy.resource_rules();
    let (Some(rule), None, true) = (rules.next(), rules.next(), is_whole) else { return };
    let said = |field: &'static str| {
        let mut all: Vec<_> = rule.at(field).items().filter_map(|it| it.as_str()).collect();
        all.sort_unstable();
        all.join(" ")
    };
    // What binds the API server's own may bind each elsewhere, so that only one policy by itself contradicts.
    let own = if object.is_of(VALIDATING) { object.name() } else { "" };
    let of = [own, &said("apiGroups"), &said("resources"), &said("operations")].join("/");
    for validation in spec.at("validations").items() {
        let place = validation.at("expression");
        let all = tokens(place.as_str().unwrap_or_default());
        let Some(at) = all.len().checked_sub(3) else { continue };
        let is_field = all.is_word(0, "object")
            && (0..at).all(|it| all.is_sign(it, ".") == (it % 2 == 1))
            && (0..at)
                .step_by(2)
                .all(|it| all.get(it).is_some_and(|it| it.kind == expression::Kind::Word));
        let value = all
            .get(at + 2)
            .filter(|it| it.kind == expression::Kind::Text || matches!(it.text, "true" | "false"));
        if let Some(value) = value
            && is_field
            && at % 2 == 1
            && all.is_sign(at, "=")
            && all.is_sign(at + 1, "=")
        {
            let words = (2..at).step_by(2).filter_map(|it| all.get(it));
            let field: Vec<_> = words.map(|it| it.text).collect();
            let demand = Demand { object, place, value: value.text.to_owned() };
            demands.entry((of.clone(), field.join("."))).or_default().push(demand);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn kyverno(name: &str, rule: &str, pattern: &str) -> String {
        format!(
            "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: {name}}}, spec: {{rules: [{{{rule}, \
             validate: {{pattern: {{{pattern}}}}}}}]}}}}\n---\n"
        )
    }

    const PODS: &str = "match: {any: [{resources: {kinds: [Pod]}}]}";

    #[test]
    fn what_holds_on_a_condition_contradicts_nothing() {
        let said = |first: &str, second: &str| {
            messages(&RULE, &(kyverno("a", PODS, first) + &kyverno("b", PODS, second))).join("; ")
        };
        assert_eq!(
            said("spec: {dnsPolicy: Default}", "spec: {dnsPolicy: ClusterFirst}"),
            "`spec.dnsPolicy` is to be ClusterFirst, and ClusterPolicy a wants Default"
        );
        assert_eq!(said("spec: {dnsPolicy: Default}", "spec: {dnsPolicy: Default}"), "");
        assert_eq!(said("spec: {=(dnsPolicy): Default}", "spec: {=(dnsPolicy): ClusterFirst}"), "");
        assert_eq!(said("spec: {dnsPolicy: Default}", "spec: {dnsPolicy: '!Default'}"), "");
        assert_eq!(said("spec: {a: '1'}", "spec: {a: '2'}"), "");
        let other = "match: {any: [{resources: {kinds: [Pod], namespaces: [a]}}]}";
        let both = kyverno("a", PODS, "spec: {a: true}") + &kyverno("b", other, "spec: {a: false}");
        assert!(messages(&RULE, &both).is_empty());
    }

    #[test]
    fn bindings_may_tell_policies_of_the_server_apart() {
        let policy = |kind: &str, name: &str, expressions: &[&str]| {
            let all: Vec<_> =
                expressions.iter().map(|it| format!("{{expression: '{it}'}}")).collect();
            format!(
                "{{apiVersion: {kind}, metadata: {{name: {name}}}, spec: {{matchConstraints: {{resourceRules: \
                 [{{apiGroups: [''], operations: [CREATE], resources: [pods]}}]}}, validations: [{}]}}}}\n---\n",
                all.join(", ")
            )
        };
        let (yes, no) = ("object.spec.a == true", "object.spec.a == false");
        let server = "admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy";
        let kyverno = "policies.kyverno.io/v1, kind: ValidatingPolicy";
        let apart = |kind| policy(kind, "a", &[yes]) + &policy(kind, "b", &[no]);
        assert!(messages(&RULE, &apart(server)).is_empty());
        assert_eq!(
            messages(&RULE, &apart(kyverno)),
            ["`spec.a` is to be false, and ValidatingPolicy a wants true"]
        );
        assert_eq!(messages(&RULE, &policy(server, "a", &[yes, no])).len(), 1);
        assert!(
            messages(&RULE, &policy(kyverno, "a", &[yes, "object.spec.b == false"])).is_empty()
        );
        assert!(messages(&RULE, &policy(kyverno, "a", &[yes, "object.spec.a != true"])).is_empty());
    }
}
