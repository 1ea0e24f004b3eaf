//! Services that take addresses for themselves.

use harden_yaml::Action;

use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "service-external-ips",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a Service claims addresses by externalIPs",
    why: "Every node sends traffic for these addresses to the Service, whoever they belong to: \
          who may make Services can put themselves between other pods and the outside \
          (CVE-2020-8554). The field is deprecated since Kubernetes 1.36.",
    remedy: "use a load balancer or an Ingress instead of externalIPs",
    breaks: "Clients of the addresses need the new one.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/service/#external-ips",
        ),
        Reference::Mitre("T1557"),
        Reference::Owasp("K07"),
    ],
    reads: &[],
    check: Check::Object(check),
    bad: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  externalIPs: [203.0.113.7]
  selector:
    app: web
  ports:
  - port: 80
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  selector:
    app: web
  ports:
  - port: 80
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "Service") {
        return;
    }
    let addresses = object.place.at("spec").at("externalIPs");
    if !addresses.is_empty() {
        let names: Vec<_> = addresses.items().filter_map(|it| it.as_str()).collect();
        let message = format!("every node sends traffic for {} to it", names.join(", "));
        reporter.flag(addresses, message, Some(Action::Remove));
    }
}
