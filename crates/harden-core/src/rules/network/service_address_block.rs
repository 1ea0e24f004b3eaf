//! Policies that name addresses of Services, which connections no longer have when policies are asked.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::IpNet;
use rustc_hash::FxHashMap;

use crate::kubernetes::GroupKind;
use crate::network::{Direction, IpBlock, NetworkPolicy, Peer, Port, TrafficRule};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};
use crate::source::{folder, is_one_tree};

const POLICY: GroupKind = GroupKind::new("networking.k8s.io", "NetworkPolicy");
const SERVICE: GroupKind = GroupKind::new("", "Service");

pub(super) static RULE: Rule = Rule {
    id: "service-address-block",
    category: Category::Network,
    severity: Severity::Medium,
    level: None,
    summary: "a policy lets pods out to the address of a Service",
    why: "A connection to a Service is sent on to one of its pods or nodes, and most network plugins ask \
          policies after that: the address of the Service is never seen, the rule matches nothing, and \
          the connection is dropped.",
    remedy: "select the pods of the Service by their labels, or name the addresses and the port of its endpoints",
    breaks: "A network plugin that asks policies before that needs the address of the Service, too.",
    mend: Mend::ByHand("which pods or addresses are behind the Service"),
    references: &[Reference::Page(
        "https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-to-and-from-selectors",
    )],
    reads: &[POLICY, SERVICE],
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-api-server
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: operator
  policyTypes: [Egress]
  egress:
  - to:
    - ipBlock:
        cidr: 10.96.0.1/32
    ports:
    - port: 443
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: allow-api-server
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: operator
  policyTypes: [Egress]
  egress:
  - to:
    - ipBlock:
        cidr: 192.0.2.10/32
    ports:
    - port: 6443
",
};

/// Where the Service of the API server is: in clusters of kubeadm and those of k3s, unless they say otherwise.
const API_SERVER: [Ipv4Addr; 2] = [Ipv4Addr::new(10, 96, 0, 1), Ipv4Addr::new(10, 43, 0, 1)];

/// A rule that names something else, too, may be for network plugins of either sort. NodeLocal DNSCache listens on
/// the address of the Service of DNS.
fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    let mut services: FxHashMap<IpAddr, Vec<&Object<'d>>> = FxHashMap::default();
    for service in world.of_kind(SERVICE).iter().filter(|it| !it.is_removal()) {
        let spec = service.place.at("spec");
        let listed = spec.at("clusterIPs").items().chain([spec.at("clusterIP")]);
        for address in listed.filter_map(|it| it.as_str()?.parse().ok()) {
            services.entry(address).or_default().push(service);
        }
    }
    for object in world.of_kind(POLICY) {
        let Some(policy) = NetworkPolicy::read(object) else { continue };
        let own = folder(world.file(object));
        let whose = |block: IpBlock<'_>| {
            let address = single(block)?;
            let mut near = services.get(&address).into_iter().flatten();
            let service = near.find(|it| is_one_tree(folder(world.file(it)), own));
            let known = API_SERVER.into_iter().any(|it| IpAddr::V4(it) == address);
            let in_most = || "Service default/kubernetes in most clusters".to_owned();
            service.map(|it| it.reference().to_string()).or_else(|| known.then(in_most))
        };
        for rule in policy.rules(Direction::Egress).filter(|it| !is_for_dns(it)) {
            let blocks: Option<Vec<_>> = rule.peers().map(Peer::ip_block).collect();
            let blocks = blocks.unwrap_or_default();
            let named: Option<Vec<_>> = blocks.iter().map(|it| whose(*it)).collect();
            let Some(first) = named.as_ref().and_then(|it| it.first()) else { continue };
            let message = format!(
                "is the address of {first}, which most network plugins no longer see where policies are asked"
            );
            reporter.flag_all_in(object, message, blocks.iter().map(|it| (it.cidr(), None)));
        }
    }
}

/// The only address of a range.
fn single(block: IpBlock<'_>) -> Option<IpAddr> {
    let range = block.range()?;
    let most = match range {
        IpNet::V4(_) => 32,
        IpNet::V6(_) => 128,
    };
    (range.prefix_len() == most).then(|| range.addr())
}

fn is_for_dns(rule: &TrafficRule<'_>) -> bool {
    !rule.is_for_every_port() && rule.ports().all(Port::is_dns)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(direction: &str, peers: &str, ports: &str) -> String {
        let list = if direction == "egress" { "to" } else { "from" };
        format!(
            "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, spec: \
             {{{direction}: [{{{list}: [{peers}], ports: [{ports}]}}]}}}}\n---\n"
        )
    }

    fn to(addresses: &str) -> Vec<String> {
        let service = "{apiVersion: v1, kind: Service, metadata: {name: db, namespace: c}, spec: {clusterIP: \
                       10.0.7.7, clusterIPs: [10.0.7.7, 'fd00::7']}}";
        let peers: Vec<_> =
            addresses.split(' ').map(|it| format!("{{ipBlock: {{cidr: '{it}'}}}}")).collect();
        messages(&RULE, &(policy("egress", &peers.join(", "), "{port: 443}") + service))
    }

    #[test]
    fn a_single_address_of_a_service_is_found() {
        assert_eq!(
            to("10.0.7.7/32"),
            [
                "is the address of Service c/db, which most network plugins no longer see where policies are asked"
            ]
        );
        assert_eq!(to("fd00::7/128").len(), 1);
        assert_eq!(to("10.43.0.1/32").len(), 1);
        for other in ["10.0.7.8/32", "10.0.7.0/24", "10.0.0.0/8", "0.0.0.0/0", "nonsense", "null"] {
            assert!(to(other).is_empty(), "{other}");
        }
    }

    #[test]
    fn what_is_named_beside_it_may_be_its_endpoint() {
        assert!(to("10.96.0.1/32 192.0.2.1/32").is_empty());
        assert_eq!(to("10.96.0.1/32 10.0.7.7/32").len(), 1);
        let pods = "{ipBlock: {cidr: 10.96.0.1/32}}, {podSelector: {}}";
        assert!(messages(&RULE, &policy("egress", pods, "{port: 443}")).is_empty());
    }

    #[test]
    fn dns_and_what_comes_in_are_others() {
        let api = "{ipBlock: {cidr: 10.96.0.1/32}}";
        assert!(messages(&RULE, &policy("egress", api, "{port: 53, protocol: UDP}")).is_empty());
        assert!(messages(&RULE, &policy("ingress", api, "{port: 443}")).is_empty());
        assert_eq!(messages(&RULE, &policy("egress", api, "")).len(), 1);
    }
}
