//! A rule of a NetworkPolicy: what it lets through.

use harden_yaml::Place;

use super::{Direction, Peer, Port};
use crate::kubernetes::{Addresses, Protocol, Reach};

/// A rule of a policy: what it lets through.
#[derive(Debug, Clone, Copy)]
pub struct TrafficRule<'d> {
    /// The rule.
    pub place: Place<'d>,
    /// Which way the traffic goes that it lets through.
    pub direction: Direction,
}

impl<'d> TrafficRule<'d> {
    /// Where its peers are listed.
    pub fn peer_list(&self) -> Place<'d> {
        self.place.at(self.direction.peers())
    }

    /// The peers that it names.
    pub fn peers(&self) -> impl Iterator<Item = Peer<'d>> + use<'d> {
        self.peer_list().items().map(|place| Peer { place })
    }

    /// The ports that it names.
    pub fn ports(&self) -> impl Iterator<Item = Port<'d>> + use<'d> {
        self.place.at("ports").items().map(|place| Port { place })
    }

    /// Whether it is for every peer: no list is the same as an empty one.
    pub fn is_for_every_peer(&self) -> bool {
        self.peer_list().is_empty()
    }

    /// Whether it is for every port.
    pub fn is_for_every_port(&self) -> bool {
        self.place.at("ports").is_empty()
    }

    /// Whether it is for every port of TCP, however the ports are written.
    pub fn is_for_every_tcp_port(&self) -> bool {
        let mut ports: Vec<_> = self.ports().filter_map(|it| it.numbers(Protocol::Tcp)).collect();
        ports.sort_by_key(|it| *it.start());
        let first_closed = ports.into_iter().fold(1, |first_closed, it| {
            if *it.start() <= first_closed { first_closed.max(it.end() + 1) } else { first_closed }
        });
        self.is_for_every_port() || first_closed > 65535
    }

    /// The addresses of its ranges together; no pods.
    pub fn addresses(&self) -> Addresses {
        let mut addresses = Addresses::default();
        self.peers().filter_map(Peer::ip_block).for_each(|it| addresses.add_all(&it.addresses()));
        addresses
    }

    /// How much of the internet its peers are.
    pub fn reach(&self) -> Reach {
        if self.is_for_every_peer() { Reach::All } else { self.addresses().reach() }
    }

    /// Whether it lets this port through. Ports by name are not known here; those named after DNS
    /// are taken for its port.
    pub fn allows(&self, protocol: Protocol, number: i64) -> bool {
        self.is_for_every_port() || self.ports().any(|port| port.includes(protocol, number))
    }
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    #[test]
    fn ports_are_numbers_ranges_and_all() {
        let allows = |rule: &str, protocol, number| {
            let document = Document::parse_yaml(rule);
            let rule = TrafficRule { place: document.root(), direction: Direction::Egress };
            rule.allows(protocol, number)
        };
        assert!(allows("{}", Protocol::Udp, 53));
        assert!(allows("{ports: [{port: 53, protocol: UDP}]}", Protocol::Udp, 53));
        assert!(!allows("{ports: [{port: 53}]}", Protocol::Udp, 53));
        assert!(allows("{ports: [{port: 50, endPort: 60}]}", Protocol::Tcp, 53));
        assert!(allows("{ports: [{protocol: UDP}]}", Protocol::Udp, 53));
        assert!(allows("{ports: [{port: dns, protocol: UDP}]}", Protocol::Udp, 53));
        assert!(!allows("{ports: [{port: http}]}", Protocol::Tcp, 80));
    }

    #[test]
    fn every_port_may_be_written_in_parts() {
        let is_every = |ports: &str| {
            let text = format!("{{ports: [{ports}]}}");
            let document = Document::parse_yaml(&text);
            let rule = TrafficRule { place: document.root(), direction: Direction::Ingress };
            rule.is_for_every_tcp_port()
        };
        for every in [
            "",
            "{protocol: TCP}",
            "{port: 1, endPort: 65535}",
            "{port: 30000, endPort: 65535}, {port: 1, endPort: 32767}",
            "{port: 2, endPort: 65535}, {port: 1}, {port: 80}",
        ] {
            assert!(is_every(every), "{every}");
        }
        for some in [
            "{protocol: UDP}",
            "{port: 1024, endPort: 65535}",
            "{port: 1, endPort: 100}, {port: 102, endPort: 65535}",
            "{port: http}",
        ] {
            assert!(!is_every(some), "{some}");
        }
    }
}
