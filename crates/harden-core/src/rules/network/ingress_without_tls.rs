//! Ingresses that are reached without encryption.

use harden_yaml::Place;
use rustc_hash::FxHashSet;

use super::hosts;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "ingress-without-tls",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "an Ingress has no TLS",
    why: "Passwords, cookies and data travel in the clear between users and the cluster, where \
          they can be read and changed on the way.",
    remedy: "name a Secret with a certificate in spec.tls",
    breaks: "Clients are sent to https; those that only speak http must be changed.",
    mend: Mend::ByHand("which Secret holds the certificate"),
    references: &[
        Reference::Page("https://kubernetes.io/docs/concepts/services-networking/ingress/#tls"),
        Reference::NsaCisa("Network separation and hardening: encryption"),
        Reference::Mitre("T1557"),
        Reference::Owasp("K06"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: team-a
spec:
  rules:
  - host: shop.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: web
            port:
              number: 80
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: team-a
spec:
  tls:
  - hosts: [shop.example.com]
    secretName: shop-tls
  rules:
  - host: shop.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: web
            port:
              number: 80
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if object.kind != "Ingress" || !matches!(object.group, "networking.k8s.io" | "extensions") {
        return;
    }
    let spec = object.place.at("spec");
    let tls = spec.at("tls");
    if object.place.at("metadata").at("annotations").entries().any(has_tls) {
        return;
    }
    if tls.is_empty() {
        let rules = spec.at("rules").items();
        let hosts: Vec<_> = rules.filter_map(|it| it.at("host").as_str()).collect();
        let message = match hosts.as_slice() {
            [] => "it is reached without TLS".to_owned(),
            [host] => format!("{host} is reached without TLS"),
            hosts => format!("{} are reached without TLS", hosts.join(", ")),
        };
        return reporter.flag(tls, message, None);
    }
    // An entry without hosts is for all of them.
    if tls.items().any(|it| it.at("hosts").is_empty()) {
        return;
    }
    let hosts = tls.items().flat_map(|it| it.at("hosts").items());
    let named: hosts::Hosts = hosts.filter_map(|it| it.as_str()).collect();
    let mut seen = FxHashSet::default();
    for rule in spec.at("rules").items() {
        let place = rule.at("host");
        let host = place.as_str().unwrap_or_default();
        let is_open = host.contains(['$', '{', '<', '%']);
        if is_open || !seen.insert(host) {
            continue;
        }
        if !named.covers(host) {
            let message = match host {
                "" => "hosts that no rule names are reached without TLS".to_owned(),
                host => format!("{host} is reached without TLS"),
            };
            reporter.flag(if host.is_empty() { rule } else { place }, message, None);
        }
    }
}

/// Whether an annotation gives the controller a certificate, or has TLS end elsewhere.
fn has_tls((key, value): (&str, Place<'_>)) -> bool {
    let value = value.as_str().unwrap_or("");
    let names_certificate =
        ["certificate", "pre-shared-cert", "ssl-cert"].iter().any(|it| key.contains(it));
    let turns_on = ["router.tls", "ssl-passthrough"].iter().any(|it| key.ends_with(it));
    !value.is_empty() && (names_certificate || key == "route.openshift.io/termination")
        || turns_on && value == "true"
        || key.ends_with("/listen-ports") && value.contains("HTTPS")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn ingress(annotation: &str, spec: &str) -> String {
        let text = format!(
            "{{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {{name: a, annotations: \
             {{{annotation}}}}}, spec: {{{spec}}}}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn hosts_are_named() {
        assert_eq!(
            ingress("", "rules: [{host: a.b}, {host: c.d}]"),
            "a.b, c.d are reached without TLS"
        );
        assert_eq!(
            ingress("", "defaultBackend: {service: {name: a}}"),
            "it is reached without TLS"
        );
        assert_eq!(ingress("", "tls: [{}]"), "", "a default certificate is one");
    }

    #[test]
    fn each_host_needs_a_certificate() {
        let of = |hosts: &str, rule: &str| {
            ingress(
                "",
                &format!(
                    "tls: [{{hosts: [{hosts}]}}], rules: [{{host: a.example.com}}, {{{rule}}}]"
                ),
            )
        };
        let other = "host: b.example.com";
        assert_eq!(of("a.example.com", other), "b.example.com is reached without TLS");
        assert_eq!(of("a.example.com, b.example.com", other), "");
        assert_eq!(of("'*.example.com'", other), "");
        assert_eq!(of("A.example.com", ""), "hosts that no rule names are reached without TLS");
        assert_eq!(
            of("'*.example.com'", "host: b.c.example.com"),
            "b.c.example.com is reached without TLS"
        );
        assert_eq!(of("'*.example.com'", "host: '*.example.com'"), "");
        assert_eq!(
            of("a.example.com", "host: '*.example.com'"),
            "*.example.com is reached without TLS"
        );
        assert_eq!(of("", other), "");
        assert_eq!(of("a.example.com", "host: '${HOST}'"), "");
        let two =
            "tls: [{hosts: [a.example.com]}, {secretName: b}], rules: [{host: b.example.com}]";
        assert_eq!(ingress("", two), "", "one is for all");
    }

    #[test]
    fn certificates_may_be_named_in_annotations() {
        for annotation in [
            "alb.ingress.kubernetes.io/certificate-arn: 'arn:aws:acm:a'",
            "alb.ingress.kubernetes.io/listen-ports: '[{\"HTTPS\":443}]'",
            "networking.gke.io/managed-certificates: a",
            "ingress.gcp.kubernetes.io/pre-shared-cert: a",
            "traefik.ingress.kubernetes.io/router.tls: 'true'",
            "nginx.ingress.kubernetes.io/ssl-passthrough: 'true'",
            "appgw.ingress.kubernetes.io/appgw-ssl-certificate: a",
            "route.openshift.io/termination: edge",
        ] {
            assert_eq!(ingress(annotation, "rules: []"), "", "{annotation}");
        }
        for annotation in [
            "alb.ingress.kubernetes.io/listen-ports: '[{\"HTTP\":80}]'",
            "nginx.ingress.kubernetes.io/ssl-redirect: 'true'",
            "cert-manager.io/cluster-issuer: letsencrypt",
        ] {
            assert_ne!(ingress(annotation, "rules: []"), "", "{annotation}");
        }
    }
}
