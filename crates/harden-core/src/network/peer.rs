//! A peer of a rule.

use std::net::IpAddr;

use harden_yaml::Place;
use ipnet::IpNet;

use crate::kubernetes::Addresses;

/// A peer of a rule: pods, or a range of addresses.
#[derive(Debug, Clone, Copy)]
pub struct Peer<'d> {
    /// Its entry in the list.
    pub place: Place<'d>,
}

impl<'d> Peer<'d> {
    /// Which namespaces its pods are in; missing where that is the policy's own.
    pub fn namespace_selector(self) -> Place<'d> {
        self.place.at("namespaceSelector")
    }

    /// Which pods it is; missing for all of the namespaces.
    pub fn pod_selector(self) -> Place<'d> {
        self.place.at("podSelector")
    }

    /// The range of addresses that it is instead.
    pub fn ip_block(self) -> Option<IpBlock<'d>> {
        let place = self.place.at("ipBlock");
        place.exists().then_some(IpBlock { place })
    }
}

/// A range of addresses without some others.
#[derive(Debug, Clone, Copy)]
pub struct IpBlock<'d> {
    /// The `ipBlock`.
    pub place: Place<'d>,
}

impl<'d> IpBlock<'d> {
    /// Where the range is written.
    pub fn cidr(self) -> Place<'d> {
        self.place.at("cidr")
    }

    /// Where the ranges are listed that are left out of it.
    pub fn except(self) -> Place<'d> {
        self.place.at("except")
    }

    /// The range, exceptions included.
    pub fn range(self) -> Option<IpNet> {
        range(self.cidr())
    }

    /// What it includes.
    pub fn addresses(self) -> Addresses {
        let mut addresses = Addresses::default();
        range(self.cidr()).into_iter().for_each(|it| addresses.add(it));
        self.except().items().filter_map(range).for_each(|it| addresses.remove(it));
        addresses
    }

    /// Whether it includes an address.
    pub fn includes(self, address: IpAddr) -> bool {
        let includes = |place| range(place).is_some_and(|it| it.contains(&address));
        includes(self.cidr()) && !self.except().items().any(includes)
    }
}

fn range(place: Place<'_>) -> Option<IpNet> {
    place.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use harden_yaml::Document;

    use super::*;

    #[test]
    fn exceptions_are_not_included() {
        let includes = |block: &str| {
            let document = Document::parse_yaml(block);
            let block = IpBlock { place: document.root() };
            block.includes("169.254.169.254".parse().unwrap())
        };
        assert!(includes("{cidr: 0.0.0.0/0}"));
        assert!(!includes("{cidr: 0.0.0.0/0, except: [169.254.0.0/16]}"));
        assert!(!includes("{cidr: 10.0.0.0/8}"));
        assert!(!includes("{cidr: nonsense}"));
        assert!(!includes("{cidr: '::/0'}"));
    }
}
