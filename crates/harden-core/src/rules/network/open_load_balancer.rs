//! Load balancers that are open to the internet.

use harden_yaml::Place;

use crate::object::Object;
use crate::rule::{Category, Check, Reference, Reporter, Rule, Severity};

pub(super) static RULE: Rule = Rule {
    id: "open-load-balancer",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a load balancer takes connections from everywhere",
    why: "Most clouds give it a public address: a port that is not the web is open to \
          everyone, to scanners first of all.",
    remedy: "list who may connect in loadBalancerSourceRanges, or make the load balancer internal",
    breaks: "Clients outside of the ranges cannot connect.",
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer",
        ),
        Reference::Mitre("T1133"),
        Reference::Owasp("K06"),
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
  type: LoadBalancer
  selector:
    app: db
  ports:
  - port: 5432
",
    good: "\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: team-a
spec:
  type: LoadBalancer
  loadBalancerSourceRanges: [198.51.100.0/24]
  selector:
    app: db
  ports:
  - port: 5432
",
};

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    if !object.is("", "Service") {
        return;
    }
    let spec = object.place.at("spec");
    if spec.at("type").as_str() != Some("LoadBalancer") {
        return;
    }
    let ranges = spec.at("loadBalancerSourceRanges");
    let is_open = ranges.is_empty()
        || ranges.items().any(|it| matches!(it.as_str(), Some("0.0.0.0/0" | "::/0")));
    if !is_open || object.place.at("metadata").at("annotations").entries().any(restricts) {
        return;
    }
    let ports: Vec<_> = spec.at("ports").items().filter(|it| !is_web(*it)).collect();
    let mut numbers: Vec<_> =
        ports.iter().filter_map(|it| it.at("port").number()).map(|it| it.to_string()).collect();
    numbers.dedup();
    if !numbers.is_empty() {
        let word = if numbers.len() == 1 { "port" } else { "ports" };
        let message = format!("{word} {} is open to every address", numbers.join(", "));
        let message = if numbers.len() == 1 { message } else { message.replace(" is ", " are ") };
        reporter.flag(ranges, message, None);
    }
}

/// Whether a port is one that the web is reached by, which is usually meant for everyone.
fn is_web(port: Place<'_>) -> bool {
    matches!(port.at("port").as_i64(), Some(80 | 443))
}

/// Whether an annotation keeps the load balancer internal, or says who may connect. Every cloud has
/// words of its own for that; they have these parts in common.
fn restricts((key, value): (&str, Place<'_>)) -> bool {
    let value = value.as_str().unwrap_or("");
    let is_internal =
        ["internal", "intranet", "private"].iter().any(|it| value.eq_ignore_ascii_case(it));
    let is_about_load_balancers =
        ["load-balancer", "loadbalancer", "lb"].iter().any(|it| key.contains(it));
    is_about_load_balancers
        && (is_internal
            || key.contains("internal") && !matches!(value, "" | "false")
            || key.contains("source-ranges")
            || key.contains("whitelist")
            || key.contains("disable-public-network") && value == "true")
        || key.ends_with("azure-allowed-ip-ranges")
        || key.ends_with("azure-allowed-service-tags")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn service(annotation: &str, spec: &str) -> String {
        let text = format!(
            "{{apiVersion: v1, kind: Service, metadata: {{name: a, annotations: {{{annotation}}}}}, \
             spec: {{type: LoadBalancer, {spec}}}}}"
        );
        messages(&RULE, &text).join("; ")
    }

    #[test]
    fn the_ports_of_the_web_are_meant_to_be_open() {
        assert_eq!(service("", "ports: [{port: 80}, {port: 443}]"), "");
        assert_eq!(
            service("", "ports: [{port: 80}, {port: 8080}]"),
            "port 8080 is open to every address"
        );
        assert_eq!(
            service("", "ports: [{port: 22}, {port: 8080}]"),
            "ports 22, 8080 are open to every address"
        );
    }

    #[test]
    fn every_address_is_no_restriction() {
        let ports = "ports: [{port: 22}], loadBalancerSourceRanges";
        assert!(!service("", &format!("{ports}: [0.0.0.0/0]")).is_empty());
        assert_eq!(service("", &format!("{ports}: [10.0.0.0/8]")), "");
    }

    #[test]
    fn internal_load_balancers_of_the_clouds_are_known() {
        for annotation in [
            "service.beta.kubernetes.io/aws-load-balancer-internal: 'true'",
            "service.beta.kubernetes.io/aws-load-balancer-internal: 0.0.0.0/0",
            "service.beta.kubernetes.io/aws-load-balancer-scheme: internal",
            "networking.gke.io/load-balancer-type: Internal",
            "cloud.google.com/load-balancer-type: Internal",
            "service.beta.kubernetes.io/azure-load-balancer-internal: 'true'",
            "service.beta.kubernetes.io/oci-load-balancer-internal: 'true'",
            "service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type: private",
            "service.beta.kubernetes.io/openstack-internal-load-balancer: 'true'",
            "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-address-type: intranet",
            "service.beta.kubernetes.io/do-loadbalancer-network: INTERNAL",
            "load-balancer.hetzner.cloud/disable-public-network: 'true'",
            "service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8",
            "service.beta.kubernetes.io/azure-allowed-ip-ranges: 10.0.0.0/8",
        ] {
            assert_eq!(service(annotation, "ports: [{port: 22}]"), "", "{annotation}");
        }
        for annotation in [
            "service.beta.kubernetes.io/aws-load-balancer-internal: 'false'",
            "service.beta.kubernetes.io/aws-load-balancer-scheme: internet-facing",
            "example.com/owner: internal",
        ] {
            assert_ne!(service(annotation, "ports: [{port: 22}]"), "", "{annotation}");
        }
    }
}
