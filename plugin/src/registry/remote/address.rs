//! Addresses of registries: which are asked, and where an answer may send us.

use std::net::{Ipv4Addr, Ipv6Addr};

use http::Uri;

use crate::registry::fault::Fault;

/// An address that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address(Uri);

impl Address {
    /// Reads an address. Without TLS only this machine is asked.
    pub(super) fn of(text: &str) -> Result<Self, Fault> {
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        if !["https", "http"].iter().any(|it| scheme.eq_ignore_ascii_case(it)) {
            return Err(Fault::broken("the registry names an address that is not https"));
        }
        let uri = text.parse();
        Self::check(uri.map_err(|_| Fault::broken("the registry names an address that is none"))?)
    }

    fn check(uri: Uri) -> Result<Self, Fault> {
        let Some(authority) = uri.authority() else {
            return Err(Fault::broken("the registry names an address without a host"));
        };
        if authority.as_str().contains('@') {
            return Err(Fault::broken("the registry names an address with credentials in it"));
        }
        match uri.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if is_loopback(authority.host()) => Ok(Self(uri)),
            _ => Err(Fault::broken(format!(
                "{} is not asked without TLS, which anybody on the way can read and change: only registries of this machine are",
                authority.host()
            ))),
        }
    }

    /// Where an answer sends us from here. From TLS no way leads to an address without.
    pub(super) fn follow(&self, location: &str) -> Result<Self, Fault> {
        let origin = self.origin();
        let path = self.0.path();
        let there = if location.contains("://") {
            location.to_owned()
        } else if let Some(rest) = location.strip_prefix("//") {
            format!("{}://{rest}", self.0.scheme_str().unwrap_or("https"))
        } else if location.starts_with('/') {
            format!("{origin}{location}")
        } else if location.starts_with('?') {
            format!("{origin}{path}{location}")
        } else {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("{origin}{folder}/{location}")
        };
        let there = Self::of(&there)?;
        if self.is_tls() && !there.is_tls() {
            return Err(Fault::broken(
                "the registry sends us to an address without TLS, where anybody on the way can change what is read",
            ));
        }
        Ok(there)
    }

    /// The same with a query, beside what it has already.
    pub(super) fn with_query(&self, pairs: &[(&str, &str)]) -> Result<Self, Fault> {
        let mut text = self.0.to_string();
        for (name, value) in pairs {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(&[name, "=", &encode(value)].concat());
        }
        Self::of(&text)
    }

    pub(super) fn is_tls(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.0
    }

    /// Scheme, host and port: to these credentials belong.
    pub(super) fn origin(&self) -> String {
        let scheme = self.0.scheme_str().unwrap_or_default();
        let host = self.0.host().unwrap_or_default().to_ascii_lowercase();
        match self.0.port_u16() {
            Some(port) if port != if self.is_tls() { 443 } else { 80 } => {
                format!("{scheme}://{host}:{port}")
            }
            _ => format!("{scheme}://{host}"),
        }
    }
}

/// Whether a host is this machine, by its name or its address in full.
pub(super) fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || address.parse::<Ipv4Addr>().is_ok_and(|it| it.is_loopback())
        || address.parse::<Ipv6Addr>().is_ok_and(|it| it.is_loopback())
}

/// A value of a query, or of a form.
pub(super) fn encode(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_asked_without_tls() {
        for host in ["127.0.0.1", "127.9.9.9:5000", "[::1]:5000", "localhost", "LOCALHOST:1"] {
            assert!(Address::of(&format!("http://{host}/v2/")).is_ok(), "{host}");
        }
        for address in [
            "http://registry.example/v2/",
            "http://10.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://[::ffff:127.0.0.1]/",
            "http://localhost.example/",
            "http://127.0.0.1.example/",
            "file:///etc/passwd",
            "ftp://localhost/",
            "https://ann:secret@registry.example/",
            "http://127.0.0.1@registry.example/",
            "/v2/",
            "",
            "https://",
            "https://a b/",
        ] {
            assert!(Address::of(address).is_err(), "{address}");
        }
    }

    #[test]
    fn an_answer_sends_us_on_as_browsers_go() {
        let here = Address::of("https://registry.example/v2/a/blobs/x?y=1").unwrap();
        for (location, there) in [
            ("/b?c", "https://registry.example/b?c"),
            ("z", "https://registry.example/v2/a/blobs/z"),
            ("?n=2", "https://registry.example/v2/a/blobs/x?n=2"),
            ("//other.example/b", "https://other.example/b"),
            ("https://other.example:8443/b", "https://other.example:8443/b"),
        ] {
            assert_eq!(here.follow(location), Address::of(there), "{location}");
        }
        for location in
            ["http://127.0.0.1/", "http://other.example/", "file:///etc/passwd", "https://u:p@x/"]
        {
            assert!(here.follow(location).is_err(), "{location}");
        }
        assert_eq!(here.origin(), Address::of("https://REGISTRY.example:443/z").unwrap().origin());
        assert_ne!(here.origin(), Address::of("https://registry.example:8443/z").unwrap().origin());
        assert_eq!(
            here.with_query(&[("scope", "repository:a/b:pull,push")]).unwrap().uri().to_string(),
            "https://registry.example/v2/a/blobs/x?y=1&scope=repository%3Aa%2Fb%3Apull%2Cpush"
        );
    }
}
