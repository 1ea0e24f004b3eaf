//! Routes of OpenShift that are reached without encryption.

use harden_yaml::Action;
use serde_json::json;

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "route-without-tls",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a Route is reached without TLS",
    why: "Passwords, cookies and data travel in the clear between users and the cluster, where \
          they can be read and changed on the way.",
    remedy: "set spec.tls.termination, and insecureEdgeTerminationPolicy to Redirect",
    breaks: "Clients are sent to https; those that only speak http must be changed.",
    mend: Mend::WithThought,
    references: &[
        Reference::NsaCisa("Network separation and hardening: encryption"),
        Reference::Mitre("T1557"),
        Reference::Owasp("K06"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: route.openshift.io/v1
kind: Route
metadata:
  name: web
  namespace: team-a
spec:
  host: shop.example.com
  to:
    kind: Service
    name: web
",
    good: "\
apiVersion: route.openshift.io/v1
kind: Route
metadata:
  name: web
  namespace: team-a
spec:
  host: shop.example.com
  to:
    kind: Service
    name: web
  tls:
    termination: edge
    insecureEdgeTerminationPolicy: Redirect
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("route.openshift.io", "Route") {
        return;
    }
    let spec = object.place.at("spec");
    let host = spec.at("host").as_str().filter(|it| !it.is_empty()).unwrap_or("it");
    let (tls, policy) = (spec.at("tls"), spec.at("tls").at("insecureEdgeTerminationPolicy"));
    if !tls.exists() {
        let edge = json!({"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"});
        reporter.flag(tls, format!("{host} is reached without TLS"), Some(Action::Set(edge)));
    } else if policy.as_str() == Some("Allow") {
        let message = format!("{host} is reached without TLS, too");
        reporter.flag(policy, message, Some(Action::set("Redirect")));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    #[test]
    fn a_route_may_have_tls_and_go_without_it() {
        let of = |spec: &str| {
            messages(
                &RULE,
                &format!("{{apiVersion: route.openshift.io/v1, kind: Route, spec: {{{spec}}}}}"),
            )
        };
        assert_eq!(of("host: a.b"), ["a.b is reached without TLS"]);
        assert_eq!(of("tls: null"), ["it is reached without TLS"]);
        assert!(of("tls: {termination: passthrough}").is_empty());
        let allow = of("tls: {termination: edge, insecureEdgeTerminationPolicy: Allow}");
        assert_eq!(allow, ["it is reached without TLS, too"]);
    }
}
