//! Address ranges as NetworkPolicies take them.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

use super::PortNumber;

/// A range of addresses, without the sloppiness that the API server rejects since 1.36
/// (`StrictIPCIDRValidation`): no bits beyond the prefix, no leading zeros, no IPv4-mapped IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr(IpNet);

impl Cidr {
    /// The range that holds one address only.
    pub fn single(address: IpAddr) -> Self {
        Self(IpNet::from(address))
    }

    /// The range.
    pub fn range(self) -> IpNet {
        self.0
    }
}

/// Why a text is no address range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCidr {
    /// Not an address and a prefix length.
    #[error("must be an address range such as 10.0.0.0/16 or fd00::/64")]
    Syntax,
    /// The address has bits that the prefix length cuts off.
    #[error("has bits set beyond the prefix length; did you mean {0}?")]
    HostBits(IpNet),
    /// `::ffff:10.0.0.0/104` and the like.
    #[error("must not be an IPv4-mapped IPv6 address; write the IPv4 range")]
    Mapped,
}

impl FromStr for Cidr {
    type Err = InvalidCidr;

    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        // The standard library rejects leading zeros, as Go does; the crate's own parser takes them.
        let address: IpAddr = address.parse().map_err(|_| InvalidCidr::Syntax)?;
        let Some(prefix) = prefix else { return Self::checked(IpNet::from(address)) };
        if (prefix.len() > 1 && prefix.starts_with('0')) || prefix.starts_with('+') {
            return Err(InvalidCidr::Syntax);
        }
        let prefix = prefix.parse().map_err(|_| InvalidCidr::Syntax)?;
        Self::checked(IpNet::new(address, prefix).map_err(|_| InvalidCidr::Syntax)?)
    }
}

impl Cidr {
    fn checked(net: IpNet) -> Result<Self, InvalidCidr> {
        match net.addr() {
            IpAddr::V6(address) if Ipv6Addr::to_ipv4_mapped(&address).is_some() => {
                Err(InvalidCidr::Mapped)
            }
            address if address != net.network() => Err(InvalidCidr::HostBits(net.trunc())),
            _ => Ok(Self(net)),
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A range of addresses and a port: `10.0.0.10/32:6443`, `[fd00::10]:6443`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    /// Where.
    pub cidr: Cidr,
    /// Which TCP port.
    pub port: PortNumber,
}

/// Why a text is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEndpoint {
    /// Not `CIDR:PORT`.
    #[error("must be CIDR:PORT, such as 10.0.0.10/32:6443 or [fd00::10]/128:6443")]
    Syntax,
    /// The part before the port.
    #[error("`{0}` {1}")]
    Cidr(String, InvalidCidr),
}

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, InvalidEndpoint> {
        let (range, port) = text.rsplit_once(':').ok_or(InvalidEndpoint::Syntax)?;
        let port = port.parse().map_err(|_| InvalidEndpoint::Syntax)?;
        if range.contains(':') && !range.starts_with('[') {
            return Err(InvalidEndpoint::Syntax);
        }
        let bare: String = range.chars().filter(|c| !matches!(c, '[' | ']')).collect();
        let cidr = bare.parse().map_err(|error| InvalidEndpoint::Cidr(bare.clone(), error))?;
        Ok(Self { cidr, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_the_api_server() {
        for good in ["10.0.0.0/8", "0.0.0.0/0", "::/0", "fd00::/64", "10.0.0.1/32", "10.0.0.1"] {
            assert!(good.parse::<Cidr>().is_ok(), "{good}");
        }
        for bad in ["", "10.0.0.0/33", "010.0.0.0/8", "10.0.0.0/08", "10/8", "x", "10.0.0.0/"] {
            assert_eq!(bad.parse::<Cidr>(), Err(InvalidCidr::Syntax), "{bad}");
        }
        assert_eq!("::ffff:10.0.0.0/104".parse::<Cidr>(), Err(InvalidCidr::Mapped));
    }

    #[test]
    fn stray_host_bits_are_rejected_with_the_range_that_was_meant() {
        let error = "10.0.0.1/8".parse::<Cidr>().expect_err("rejected");
        assert_eq!(
            error.to_string(),
            "has bits set beyond the prefix length; did you mean 10.0.0.0/8?"
        );
    }

    #[test]
    fn endpoints_of_both_families_are_read() {
        let endpoint: Endpoint = "10.0.0.10/32:6443".parse().expect("valid");
        assert_eq!((endpoint.cidr.to_string(), endpoint.port.get()), ("10.0.0.10/32".into(), 6443));
        let endpoint: Endpoint = "[fd00::10]:6443".parse().expect("valid");
        assert_eq!(endpoint.cidr.to_string(), "fd00::10/128");
        for bad in ["10.0.0.10/32", "fd00::10:6443", "10.0.0.0/8:0", "10.0.0.1/8:443"] {
            assert!(bad.parse::<Endpoint>().is_err(), "{bad}");
        }
    }
}
