//! A port of a rule.

use std::ops::RangeInclusive;

use harden_yaml::Place;

use crate::kubernetes::Protocol;

/// A port of a rule, or a range of them.
#[derive(Debug, Clone, Copy)]
pub struct Port<'d> {
    /// Its entry in the list.
    pub place: Place<'d>,
}

impl Port<'_> {
    /// The numbers that it includes of a protocol. Names of ports are not known here.
    pub fn numbers(self, protocol: Protocol) -> Option<RangeInclusive<i64>> {
        if self.protocol() != Some(protocol) {
            return None;
        }
        let port = self.place.at("port");
        match port.as_i64() {
            Some(first) => Some(first..=self.place.at("endPort").as_i64().unwrap_or(first)),
            None if port.exists() => None,
            None => Some(1..=65535),
        }
    }

    /// Whether it includes this port. One without a protocol is TCP, and one without a number all of
    /// its protocol.
    pub fn includes(self, protocol: Protocol, number: i64) -> bool {
        let is_dns_by_name = || {
            let name = self.place.at("port").as_str();
            self.protocol() == Some(protocol)
                && matches!(number, 53 | 5353)
                && name.is_some_and(|it| it.starts_with("dns"))
        };
        self.numbers(protocol).map_or_else(is_dns_by_name, |it| it.contains(&number))
    }

    fn protocol(self) -> Option<Protocol> {
        self.place.at("protocol").as_str().map_or(Some(Protocol::Tcp), Protocol::read)
    }

    /// Whether it is DNS and nothing else; pods of OpenShift's DNS listen on 5353.
    pub fn is_dns(self) -> bool {
        let port = self.place.at("port");
        !self.place.at("endPort").exists()
            && (matches!(port.as_i64(), Some(53 | 5353))
                || port.as_str().is_some_and(|name| name.starts_with("dns")))
    }
}
