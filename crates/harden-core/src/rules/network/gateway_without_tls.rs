//! Gateways that are reached without encryption.

use harden_yaml::Place;

use super::hosts;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "gateway-without-tls",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a Gateway takes connections without TLS, and none with it for the same hosts",
    why: "Passwords, cookies and data travel in the clear between users and the cluster, where \
          they can be read and changed on the way. Beside a listener for HTTPS, one for HTTP usually \
          sends clients there, and is not reported.",
    remedy: "add a listener for HTTPS, and redirect to it",
    breaks: "Clients are sent to https; those that only speak http must be changed.",
    mend: Mend::ByHand("which certificate to use for HTTPS"),
    references: &[
        Reference::Page("https://gateway-api.sigs.k8s.io/guides/tls/"),
        Reference::NsaCisa("Network separation and hardening: encryption"),
        Reference::Mitre("T1557"),
        Reference::Owasp("K06"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: web
  namespace: team-a
spec:
  gatewayClassName: public
  listeners:
  - name: web
    hostname: shop.example.com
    port: 80
    protocol: HTTP
",
    good: "\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: web
  namespace: team-a
spec:
  gatewayClassName: public
  listeners:
  - name: web
    hostname: shop.example.com
    port: 443
    protocol: HTTPS
    tls:
      certificateRefs:
      - name: shop-tls
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let spec = object.place.at("spec");
    let listeners: Vec<_> = match (object.group, object.kind) {
        ("gateway.networking.k8s.io", "Gateway") => {
            spec.at("listeners").items().map(Listener::of_gateway_api).collect()
        }
        ("networking.istio.io", "Gateway") => {
            spec.at("servers").items().map(Listener::of_istio).collect()
        }
        _ => return,
    };
    let secure = || listeners.iter().filter(|it| it.is_secure);
    for listener in listeners.iter().filter(|it| it.is_plain) {
        for host in listener.hosts() {
            // One for every host is the one that redirects.
            let is_told_elsewhere = secure().any(|it| {
                host.is_empty() || it.hosts().any(|own| own.is_empty() || hosts::covers(own, host))
            });
            if !is_told_elsewhere {
                let what = if host.is_empty() { "every host" } else { host };
                reporter.flag(listener.place, format!("{what} is reached without TLS"), None);
            }
        }
    }
}

/// A way into a Gateway.
struct Listener<'d> {
    place: Place<'d>,
    /// Its hosts; empty for every host.
    hosts: Vec<&'d str>,
    is_plain: bool,
    is_secure: bool,
}

impl<'d> Listener<'d> {
    fn of_gateway_api(place: Place<'d>) -> Self {
        let protocol = place.at("protocol").as_str();
        Self {
            place,
            hosts: place.at("hostname").as_str().into_iter().collect(),
            is_plain: protocol == Some("HTTP"),
            is_secure: matches!(protocol, Some("HTTPS" | "TLS")),
        }
    }

    fn of_istio(place: Place<'d>) -> Self {
        let protocol = place.at("port").at("protocol").as_str().unwrap_or_default();
        let redirects = place.at("tls").at("httpsRedirect").as_bool() == Some(true);
        let is_http = ["HTTP", "HTTP2", "GRPC", "GRPC-WEB"];
        Self {
            place,
            hosts: place
                .at("hosts")
                .items()
                .filter_map(|it| it.as_str())
                .map(|it| it.split_once('/').map_or(it, |(_, host)| host))
                .map(|it| if it == "*" { "" } else { it })
                .collect(),
            is_plain: !redirects && is_http.iter().any(|it| it.eq_ignore_ascii_case(protocol)),
            is_secure: ["HTTPS", "TLS"].iter().any(|it| it.eq_ignore_ascii_case(protocol)),
        }
    }

    fn hosts(&self) -> impl Iterator<Item = &'d str> {
        let every = self.hosts.is_empty().then_some("");
        self.hosts.iter().copied().chain(every)
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn gateway(listeners: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: gateway.networking.k8s.io/v1, kind: Gateway, spec: {{listeners: [{listeners}]}}}}"
            ),
        )
    }

    #[test]
    fn a_listener_for_https_speaks_for_its_hosts() {
        assert_eq!(gateway("{protocol: HTTP}"), ["every host is reached without TLS"]);
        assert!(gateway("{protocol: HTTP}, {protocol: HTTPS, hostname: a.b}").is_empty());
        assert!(gateway("{protocol: HTTP, hostname: a.b}, {protocol: HTTPS}").is_empty());
        let other =
            gateway("{protocol: HTTP, hostname: c.d.e}, {protocol: HTTPS, hostname: '*.b.e'}");
        assert_eq!(other, ["c.d.e is reached without TLS"]);
        assert!(gateway("{protocol: TCP}, {protocol: HTTPS}, {}").is_empty());
    }

    #[test]
    fn gateways_of_istio_may_redirect() {
        let of = |servers: &str| {
            messages(
                &RULE,
                &format!(
                    "{{apiVersion: networking.istio.io/v1, kind: Gateway, spec: {{servers: [{servers}]}}}}"
                ),
            )
        };
        let http = "port: {number: 80, protocol: HTTP}, hosts: [ns/a.b]";
        assert_eq!(of(&format!("{{{http}}}")), ["a.b is reached without TLS"]);
        assert!(of(&format!("{{{http}, tls: {{httpsRedirect: true}}}}")).is_empty());
        let https = "{port: {protocol: HTTPS}, hosts: ['*']}";
        assert!(of(&format!("{{{http}}}, {https}")).is_empty());
    }
}
