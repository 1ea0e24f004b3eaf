//! Roles for every URL of the API server.

use harden_yaml::Place;

use crate::object::Object;
use crate::rbac::{PolicyRule, Role};
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

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
    mend: Mend::ByHand("which paths are needed"),
    references: &[Reference::Cis("5.1.3"), Reference::Owasp("K02")],
    reads: &[],
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
    let Some(role) = Role::read_own(object) else { return };
    // The second rule of a role that allows everything says nothing new.
    if role.rules().any(PolicyRule::allows_everything) {
        return;
    }
    let is_wildcard = |place: &Place<'_>| matches!(place.as_str(), Some("*" | "/*"));
    let urls = role.rules().flat_map(|rule| rule.place.at("nonResourceURLs").items());
    reporter.flag_all(
        "allows every URL that is no resource, /debug and /logs included",
        urls.filter(is_wildcard).map(|it| (it, String::new(), None)),
    );
}
