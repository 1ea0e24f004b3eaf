//! Roles for every URL of the API server.

use harden_yaml::Place;

use super::access::{is_built_in, is_role};
use super::policy_rule::PolicyRule;
use crate::check::{Object, Reporter};
use crate::rule::{Category, Check, Reference, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "wildcard-urls",
    category: Category::Rbac,
    severity: Severity::Medium,
    level: None,
    summary: "a ClusterRole covers every URL that is no resource",
    why: "Among them are /debug, which shows what the API server does and can slow it down, \
          /logs and /metrics.",
    remedy: "list the paths, such as /metrics or /healthz",
    breaks: "Paths that are not listed are rejected.",
    references: &[Reference::Cis("5.1.3"), Reference::Owasp("K02")],
    check: Check::Object(check),
    bad: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: metrics-reader
rules:
- nonResourceURLs: [\"*\"]
  verbs: [get]
",
    good: "\
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: metrics-reader
rules:
- nonResourceURLs: [/metrics]
  verbs: [get]
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !is_role(object) || is_built_in(object) {
        return;
    }
    // The second rule of a role that allows everything says nothing new.
    if PolicyRule::all(object).any(super::all_permissions::allows_everything) {
        return;
    }
    let is_wildcard = |place: &Place<'_>| matches!(place.as_str(), Some("*" | "/*"));
    let urls = PolicyRule::all(object).flat_map(|rule| rule.0.at("nonResourceURLs").items());
    reporter.flag_all(
        "allows every URL that is no resource, /debug and /logs included",
        urls.filter(is_wildcard).map(|it| (it, String::new(), None)),
    );
}
