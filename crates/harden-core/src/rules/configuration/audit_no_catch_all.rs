//! Audit policies that pass requests over.

use super::amendment::catch_all;
use crate::configuration::audit::logs_every_resource;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "audit-no-catch-all",
    category: Category::Configuration,
    severity: Severity::Medium,
    level: None,
    summary: "an audit policy has no rule for all other requests",
    why: "What no rule matches is not logged at all. Without a last rule for the rest, requests \
          about new resources, new groups and everything that nobody thought of leave no trace.",
    remedy: "end the policy with `- level: Metadata`",
    breaks: "The log grows; put rules of level None for noise before the last one.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page("https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/"),
        Reference::Cis("3.2.1"),
        Reference::NsaCisa("Audit Logging and Threat Detection"),
        Reference::Owasp("K10"),
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
    resources: [secrets]
",
    good: "\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Request
  resources:
  - group: apps
- level: Metadata
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = super::audit_policy(object, reporter) else { return };
    if !logs_every_resource(policy) {
        let message = "requests that no rule matches are not logged: there is no rule for the rest";
        reporter.flag_with(object.place.at("rules"), message, catch_all(policy));
    }
}
