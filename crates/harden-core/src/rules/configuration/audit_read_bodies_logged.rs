//! Policies that log everything that anybody reads.

use crate::configuration::audit::{AuditLevel, Event, User, decide};
use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-read-bodies-logged",
    category: Category::Configuration,
    severity: Severity::Low,
    level: None,
    summary: "an audit policy logs the answers of everything that is read",
    why: "At RequestResponse every list of every controller and dashboard goes into the log with \
          all objects that it returned. The log grows by gigabytes in which nothing changed, is \
          rotated away sooner, and the API server waits for it to be written.",
    remedy: "limit the rule to verbs that change something: create, update, patch, delete, deletecollection",
    breaks: "What was read is logged without what was answered.",
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Cis("3.2.2"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets, configmaps, serviceaccounts/token]
  - group: authentication.k8s.io
    resources: [tokenreviews]
- level: RequestResponse
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources:
  - group: \"\"
    resources: [secrets, configmaps, serviceaccounts/token]
  - group: authentication.k8s.io
    resources: [tokenreviews]
- level: RequestResponse
  verbs: [create, update, patch, delete, deletecollection]
- level: Metadata
",
};

/// Lists that every cluster answers all day: where these are logged, nearly everything is.
const READ: [(&str, &str); 3] = [("", "pods"), ("", "nodes"), ("apps", "deployments")];

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    let rule_of = |(group, resource): (&'static str, &'static str)| {
        let decision = decide(policy, &list(group, resource));
        decision.rule.filter(|_| decision.level == AuditLevel::RequestResponse)
    };
    let mut rules = READ.into_iter().map(rule_of);
    let Some(Some(first)) = rules.next() else { return };
    if rules.all(|it| it.is_some())
        && let Some(rule) = policy.rules.get(first)
    {
        let message = format!("rules[{first}] logs what is answered to every get and list");
        reporter.flag(rule.place.at("level"), message, None);
    }
}

fn list(group: &'static str, resource: &'static str) -> Event<'static> {
    Event {
        user: Some(User { name: "somebody", groups: vec!["system:authenticated"] }),
        verb: "list",
        group,
        resource,
        is_resource_request: true,
        ..Event::default()
    }
}
