//! Who may connect to a load balancer, as far as the words of the clouds say it.

use std::net::IpAddr;

use harden_yaml::Place;

use crate::kubernetes::{Addresses, Reach, is_private, range};
use crate::object::Object;

/// Who may connect to the load balancer of a Service.
pub(super) fn reach(service: &Object<'_>) -> Reach {
    let spec = service.place.at("spec");
    let annotations = service.place.at("metadata").at("annotations");
    if is_private_class(spec, annotations)
        || annotations.entries().any(is_private_by)
        || has_private_address(service)
    {
        return Reach::Some;
    }
    let own = spec.at("loadBalancerSourceRanges");
    let mut sources = Sources::default();
    own.items().filter_map(|it| it.as_str()).for_each(|it| sources.add(it));
    for (key, value) in annotations.entries() {
        let value = value.as_str().unwrap_or("");
        // The ranges of the spec come before those of the annotation.
        let is_used = key != SOURCE_RANGES || own.is_empty();
        if !value.trim().is_empty() && is_used && lists_sources(key) {
            sources.add(value);
        }
    }
    if sources.are_listed { sources.addresses.reach() } else { Reach::All }
}

/// Who may connect by a list of ranges, however it is written.
pub(super) fn reach_of_list(list: &str) -> Reach {
    let mut sources = Sources::default();
    sources.add(list);
    sources.addresses.reach()
}

const SOURCE_RANGES: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";

/// Where connections may come from.
#[derive(Debug, Default)]
struct Sources {
    are_listed: bool,
    addresses: Addresses,
}

impl Sources {
    /// Adds what a list says, however the cloud wants it written. What is no range, such as the name of a
    /// security group, lets nobody else in.
    fn add(&mut self, list: &str) {
        self.are_listed = true;
        let is_between =
            |it: char| it.is_whitespace() || matches!(it, ',' | ';' | '"' | '[' | ']' | '{' | '}');
        for word in list.split(is_between) {
            let word = word.strip_prefix("cidr:").unwrap_or(word);
            if let Some(range) = range(word) {
                self.addresses.add(range);
            } else if word.eq_ignore_ascii_case("internet") || word == "*" {
                // The service tag of Azure.
                ["0.0.0.0/0", "::/0"]
                    .into_iter()
                    .filter_map(range)
                    .for_each(|it| self.addresses.add(it));
            }
        }
    }
}

/// Whether an annotation says who may connect.
fn lists_sources(key: &str) -> bool {
    const NAMED: [&str; 2] = ["azure-allowed-ip-ranges", "azure-allowed-service-tags"];
    const PARTS: [&str; 9] = [
        "allow-rules",
        "allowed-sources",
        "allowlist",
        "firewall",
        "inbound-cidrs",
        "load-balancer-security-groups",
        "prefix-lists",
        "source-ranges",
        "whitelist",
    ];
    NAMED.iter().any(|it| key.ends_with(it))
        || is_about_load_balancers(key) && PARTS.iter().any(|it| key.contains(it))
}

fn is_about_load_balancers(key: &str) -> bool {
    ["load-balancer", "loadbalancer", "lb"].iter().any(|it| key.contains(it))
}

/// Whether the load balancer is of a kind that is private unless something else is said.
fn is_private_class(spec: Place<'_>, annotations: Place<'_>) -> bool {
    let class = spec.at("loadBalancerClass").as_str().unwrap_or("");
    let aws = |key: &str| {
        let name = format!("service.beta.kubernetes.io/aws-load-balancer-{key}");
        annotations.get(&name).and_then(|it| it.as_str()).unwrap_or("")
    };
    // The AWS Load Balancer Controller; the provider that is in the tree makes public ones.
    let is_aws = matches!(class, "service.k8s.aws/nlb" | "eks.amazonaws.com/nlb")
        || class.is_empty() && matches!(aws("type"), "external" | "nlb-ip");
    matches!(class, "tailscale" | "networking.gke.io/l4-regional-internal")
        || is_aws
            && !aws("scheme").eq_ignore_ascii_case("internet-facing")
            && !is_no(aws("internal"))
}

/// Whether an annotation keeps the load balancer private. Every cloud has words of its own for that; they
/// have these parts in common.
fn is_private_by((key, value): (&str, Place<'_>)) -> bool {
    let value = value.as_str().unwrap_or("");
    if !is_about_load_balancers(key) {
        return false;
    }
    if value.contains(['$', '{', '<', '%']) {
        // Somebody has yet to fill it in.
        return key.contains("internal") || key.ends_with("type") || key.ends_with("scheme");
    }
    if key.ends_with("/azure-load-balancer-internal") {
        return value == "true";
    }
    if key.ends_with("/aws-load-balancer-internal") {
        return !value.is_empty() && !is_no(value);
    }
    let is_private = ["inner", "internal", "intranet", "private"]
        .iter()
        .any(|it| value.eq_ignore_ascii_case(it));
    let is_yes = matches!(value, "1" | "t" | "T" | "true" | "True" | "TRUE");
    is_private
        || is_yes
            && ["internal", "private", "disable-public-network"].iter().any(|it| key.contains(it))
        || key.ends_with("loadbalancer-internal-subnetid") && !value.is_empty()
}

/// Whether it says no, as Go reads it.
fn is_no(value: &str) -> bool {
    matches!(value, "0" | "f" | "F" | "false" | "False" | "FALSE")
}

/// Whether the load balancer has, or is to have, addresses to which the internet does not lead.
fn has_private_address(service: &Object<'_>) -> bool {
    let status = service.place.follow("status.loadBalancer.ingress");
    let given = status.items().filter_map(|it| it.at("ip").as_str());
    let annotations = service.place.at("metadata").at("annotations").entries();
    let asked = annotations
        .filter(|(key, _)| {
            ["/loadBalancerIPs", "/loadbalancerIPs", "/ips", "/lb-ipam-ips"]
                .iter()
                .any(|it| key.ends_with(it))
        })
        .filter_map(|(_, value)| value.as_str());
    let field = service.place.at("spec").at("loadBalancerIP").as_str();
    let mut addresses = given
        .chain(field)
        .chain(asked.flat_map(|it| it.split(',')))
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .peekable();
    addresses.peek().is_some() && addresses.all(|it| it.parse::<IpAddr>().is_ok_and(is_private))
}
