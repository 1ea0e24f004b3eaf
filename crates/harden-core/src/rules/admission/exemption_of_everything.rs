//! Exemptions that leave nothing to judge.

use harden_yaml::Place;

use crate::admission::{
    KYVERNO, KYVERNO_EXPRESSIONS, constraint, expression, kyverno_rules, matchers,
};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "exemption-of-everything",
    category: Category::Admission,
    severity: Severity::High,
    level: None,
    summary: "an exemption leaves out everything that a policy is for",
    why: "An exemption is for the few objects that cannot keep to a policy. One that names nothing, or names \
          everything by a wildcard, switches the policy off for all.",
    remedy: "name the namespaces and objects that cannot keep to the policy, and no others",
    breaks: "",
    mend: Mend::ByHand("which objects cannot keep to the policy"),
    references: &[
        Reference::Owasp("K04"),
        Reference::Page("https://kyverno.io/docs/guides/exceptions/"),
        Reference::Page(
            "https://open-policy-agent.github.io/gatekeeper/website/docs/exempt-namespaces",
        ),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata:
  name: config
  namespace: gatekeeper-system
spec:
  match:
  - excludedNamespaces: [\"*\"]
    processes: [\"*\"]
",
    good: "\
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata:
  name: config
  namespace: gatekeeper-system
spec:
  match:
  - excludedNamespaces: [kube-system]
    processes: [\"*\"]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    check_gatekeeper(object, reporter);
    for exclude in kyverno_rules(object).map(|it| it.at("exclude")) {
        let any = exclude.at("any").items().find(|it| is_everything(*it));
        let all = exclude.at("all");
        let is_all = !all.is_empty() && all.items().all(is_everything);
        if let Some(place) = any.or(is_all.then_some(all)) {
            reporter.flag(place, "everything that the rule matches is excluded", None);
        }
    }
    for matcher in matchers(object) {
        for rule in matcher.at("excludeResourceRules").items() {
            let is_all = |field: &'static str| rule.at(field).items().any(is_wildcard);
            let is_part = !rule.at("resourceNames").is_empty()
                || matches!(rule.at("scope").as_str(), Some("Cluster" | "Namespaced"));
            let fields = ["apiGroups", "apiVersions", "operations", "resources"];
            if !is_part && fields.into_iter().all(is_all) {
                reporter.flag(rule, "every resource is excluded", None);
            }
        }
    }
    let spec = object.place.at("spec");
    if object.is(KYVERNO, "PolicyException") {
        let matching = spec.at("match");
        let all = matching.at("all");
        let whole = matching.at("any").items().find(|it| is_every_object(*it));
        let whole = whole.or((!all.is_empty() && all.items().all(is_every_object)).then_some(all));
        let is_part = ["conditions", "podSecurity"].iter().any(|it| !spec.at(it).is_empty());
        if let Some(place) = whole.filter(|_| !is_part) {
            reporter.flag(place, "the exception is for every object of its kinds", None);
        }
    } else if object.is(KYVERNO_EXPRESSIONS, "PolicyException") {
        let conditions = spec.at("matchConditions");
        let is_part = !spec.at("images").is_empty() || !spec.at("allowedValues").is_empty();
        if !is_part && conditions.items().all(holds) {
            let place = if conditions.is_empty() { spec.at("policyRefs") } else { conditions };
            reporter.flag(
                place,
                "the exception is for every object that the policies are for",
                None,
            );
        }
    }
}

fn check_gatekeeper<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut excluding = Vec::new();
    if object.is("config.gatekeeper.sh", "Config") {
        let refuses = |it: &Place<'d>| {
            let processes = it.at("processes").items();
            processes.filter_map(|it| it.as_str()).any(|it| matches!(it, "*" | "webhook"))
        };
        excluding.extend(object.place.at("spec").at("match").items().filter(refuses));
    }
    excluding.extend(constraint(object).map(|it| it.at("match")));
    for holder in excluding {
        let mut names = holder.at("excludedNamespaces").items();
        if let Some(place) = names.find(|it| is_wildcard(*it)) {
            reporter.flag(place, "every namespace is excluded", None);
        }
    }
}

/// Whether a text stands for every other.
fn is_wildcard(place: Place<'_>) -> bool {
    matches!(place.as_str(), Some("*" | "**" | "?*" | "*?" | "*/*"))
}

fn holds(condition: Place<'_>) -> bool {
    let text = condition.at("expression").as_str();
    text.is_some_and(|it| expression::tokens(it).constant() == Some(true))
}

/// Whether an entry of `exclude` leaves out all that there is: it asks for nothing but wildcards.
fn is_everything(entry: Place<'_>) -> bool {
    let resources = entry.at("resources");
    is_every_object(entry) && resources.at("kinds").items().all(is_wildcard)
}

/// Whether an entry of `match` or `exclude` is for every object of its kinds, whoever makes it.
fn is_every_object(entry: Place<'_>) -> bool {
    let resources = entry.at("resources");
    let is_only = entry.entries().all(|(key, value)| key == "resources" || !value.exists());
    !resources.is_empty()
        && is_only
        && resources.entries().all(|(key, value)| match key {
            "kinds" => true,
            "names" | "namespaces" => value.items().any(is_wildcard) || value.is_empty(),
            "name" => is_wildcard(value),
            _ => !value.exists(),
        })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn said(kind: &str, spec: &str) -> usize {
        let text = format!("{{apiVersion: {kind}, metadata: {{name: a}}, spec: {{{spec}}}}}");
        messages(&RULE, &text).len()
    }

    #[test]
    fn an_exclusion_of_kyverno_is_as_wide_as_its_narrowest_part() {
        let exclude = |entry: &str| {
            said(
                "kyverno.io/v1, kind: ClusterPolicy",
                &format!("rules: [{{exclude: {{any: [{entry}]}}}}]"),
            )
        };
        for all in [
            "{resources: {namespaces: ['*']}}",
            "{resources: {kinds: ['*'], namespaces: ['*']}}",
            "{resources: {namespaces: [a]}}, {resources: {names: ['*']}}",
        ] {
            assert_eq!(exclude(all), 1, "{all}");
        }
        for part in [
            "{resources: {namespaces: ['kube-*']}}",
            "{resources: {kinds: [Pod], namespaces: ['*']}}",
            "{resources: {namespaces: ['*'], selector: {matchLabels: {a: b}}}}",
            "{resources: {namespaces: ['*']}, clusterRoles: [a]}",
            "{resources: {namespaces: ['*'], operations: [DELETE]}}",
            "{subjects: [{kind: User, name: a}]}",
        ] {
            assert_eq!(exclude(part), 0, "{part}");
        }
    }

    #[test]
    fn exceptions_name_what_they_are_for() {
        let old = "kyverno.io/v2, kind: PolicyException";
        assert_eq!(said(old, "match: {any: [{resources: {kinds: [Pod]}}]}"), 1);
        assert_eq!(said(old, "match: {any: [{resources: {kinds: [Pod], namespaces: [a]}}]}"), 0);
        assert_eq!(
            said(
                old,
                "match: {any: [{resources: {kinds: [Pod]}}]}, podSecurity: [{controlName: Sysctls}]"
            ),
            0
        );
        let new = "policies.kyverno.io/v1, kind: PolicyException";
        assert_eq!(said(new, "policyRefs: [{kind: ValidatingPolicy, name: a}]"), 1);
        assert_eq!(said(new, "matchConditions: [{name: a, expression: 'true'}]"), 1);
        assert_eq!(said(new, "matchConditions: [{name: a, expression: 'object.a'}]"), 0);
        assert_eq!(said(new, "images: ['a/*']"), 0);
    }

    #[test]
    fn namespaces_and_resources_are_excluded_by_wildcards_alone() {
        let constraint = "constraints.gatekeeper.sh/v1beta1, kind: K";
        assert_eq!(said(constraint, "match: {excludedNamespaces: ['*']}"), 1);
        assert_eq!(said(constraint, "match: {excludedNamespaces: ['kube-*']}"), 0);
        let config = "config.gatekeeper.sh/v1alpha1, kind: Config";
        assert_eq!(said(config, "match: [{excludedNamespaces: ['*'], processes: [sync]}]"), 0);
        let policy = "admissionregistration.k8s.io/v1, kind: ValidatingAdmissionPolicy";
        let rule = |operations: &str| {
            format!(
                "matchConstraints: {{excludeResourceRules: [{{apiGroups: ['*'], apiVersions: ['*'], \
                 operations: [{operations}], resources: ['*/*']}}]}}"
            )
        };
        assert_eq!(said(policy, &rule("'*'")), 1);
        assert_eq!(said(policy, &rule("DELETE")), 0);
    }
}
