//! Policies that do not see who opens a shell in a container.

use harden_yaml::Action;

use super::amendment::{self, Subset};
use super::unlogged::{Ask, flag};
use crate::configuration::audit::{AuditPolicy, Event, GroupResources, User, decide};
use crate::object::Object;
use crate::rule::{Category, Check, Edits, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-exec-unlogged",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "an audit policy does not log exec, or by its old verb only",
    why: "A shell in a container is how most intrusions go on, and the log is all that tells of it. \
          kubectl exec, attach and port-forward open a WebSocket since 1.31: the request is a GET, \
          and its verb is `get`. A rule of level None for all that is read hides them, and a rule for \
          `create` no longer sees them.",
    remedy: "put a rule of level Metadata for pods/exec, pods/attach and pods/portforward before it, \
             without `verbs`",
    breaks: "The log grows by the sessions in pods.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Cis("3.2.2"),
        Reference::Mitre("T1609"),
        Reference::Owasp("K10"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  verbs: [create]
  resources:
  - group: \"\"
    resources: [pods/exec, pods/attach, pods/portforward]
- level: None
  verbs: [get, list, watch]
- level: Metadata
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  resources:
  - group: \"\"
    resources: [pods/exec, pods/attach, pods/portforward]
- level: None
  verbs: [get, list, watch]
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    let mut flagged = Vec::new();
    let mut asks = Vec::new();
    for subresource in ["exec", "attach", "portforward"] {
        let ask = Ask::of("pods").subresource(subresource).namespaced();
        let decide = |verb| decide(policy, &event(verb, subresource));
        let (create, get) = (decide("create"), decide("get"));
        let Some(index) = create.rule.filter(|_| create.level > get.level) else {
            asks.push(ask.verbs(&["create", "get"]));
            continue;
        };
        let names_it = |it: &GroupResources<'_>| {
            it.resources.iter().any(|it| it.text.ends_with(&format!("/{subresource}")))
        };
        let rule = policy.rules.get(index).filter(|it| it.resources.iter().any(names_it));
        let Some(rule) = rule else {
            asks.push(ask.verbs(&["create", "get"]));
            continue;
        };
        if flagged.contains(&index) {
            continue;
        }
        flagged.push(index);
        let message = format!(
            "pods/{subresource} is logged at {} for `create` and at {} for `get`, which kubectl \
             sends",
            create.level, get.level
        );
        let edits = with_get(policy, index, get.rule);
        reporter.flag_with(rule.place.at("verbs"), message, edits);
    }
    flag(policy, &asks, reporter);
}

/// Has a rule that logs `create` take what is sent as `get`, too.
fn with_get<'d>(policy: &AuditPolicy<'d>, index: usize, get: Option<usize>) -> Edits<'d> {
    let Some(rule) = policy.rules.get(index) else { return Vec::new() };
    let names = rule.resources.iter().flat_map(|it| &it.resources);
    let is_about_pods =
        rule.resources.iter().all(|it| it.group.is_empty() && !it.resources.is_empty())
            && names.clone().all(|it| it.text.starts_with("pods/"));
    if is_about_pods && get.is_none_or(|it| it > index) {
        return vec![(rule.place.at("verbs"), Action::Append("get".into()))];
    }
    let entered = ["pods/exec", "pods/attach", "pods/portforward"];
    let entered = entered.into_iter().filter(|it| names.clone().any(|name| name.text == *it));
    let entered: Vec<_> = entered.map(str::to_owned).collect();
    if entered.is_empty() {
        return Vec::new();
    }
    let about = Subset { resources: vec![("", entered)], verbs: vec!["get"] };
    amendment::put_before(policy, get.map_or(index, |it| it.min(index)), rule.level, &about)
}

fn event<'e>(verb: &'e str, subresource: &'e str) -> Event<'e> {
    Event {
        user: Some(User { name: "somebody", groups: vec!["system:authenticated"] }),
        verb,
        namespace: "a-namespace",
        resource: "pods",
        subresource,
        name: "a-pod",
        is_resource_request: true,
        ..Event::default()
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(rules: &str) -> Vec<String> {
        messages(&RULE, &format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n{rules}"))
    }

    #[test]
    fn rules_that_hide_a_shell_are_named() {
        for (rule, expected) in [
            (
                "resources: [{group: '', resources: [pods/exec, pods/attach, pods/portforward]}]",
                "`create`, `get` of pods/exec, pods/attach, pods/portforward",
            ),
            (
                "resources: [{group: '', resources: ['pods/*']}], verbs: [get]",
                "`get` of pods/exec, pods/attach, pods/portforward",
            ),
            ("resources: [{group: '', resources: ['*/attach']}]", "`create`, `get` of pods/attach"),
            ("verbs: [get, list, watch]", "`get` of pods/exec, pods/attach, pods/portforward"),
        ] {
            let found = policy(&format!("- {{level: None, {rule}}}\n- level: Metadata\n"));
            assert_eq!(found, [format!("rules[0] keeps {expected} out of the log")], "{rule}");
        }
    }

    #[test]
    fn rules_that_hide_something_else_are_left_alone() {
        for rule in [
            "resources: [{group: '', resources: [pods, pods/log, pods/status]}]",
            "users: ['system:serviceaccount:ci:runner']",
            "namespaces: [kube-system]",
            "resources: [{group: '*', resources: ['*/proxy']}]",
            "nonResourceURLs: ['*']",
        ] {
            let found = policy(&format!("- {{level: None, {rule}}}\n- level: Metadata\n"));
            assert_eq!(found, [""; 0], "{rule}");
        }
    }
}
