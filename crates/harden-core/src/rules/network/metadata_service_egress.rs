//! Policies that let pods reach the metadata service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use harden_yaml::Action;

use super::policies;
#[cfg(feature = "admission")]
use crate::kubernetes::GroupKind;
use crate::kubernetes::Protocol;
#[cfg(feature = "admission")]
use crate::network::connectivity::Party;
use crate::network::{self, Direction, IpBlock, NetworkPolicy, Peer};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity, World};

pub(super) static RULE: Rule = Rule {
    id: "metadata-service-egress",
    category: Category::Network,
    severity: Severity::High,
    level: None,
    summary: "a policy lets pods reach the metadata service of the cloud",
    why: "A range such as 0.0.0.0/0 includes 169.254.169.254, where clouds hand the \
          credentials of the node to any pod that asks.",
    remedy: "list 169.254.169.254/32, or all of 169.254.0.0/16, in `except`",
    breaks: "Pods that use the identity of their node must get one of their own, such as workload \
          identity.",
    mend: Mend::WithThought,
    references: &[
        Reference::Page(
            "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
        ),
        Reference::Mitre("T1552.005"),
        Reference::Owasp("K08"),
    ],
    reads: network::KINDS,
    check: Check::World(check),
    bad: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Egress]
  egress:
  - to:
    - ipBlock:
        cidr: 0.0.0.0/0
",
    good: "\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
  namespace: team-a
spec:
  podSelector:
    matchLabels:
      app: web
  policyTypes: [Egress]
  egress:
  - to:
    - ipBlock:
        cidr: 0.0.0.0/0
        except: [169.254.0.0/16]
",
};

/// The address of all large clouds, and that of AWS over IPv6; both answer on port 80.
const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254)),
];

fn check<'d>(world: &World<'d>, reporter: &mut Reporter<'_, 'd>) {
    for (object, policy) in policies(world) {
        let mut names = Vec::new();
        let mut places = Vec::new();
        for rule in policy.rules(Direction::Egress).filter(|it| it.allows(Protocol::Tcp, 80)) {
            for block in rule.peers().filter_map(Peer::ip_block) {
                if let Some(address) = METADATA.into_iter().find(|it| lets_out(block, *it)) {
                    names.push(format!(
                        "{} includes {address}",
                        block.cidr().as_str().unwrap_or("")
                    ));
                    places.push((block.except(), address, Some(except(block, address))));
                }
            }
        }
        names.dedup();
        let is_denied = |address| is_denied(world, reporter, object, &policy, address);
        if !places.is_empty() && !places.iter().all(|it| is_denied(it.1)) {
            let message = format!("{}, the metadata service of the cloud", names.join(", "));
            let places = places.into_iter().map(|(place, _, action)| (place, action));
            reporter.flag_all_in(object, message, places);
        }
    }
}

/// Whether policies of the cluster deny the address to all pods that a policy is for.
#[cfg(feature = "admission")]
fn is_denied<'d>(
    world: &World<'d>,
    reporter: &Reporter<'_, 'd>,
    object: &Object<'d>,
    policy: &NetworkPolicy<'d>,
    address: IpAddr,
) -> bool {
    let is_for_cluster = |it: &&GroupKind| it.group == "policy.networking.k8s.io";
    if network::KINDS.iter().filter(is_for_cluster).all(|it| world.of_kind(*it).is_empty()) {
        return false;
    }
    let reachability = world.reachability(reporter);
    let reaches = |own: Party<'_>| {
        let through = reachability.network().connections(own, Party::Address(address));
        through.contains(Protocol::Tcp, 80)
    };
    !reachability.any_of(object, policy, reaches)
}

/// The page asks for no policy but this one.
#[cfg(not(feature = "admission"))]
fn is_denied<'d>(
    _: &World<'d>,
    _: &Reporter<'_, 'd>,
    _: &Object<'d>,
    _: &NetworkPolicy<'d>,
    _: IpAddr,
) -> bool {
    false
}

/// Whether the address is let out among others; a range around it alone is meant.
fn lets_out(block: IpBlock<'_>, address: IpAddr) -> bool {
    block.range().is_some_and(|it| it.prefix_len() < 16) && block.includes(address)
}

fn except(block: IpBlock<'_>, address: IpAddr) -> Action {
    let mut ranges: Vec<String> =
        block.except().items().filter_map(|it| it.as_str()).map(str::to_owned).collect();
    ranges.push(IpNet::from(address).to_string());
    Action::set(ranges)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::check::testing::messages;

    fn policy(spec: &str) -> Vec<String> {
        messages(
            &RULE,
            &format!(
                "{{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {{name: a, namespace: b}}, \
                 spec: {{{spec}}}}}"
            ),
        )
    }

    fn to(block: &str) -> usize {
        policy(&format!("egress: [{{to: [{{ipBlock: {{{block}}}}}]}}]")).len()
    }

    #[test]
    fn ranges_of_both_families_are_looked_into() {
        assert_eq!(to("cidr: 0.0.0.0/0"), 1);
        assert_eq!(to("cidr: 0.0.0.0/0, except: [169.254.169.254/32]"), 0);
        assert_eq!(to("cidr: 0.0.0.0/0, except: [10.0.0.0/8]"), 1);
        assert_eq!(to("cidr: '::/0'"), 1);
        assert_eq!(to("cidr: '::/0', except: ['fd00::/8']"), 0);
        assert_eq!(to("cidr: 10.0.0.0/8"), 0);
    }

    #[test]
    fn a_range_for_the_service_itself_is_meant() {
        assert_eq!(to("cidr: 169.254.169.254/32"), 0);
        assert_eq!(to("cidr: 169.254.0.0/16"), 0);
    }

    #[cfg(feature = "admission")]
    #[test]
    fn policies_of_the_cluster_may_deny_it() {
        let open = "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: b}, spec: \
                    {podSelector: {matchLabels: {app: web}}, egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}]}]}}\n---\n";
        let deny = |subject: &str, network: &str| {
            format!(
                "{open}{{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, metadata: {{name: \
                 c}}, spec: {{tier: Admin, priority: 1, subject: {{namespaces: {{{subject}}}}}, egress: [{{action: \
                 Deny, to: [{{networks: [{network}]}}]}}]}}}}\n---\n"
            )
        };
        let pod = "{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: b, labels: {app: web}}, spec: \
                   {containers: [{name: c, image: i}]}}\n---\n";
        for (text, count) in [
            (deny("", "169.254.169.254/32"), 0),
            (deny("", "169.254.169.254/32") + pod, 0),
            (deny("", "10.0.0.0/8"), 1),
            (deny("matchLabels: {team: a}", "169.254.169.254/32"), 1),
            (deny("", "169.254.169.254/32").replace("tier: Admin", "tier: Baseline"), 1),
            (deny("", "nonsense"), 1),
        ] {
            assert_eq!(messages(&RULE, &text).len(), count, "{text}");
        }
    }

    #[test]
    fn other_ports_do_not_reach_it() {
        let https = "egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]";
        assert!(policy(https).is_empty());
        assert_eq!(policy(&https.replace("443", "80")).len(), 1);
    }
}
