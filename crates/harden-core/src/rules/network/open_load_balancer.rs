//! Load balancers that are open to the internet.

use harden_yaml::Place;

use super::load_balancers;
use crate::kubernetes::Reach;
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

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
    mend: Mend::ByHand("who is meant to connect"),
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
    let spec = object.place.at("spec");
    if !object.is("", "Service") || spec.at("type").as_str() != Some("LoadBalancer") {
        return;
    }
    let ports: Vec<_> = spec.at("ports").items().filter(|it| !is_web(*it)).collect();
    let mut numbers: Vec<_> =
        ports.iter().filter_map(|it| it.at("port").number()).map(|it| it.to_string()).collect();
    numbers.dedup();
    let who = match load_balancers::reach(object) {
        Reach::All => "every address",
        Reach::Most => "a large part of the internet",
        Reach::Some => return,
    };
    let (word, verb) = if numbers.len() == 1 { ("port", "is") } else { ("ports", "are") };
    if !numbers.is_empty() {
        let message = format!("{word} {} {verb} open to {who}", numbers.join(", "));
        reporter.flag(spec.at("loadBalancerSourceRanges"), message, None);
    }
}

/// Whether a port is one that the web is reached by, which is usually meant for everyone.
fn is_web(port: Place<'_>) -> bool {
    matches!(port.at("port").as_i64(), Some(80 | 443))
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
        for all in [
            "0.0.0.0/1, 128.0.0.0/1",
            "10.0.0.0/8, ' 0.0.0.0/0 '",
            "128.0.0.0/1, 0.0.0.0/2, 64.0.0.0/2",
            "'::/1', '8000::/1'",
        ] {
            let found = service("", &format!("{ports}: [{all}]"));
            assert_eq!(found, "port 22 is open to every address", "{all}");
        }
        let half = service("", &format!("{ports}: [0.0.0.0/1]"));
        assert_eq!(half, "port 22 is open to a large part of the internet");
    }

    #[test]
    fn annotations_that_let_everybody_in_restrict_nothing() {
        for annotation in [
            "service.beta.kubernetes.io/load-balancer-source-ranges: 0.0.0.0/0",
            "service.beta.kubernetes.io/load-balancer-source-ranges: '10.0.0.0/8, 0.0.0.0/0'",
            "service.beta.kubernetes.io/load-balancer-source-ranges: ' '",
            "service.beta.kubernetes.io/azure-allowed-ip-ranges: '0.0.0.0/1,128.0.0.0/1'",
            "service.beta.kubernetes.io/azure-allowed-service-tags: 'AzureCloud,Internet'",
            "service.beta.kubernetes.io/azure-load-balancer-internal: 'False'",
            "service.beta.kubernetes.io/azure-load-balancer-internal: 'True'",
            "service.beta.kubernetes.io/azure-load-balancer-internal-subnet: apps",
            "service.beta.kubernetes.io/do-loadbalancer-allow-rules: 'cidr:0.0.0.0/0'",
            "service.beta.kubernetes.io/oci-load-balancer-internal: ''",
            "metallb.io/loadBalancerIPs: 8.8.8.8",
        ] {
            assert_ne!(service(annotation, "ports: [{port: 22}]"), "", "{annotation}");
        }
        let annotation = "service.beta.kubernetes.io/load-balancer-source-ranges: 10.0.0.0/8";
        let spec = "ports: [{port: 22}], loadBalancerSourceRanges";
        assert_eq!(service(annotation, &format!("{spec}: []")), "");
        assert_ne!(service(annotation, &format!("{spec}: [0.0.0.0/0]")), "");
    }

    #[test]
    fn classes_and_addresses_that_are_private_are_open_to_few() {
        for spec in [
            "loadBalancerClass: tailscale",
            "loadBalancerClass: service.k8s.aws/nlb",
            "loadBalancerIP: 10.0.0.7",
        ] {
            assert_eq!(service("", &format!("{spec}, ports: [{{port: 22}}]")), "", "{spec}");
        }
        let aws = "service.beta.kubernetes.io/aws-load-balancer-";
        let class = "loadBalancerClass: service.k8s.aws/nlb, ports: [{port: 22}]";
        assert_ne!(service(&format!("{aws}scheme: internet-facing"), class), "");
        assert_eq!(service(&format!("{aws}type: external"), "ports: [{port: 22}]"), "");
        assert_ne!(service(&format!("{aws}type: nlb"), "ports: [{port: 22}]"), "");
        assert_ne!(service("", "loadBalancerClass: example.com/a, ports: [{port: 22}]"), "");
        let live = "apiVersion: v1\nkind: Service\nspec: {type: LoadBalancer, ports: [{port: 22}]}\n\
                    status: {loadBalancer: {ingress: [{ip: 10.0.0.7}]}}\n";
        assert!(messages(&RULE, live).is_empty());
        assert_eq!(messages(&RULE, &live.replace("10.0.0.7", "8.8.8.8")).len(), 1);
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
            "service.beta.kubernetes.io/azure-load-balancer-internal: '${INTERNAL}'",
            "service.beta.kubernetes.io/aws-load-balancer-security-groups: sg-1",
            "service.kubernetes.io/qcloud-loadbalancer-internal-subnetid: subnet-1",
            "metallb.io/loadBalancerIPs: '10.0.0.7, fd00::7'",
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
