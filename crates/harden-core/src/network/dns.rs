//! Whether pods can reach the DNS of the cluster.

use std::net::{IpAddr, Ipv4Addr};

use super::{Peer, TrafficRule};
use crate::kubernetes::{Protocol, Reach, Selector};

/// Where single addresses answer for DNS: its Service in most clusters, NodeLocal DNSCache, that of
/// kubespray, LocalDNS of AKS, Cloud DNS of GKE.
const ADDRESSES: [Ipv4Addr; 6] = [
    Ipv4Addr::new(10, 96, 0, 10),
    Ipv4Addr::new(169, 254, 20, 10),
    Ipv4Addr::new(169, 254, 25, 10),
    Ipv4Addr::new(169, 254, 10, 10),
    Ipv4Addr::new(169, 254, 10, 11),
    Ipv4Addr::new(169, 254, 169, 254),
];

impl TrafficRule<'_> {
    /// Whether it lets the ports of DNS through; pods of OpenShift's DNS listen on 5353.
    pub fn allows_dns(&self, protocol: Protocol) -> bool {
        self.allows(protocol, 53) || self.allows(protocol, 5353)
    }

    /// Whether names can be resolved through it. A rule that names the port of DNS is taken to know
    /// where DNS is; one for every port must include the pods or the address of the cluster's DNS.
    pub fn resolves_names(&self) -> bool {
        if !self.allows_dns(Protocol::Udp) {
            return self.allows_dns_elsewhere();
        }
        !self.is_for_every_port() || self.is_for_every_peer() || self.peers().any(Peer::may_be_dns)
    }

    /// Whether it lets some peers be asked on one port over both protocols. DNS pods may listen on any port,
    /// and hardly anything else takes both but HTTP/3, which is asked of the internet.
    fn allows_dns_elsewhere(&self) -> bool {
        let is_asked = |port: i64| {
            (port != 443 || self.addresses().reach() == Reach::Some)
                && [Protocol::Udp, Protocol::Tcp].iter().all(|it| self.allows(*it, port))
        };
        let mut numbers = self.ports().filter_map(|it| it.place.at("port").as_i64());
        !self.is_for_every_peer() && numbers.any(is_asked)
    }
}

impl Peer<'_> {
    fn may_be_dns(self) -> bool {
        if let Some(block) = self.ip_block() {
            // The addresses of its pods differ from cluster to cluster.
            return block.addresses().hold_some_private()
                || ADDRESSES.into_iter().any(|it| block.includes(IpAddr::V4(it)));
        }
        let Ok(Some(namespaces)) = Selector::read(self.namespace_selector()) else { return false };
        matches!(
            namespaces.wanted("kubernetes.io/metadata.name"),
            None | Some("kube-system" | "openshift-dns")
        )
    }
}
