//! Allow lists of Ingresses and Routes that let everybody in.

use super::load_balancers;
use crate::kubernetes::Reach;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "open-allow-list",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "the allow list of an Ingress lets everybody in",
    why: "Somebody meant to say who may connect, and everyone may: what is behind it is often an \
          administration page that nobody hardened for the internet. Two halves of the address space are \
          the whole of it, too.",
    remedy: "list the ranges of those who may connect, or take the annotation away if everyone may",
    breaks: "Clients outside of the ranges cannot connect.",
    mend: Mend::ByHand("who is meant to connect"),
    references: &[
        Reference::Page(
            "https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/#whitelist-source-range",
        ),
        Reference::Mitre("T1133"),
        Reference::Owasp("K06"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: admin
  namespace: team-a
  annotations:
    nginx.ingress.kubernetes.io/whitelist-source-range: 198.51.100.0/24, 0.0.0.0/0
spec:
  tls:
  - hosts: [admin.example.com]
    secretName: admin-tls
  rules:
  - host: admin.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: admin
            port:
              number: 80
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: admin
  namespace: team-a
  annotations:
    nginx.ingress.kubernetes.io/whitelist-source-range: 198.51.100.0/24
spec:
  tls:
  - hosts: [admin.example.com]
    secretName: admin-tls
  rules:
  - host: admin.example.com
    http:
      paths:
      - path: /
        pathType: Prefix
        backend:
          service:
            name: admin
            port:
              number: 80
",
};

/// How the keys of annotations end that say who may connect, whoever reads them.
const LISTS: [&str; 8] = [
    "/allow-list",
    "/allowlist-source-range",
    "/inbound-cidrs",
    "/ip_allowlist",
    "/ip_whitelist",
    "/whitelist",
    "/whitelist-source-range",
    "/whitelist-x-forwarded-for",
];

const ALB: &str = "alb.ingress.kubernetes.io/";

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let is_ingress =
        object.kind == "Ingress" && matches!(object.group, "networking.k8s.io" | "extensions");
    if !is_ingress && !object.is("route.openshift.io", "Route") {
        return;
    }
    let annotations = object.place.at("metadata").at("annotations");
    // The load balancers of AWS are internal unless something else is said.
    let is_internal =
        annotations.at("alb.ingress.kubernetes.io/scheme").as_str() != Some("internet-facing");
    for (key, value) in annotations.entries() {
        let is_list = LISTS.iter().any(|it| key.ends_with(it));
        if !is_list || key.starts_with(ALB) && is_internal {
            continue;
        }
        let who = match value.as_str().map(load_balancers::reach_of_list) {
            Some(Reach::All) => "every address",
            Some(Reach::Most) => "a large part of the internet",
            Some(Reach::Some) | None => continue,
        };
        reporter.flag(value, format!("the allow list lets {who} in"), None);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn of(kind: &str, annotations: &str) -> Vec<String> {
        let text = format!("{{{kind}, metadata: {{name: a, annotations: {{{annotations}}}}}}}");
        messages(&RULE, &text)
    }

    const INGRESS: &str = "apiVersion: networking.k8s.io/v1, kind: Ingress";

    #[test]
    fn lists_of_every_controller_are_read() {
        for (kind, key) in [
            (INGRESS, "nginx.ingress.kubernetes.io/whitelist-source-range"),
            (INGRESS, "nginx.ingress.kubernetes.io/allowlist-source-range"),
            (INGRESS, "internal.example.com/whitelist-source-range"),
            (INGRESS, "haproxy.org/allow-list"),
            (INGRESS, "haproxy.org/whitelist"),
            (
                INGRESS,
                "alb.ingress.kubernetes.io/scheme: internet-facing, alb.ingress.kubernetes.io/inbound-cidrs",
            ),
            (
                "apiVersion: route.openshift.io/v1, kind: Route",
                "haproxy.router.openshift.io/ip_whitelist",
            ),
        ] {
            let list = |list: &str| of(kind, &format!("{key}: '{list}'"));
            for all in ["0.0.0.0/0", "10.0.0.0/8,0.0.0.0/0", "0.0.0.0/1, 128.0.0.0/1", "::/0"] {
                assert_eq!(list(all), ["the allow list lets every address in"], "{key} {all}");
            }
            let most = "the allow list lets a large part of the internet in";
            assert_eq!(list("128.0.0.0/1"), [most], "{key}");
            for few in ["", "10.0.0.0/8", "8.8.8.8", "${RANGES}", "8.8.8.0/24 10.0.0.0/8"] {
                assert_eq!(list(few), [] as [&str; 0], "{key} {few}");
            }
        }
    }

    #[test]
    fn what_is_internal_or_no_allow_list_is_silent() {
        let none: [&str; 0] = [];
        assert_eq!(of(INGRESS, "alb.ingress.kubernetes.io/inbound-cidrs: 0.0.0.0/0"), none);
        assert_eq!(
            of(INGRESS, "nginx.ingress.kubernetes.io/denylist-source-range: 0.0.0.0/0"),
            none
        );
        let service = "apiVersion: v1, kind: Service";
        assert_eq!(
            of(service, "nginx.ingress.kubernetes.io/whitelist-source-range: 0.0.0.0/0"),
            none
        );
        assert_eq!(of(INGRESS, "nginx.ingress.kubernetes.io/whitelist-source-range: 5"), none);
    }
}
