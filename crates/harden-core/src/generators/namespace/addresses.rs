//! Ranges of addresses that pods may reach or be reached from, and what is too wide of them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;
use serde_json::{Value, json};

use super::flow::Peer;
use super::{Flow, Options};
use crate::generators::OptionError;
use crate::kubernetes::{Addresses, Cidr, PolicyPort, PortRange, Protocol, Reach};

/// Where clouds hand credentials to any pod that asks, with the range to leave out for it: that of all large
/// clouds, and that of AWS over IPv6.
const METADATA: [(IpAddr, &str); 2] = [
    (IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)), "169.254.0.0/16"),
    (IpAddr::V6(Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x254)), "fd00:ec2::254/128"),
];

/// Rejects what would let everybody in or everything out.
pub(in crate::generators) fn check(options: &Options) -> Result<(), OptionError> {
    if options.force {
        return Ok(());
    }
    for (flow, cidr) in ranges(&options.allow_to) {
        let is_all = reach(*cidr) == Reach::All;
        if is_all && has_every_port(flow) {
            let rule = "is every address on every port: name ports, or use --allow-internet, which leaves private ranges closed; --force goes ahead";
            return Err(OptionError::new("--allow-to", cidr, rule));
        }
        if is_all && flow.ports.iter().all(is_dns) {
            let rule = "would have name servers anywhere asked, a way out for data: name those that are meant with --dns-cidr; --force goes ahead";
            return Err(OptionError::new("--allow-to", cidr, rule));
        }
    }
    for (flow, cidr) in ranges(&options.allow_from) {
        if reach(*cidr) != Reach::Some && has_every_port(flow) {
            let rule = "would let the internet connect to every port: name those that are meant, such as 0.0.0.0/0:8443; --force goes ahead";
            return Err(OptionError::new("--allow-from", cidr, rule));
        }
    }
    Ok(())
}

fn ranges(flows: &[Flow]) -> impl Iterator<Item = (&Flow, &Cidr)> {
    flows.iter().filter_map(|it| match &it.peer {
        Peer::Addresses(cidr) => Some((it, cidr)),
        Peer::Pods { .. } => None,
    })
}

fn reach(cidr: Cidr) -> Reach {
    let mut addresses = Addresses::default();
    addresses.add(cidr.range());
    addresses.reach()
}

/// Whether a flow is for every TCP port.
fn has_every_port(flow: &Flow) -> bool {
    let is_all = |it: &PolicyPort| {
        matches!(it.port, PortRange::Range(first, last) if first.get() == 1 && last.get() == u16::MAX)
            && it.protocol == Protocol::Tcp
    };
    flow.ports.is_empty() || flow.ports.iter().any(is_all)
}

fn is_dns(port: &PolicyPort) -> bool {
    match &port.port {
        PortRange::Number(number) => matches!(number.get(), 53 | 5353),
        PortRange::Name(name) => name.starts_with("dns"),
        PortRange::Range(..) => false,
    }
}

/// The peer of a range that pods connect to, which leaves the metadata service out where it is one address
/// among many.
pub(in crate::generators) fn reached(cidr: Cidr) -> Value {
    let left_out = METADATA.iter().find(|(address, _)| {
        cidr.range().prefix_len() < 16 && cidr.range().contains(&IpNet::from(*address))
    });
    match left_out {
        Some((_, except)) => json!({"ipBlock": {"cidr": cidr.to_string(), "except": [except]}}),
        None => reaching(cidr),
    }
}

/// The peer of a range that connects to pods.
pub(super) fn reaching(cidr: Cidr) -> Value {
    json!({"ipBlock": {"cidr": cidr.to_string()}})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(to: &str, from: &str) -> String {
        let flows = |text: &str| text.split_whitespace().map(|it| it.parse().expect(it)).collect();
        let options =
            Options { allow_to: flows(to), allow_from: flows(from), ..Options::default() };
        check(&options).map_or_else(|it| it.value, |()| String::new())
    }

    #[test]
    fn everything_is_rejected_where_nothing_narrows_it() {
        for to in ["0.0.0.0/0", "::/0", "0.0.0.0/0:1-65535", "0.0.0.0/0:53,53/udp", "::/0:dns"] {
            assert_ne!(checked(to, ""), "", "{to}");
        }
        for from in ["0.0.0.0/0", "0.0.0.0/1", "::/0", "2000::/3:1-65535"] {
            assert_ne!(checked("", from), "", "{from}");
        }
        for to in ["10.0.0.0/8", "0.0.0.0/0:443", "::/0:443", "10.0.0.53/32:53", "0.0.0.0/0:53,443"]
        {
            assert_eq!(checked(to, ""), "", "{to}");
        }
        for from in ["10.0.0.0/8", "0.0.0.0/0:8443", "::/0:443"] {
            assert_eq!(checked("", from), "", "{from}");
        }
    }

    #[test]
    fn the_metadata_service_is_left_out_of_what_is_wide() {
        let except =
            |text: &str| reached(text.parse().expect(text))["ipBlock"]["except"].to_string();
        assert_eq!(except("0.0.0.0/0"), r#"["169.254.0.0/16"]"#);
        assert_eq!(except("169.0.0.0/8"), r#"["169.254.0.0/16"]"#);
        assert_eq!(except("fd00::/8"), r#"["fd00:ec2::254/128"]"#);
        for none in ["10.0.0.0/8", "169.254.0.0/16", "169.254.169.254/32", "fd00:ec2::/32"] {
            assert_eq!(except(none), "null", "{none}");
        }
    }
}
