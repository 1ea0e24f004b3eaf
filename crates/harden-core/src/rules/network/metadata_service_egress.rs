//! Policies that let pods reach the metadata service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use harden_yaml::Action;

use crate::kubernetes::Protocol;
use crate::network::{Direction, IpBlock, NetworkPolicy, Peer};
use crate::object::Object;
use crate::rule::{Category, Check, Mend, Reference, Reporter, Rule, Severity};

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
    reads: &[],
    check: Check::Object(check),
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

fn check<'d>(object: &Object<'d>, reporter: &mut Reporter<'_, 'd>) {
    let Some(policy) = NetworkPolicy::read(object) else { return };
    let mut names = Vec::new();
    let mut places = Vec::new();
    for rule in policy.rules(Direction::Egress).filter(|it| it.allows(Protocol::Tcp, 80)) {
        for block in rule.peers().filter_map(Peer::ip_block) {
            if let Some(address) = METADATA.into_iter().find(|it| lets_out(block, *it)) {
                names.push(format!("{} includes {address}", block.cidr().as_str().unwrap_or("")));
                places.push((block.except(), String::new(), Some(except(block, address))));
            }
        }
    }
    names.dedup();
    if !places.is_empty() {
        reporter
            .flag_all(format!("{}, the metadata service of the cloud", names.join(", ")), places);
    }
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

    #[test]
    fn other_ports_do_not_reach_it() {
        let https = "egress: [{to: [{ipBlock: {cidr: 0.0.0.0/0}}], ports: [{port: 443}]}]";
        assert!(policy(https).is_empty());
        assert_eq!(policy(&https.replace("443", "80")).len(), 1);
    }
}
