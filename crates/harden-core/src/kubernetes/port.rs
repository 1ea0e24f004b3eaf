//! Ports as NetworkPolicies take them.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

/// A port number, 1 to 65535.
pub type PortNumber = NonZeroU16;

/// The transport protocol of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Protocol {
    /// TCP, the API's default.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// Reads the API's spelling or its lower case.
    pub fn read(text: &str) -> Option<Self> {
        match text {
            "TCP" | "tcp" => Some(Self::Tcp),
            "UDP" | "udp" => Some(Self::Udp),
            "SCTP" | "sctp" => Some(Self::Sctp),
            _ => None,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        })
    }
}

/// Which ports of a pod: `8080`, `8000-8100`, `http`, `53/udp`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyPort {
    /// The port or ports.
    pub port: PortRange,
    /// Their protocol.
    pub protocol: Protocol,
}

/// One port, a range of them, or the name that containers give one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortRange {
    /// One port.
    Number(PortNumber),
    /// From the first to the last, both included.
    Range(PortNumber, PortNumber),
    /// `containerPort` by its name.
    Name(String),
}

impl PolicyPort {
    /// One port by number.
    pub fn number(port: PortNumber, protocol: Protocol) -> Self {
        Self { port: PortRange::Number(port), protocol }
    }
}

/// Why a text is no port.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be a port: a number from 1 to 65535, a range such as 8000-8100, or a container port's name \
     (at most 15 lower-case letters, digits and '-', with a letter), optionally with /tcp, /udp or /sctp"
)]
pub struct InvalidPort;

impl FromStr for PolicyPort {
    type Err = InvalidPort;

    fn from_str(text: &str) -> Result<Self, InvalidPort> {
        let (port, protocol) = match text.split_once('/') {
            Some((port, protocol)) => (port, Protocol::read(protocol).ok_or(InvalidPort)?),
            None => (text, Protocol::Tcp),
        };
        let port = if let Ok(number) = port.parse() {
            PortRange::Number(number)
        } else if let Some((Ok(first), Ok(last))) =
            port.split_once('-').map(|(first, last)| (first.parse(), last.parse()))
        {
            if first > last {
                return Err(InvalidPort);
            }
            PortRange::Range(first, last)
        } else if port_name_flaw(port).is_none() {
            PortRange::Name(port.to_owned())
        } else {
            return Err(InvalidPort);
        };
        Ok(Self { port, protocol })
    }
}

impl fmt::Display for PolicyPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.port {
            PortRange::Number(number) => number.fmt(f)?,
            PortRange::Range(first, last) => write!(f, "{first}-{last}")?,
            PortRange::Name(name) => f.write_str(name)?,
        }
        match self.protocol {
            Protocol::Tcp => Ok(()),
            Protocol::Udp => f.write_str("/udp"),
            Protocol::Sctp => f.write_str("/sctp"),
        }
    }
}

/// What is wrong with the name of a port, if anything: the first complaint of the API server (IANA_SVC_NAME).
pub fn port_name_flaw(name: &str) -> Option<&'static str> {
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.len() > 15 {
        Some("must be no more than 15 characters")
    } else if !name.bytes().all(is_allowed) {
        Some("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)")
    } else if !name.bytes().any(|byte| byte.is_ascii_lowercase()) {
        Some("must contain at least one letter (a-z)")
    } else if name.contains("--") {
        Some("must not contain consecutive hyphens")
    } else if name.starts_with('-') || name.ends_with('-') {
        Some("must not begin or end with a hyphen")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_numbers_ranges_and_names() {
        for good in ["1", "65535", "8000-8100", "http", "53/udp", "9/sctp", "dns-tcp/tcp"] {
            let port: PolicyPort = good.parse().expect(good);
            assert_eq!(port.to_string(), good.trim_end_matches("/tcp"));
        }
        for bad in
            ["0", "65536", "9-8", "", "80/http", "a-very-long-port-name", "-a", "a--b", "80-"]
        {
            assert!(bad.parse::<PolicyPort>().is_err(), "{bad}");
        }
    }
}
