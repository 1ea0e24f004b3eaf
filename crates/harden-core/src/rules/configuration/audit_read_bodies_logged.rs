//! Policies that log everything that anybody reads.

use harden_yaml::Action;

use super::amendment::{self, Subset};
use crate::configuration::audit::{AuditLevel, Event, User, decide};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-read-bodies-logged",
    category: Category::Configuration,
    severity: Severity::Low,
    level: None,
    summary: "an audit policy logs the answers of everything that is read",
    why: "At RequestResponse every list of every controller and dashboard goes into the log with \
          all objects that it returned. The log grows by gigabytes in which nothing changed, is \
          rotated away sooner, and the API server waits for it to be written.",
    remedy: "put a rule of level Metadata with the verbs get, list and watch before it, or limit it to \
             verbs that change something",
    breaks: "What was read is logged without what was answered.",
    mend: Mend::WithThought,
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

const READING: [&str; 3] = ["get", "list", "watch"];

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
        let level = rule.place.at("level");
        let is_reading =
            |it: &&str| rule.verbs.is_empty() || rule.verbs.iter().any(|verb| verb.text == *it);
        let verbs: Vec<_> = READING.into_iter().filter(|it| is_reading(it)).collect();
        let edits =
            if rule.verbs.iter().all(|it| READING.contains(&it.text)) && !rule.verbs.is_empty() {
                vec![(level, Action::set(AuditLevel::Metadata.as_str()))]
            } else {
                let about = Subset { verbs, ..Subset::default() };
                amendment::put_before(policy, first, AuditLevel::Metadata, &about)
            };
        reporter.flag_with(level, message, edits);
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
