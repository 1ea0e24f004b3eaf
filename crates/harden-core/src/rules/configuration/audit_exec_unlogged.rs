//! Policies that look for exec under the wrong verb.

use crate::configuration::audit::{Event, GroupResources, User, decide};
use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-exec-unlogged",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "an audit policy logs exec by its old verb only",
    why: "kubectl exec, attach and port-forward open a WebSocket since 1.31: the request is a \
          GET, and its verb is `get`. A rule for `create` no longer sees them, and a shell in a \
          container leaves less in the log than was meant.",
    remedy: "leave `verbs` out of the rule, or add `get`",
    breaks: "",
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
    for subresource in ["exec", "attach", "portforward"] {
        let decide = |verb| decide(&policy, &event(verb, subresource));
        let (create, get) = (decide("create"), decide("get"));
        let Some(index) = create.rule.filter(|_| create.level > get.level) else { continue };
        let names_it = |it: &GroupResources<'_>| {
            it.resources.iter().any(|it| it.text.ends_with(&format!("/{subresource}")))
        };
        let rule = policy.rules.get(index).filter(|it| it.resources.iter().any(names_it));
        let Some(rule) = rule.filter(|_| !flagged.contains(&index)) else { continue };
        flagged.push(index);
        let message = format!(
            "pods/{subresource} is logged at {} for `create` and at {} for `get`, which kubectl \
             sends",
            create.level, get.level
        );
        reporter.flag(rule.place.at("verbs"), message, None);
    }
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
