//! A port of a rule.

use harden_yaml::Place;

use crate::kubernetes::Protocol;

/// A port of a rule, or a range of them.
#[derive(Debug, Clone, Copy)]
pub struct Port<'d> {
    /// Its entry in the list.
    pub place: Place<'d>,
}

impl Port<'_> {
    /// Whether it includes this port. One without a protocol is TCP, and one without a number all of
    /// its protocol.
    pub fn includes(self, protocol: Protocol, number: i64) -> bool {
        let own = self.place.at("protocol").as_str().map_or(Some(Protocol::Tcp), Protocol::read);
        let port = self.place.at("port");
        let includes = match (port.as_i64(), port.as_str()) {
            (Some(first), _) => {
                (first..=self.place.at("endPort").as_i64().unwrap_or(first)).contains(&number)
            }
            (None, Some(name)) => matches!(number, 53 | 5353) && name.starts_with("dns"),
            (None, None) => !port.exists(),
        };
        own == Some(protocol) && includes
    }

    /// Whether it is DNS and nothing else; pods of OpenShift's DNS listen on 5353.
    pub fn is_dns(self) -> bool {
        let port = self.place.at("port");
        !self.place.at("endPort").exists()
            && (matches!(port.as_i64(), Some(53 | 5353))
                || port.as_str().is_some_and(|name| name.starts_with("dns")))
    }
}
