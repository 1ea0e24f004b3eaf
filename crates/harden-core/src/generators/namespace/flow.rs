//! Traffic with another namespace or with addresses, as users name it.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use crate::kubernetes::{Cidr, Label, NamespaceName, PolicyPort};

/// Somebody else, and ports: `NAMESPACE[/KEY=VALUE,...][:PORT,...]` or `CIDR[:PORT,...]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Who is at the other end.
    pub peer: Peer,
    /// Which ports; all, when empty.
    pub ports: Vec<PolicyPort>,
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// Pods of a namespace.
    Pods {
        /// Where they are.
        namespace: NamespaceName,
        /// Which of them; all, when empty.
        labels: Vec<Label>,
    },
    /// Whoever has such an address.
    Addresses(Cidr),
}

/// Why a text is no flow.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{part}`: {reason}")]
pub struct InvalidFlow {
    part: String,
    reason: String,
}

impl FromStr for Flow {
    type Err = InvalidFlow;

    fn from_str(text: &str) -> Result<Self, InvalidFlow> {
        let (peer, ports) = if is_range(text) { split_range(text)? } else { split_pods(text) };
        let peer = if is_range(peer) {
            let bare: String = peer.chars().filter(|it| !matches!(it, '[' | ']')).collect();
            Peer::Addresses(parse_part(&bare)?)
        } else {
            let (namespace, labels) = parse_pods(peer)?;
            Peer::Pods { namespace, labels }
        };
        Ok(Self { peer, ports: ports.map_or(Ok(Vec::new()), parse_ports)? })
    }
}

/// Whether a text is about addresses: no namespace has a dot, a bracket or several colons.
fn is_range(text: &str) -> bool {
    let head = text.split('/').next().unwrap_or_default();
    head.contains(['.', '[']) || head.matches(':').count() > 1
}

fn split_pods(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(':') {
        Some((pods, ports)) => (pods, Some(ports)),
        None => (text, None),
    }
}

/// Takes the ports off a range, whose own colons are in brackets or before the length of the prefix.
fn split_range(text: &str) -> Result<(&str, Option<&str>), InvalidFlow> {
    let is_four = text.split(':').next().is_some_and(|it| it.contains('.'));
    let end = match (is_four, text.rfind(']').or_else(|| text.find('/'))) {
        (true, _) => 0,
        (false, Some(end)) => end,
        (false, None) => {
            let reason =
                "write [fd00::10]:5432 or fd00::10/128, so that it is clear where the ports begin";
            return Err(InvalidFlow { part: text.to_owned(), reason: reason.to_owned() });
        }
    };
    let (range, rest) = text.split_at(end);
    Ok(match rest.split_once(':') {
        Some((tail, ports)) => (text.get(..range.len() + tail.len()).unwrap_or(text), Some(ports)),
        None => (text, None),
    })
}

/// Reads `NAMESPACE[/KEY=VALUE,...]`.
pub(super) fn parse_pods(text: &str) -> Result<(NamespaceName, Vec<Label>), InvalidFlow> {
    let (namespace, labels) = match text.split_once('/') {
        Some((namespace, labels)) => (namespace, Some(labels)),
        None => (text, None),
    };
    let labels = labels.map_or(Ok(Vec::new()), parse_labels)?;
    Ok((parse_part(namespace)?, labels))
}

/// Reads `KEY=VALUE,...`.
pub(super) fn parse_labels(text: &str) -> Result<Vec<Label>, InvalidFlow> {
    text.split(',').map(parse_part).collect()
}

/// Reads `PORT,...`.
pub(super) fn parse_ports(text: &str) -> Result<Vec<PolicyPort>, InvalidFlow> {
    text.split(',').map(parse_part).collect()
}

fn parse_part<T: FromStr>(part: &str) -> Result<T, InvalidFlow>
where
    T::Err: fmt::Display,
{
    part.parse()
        .map_err(|reason: T::Err| InvalidFlow { part: part.to_owned(), reason: reason.to_string() })
}

/// The peer that selects these pods: both selectors in one list item, so that both must match.
pub(super) fn peer(namespace: &str, labels: &[(String, String)]) -> Value {
    let by_name = json!({"matchLabels": {"kubernetes.io/metadata.name": namespace}});
    if labels.is_empty() {
        return json!({"namespaceSelector": by_name});
    }
    let labels: Map<_, _> =
        labels.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect();
    json!({"namespaceSelector": by_name, "podSelector": {"matchLabels": labels}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_but_the_namespace_may_be_left_out() {
        for text in [
            "a",
            "a:80",
            "a/k=v",
            "a/k=v:80",
            "a/k=v,l=w:80,90-99/udp,http",
            "a/x.io/k=v:80",
            "10:80",
        ] {
            let flow = text.parse::<Flow>().map(|it| it.peer);
            assert!(matches!(flow, Ok(Peer::Pods { .. })), "{text}: {flow:?}");
        }
        let flow: Flow = "ingress/app.kubernetes.io/name=nginx:8080".parse().expect("valid");
        let Peer::Pods { namespace, labels } = flow.peer else { panic!("addresses") };
        assert_eq!(namespace.as_str(), "ingress");
        assert_eq!(labels.first().map(|it| it.key.as_str()), Some("app.kubernetes.io/name"));
    }

    #[test]
    fn ranges_of_both_families_have_ports_or_none() {
        for (text, range, ports) in [
            ("10.0.0.0/8", "10.0.0.0/8", ""),
            ("10.0.0.0/8:5432", "10.0.0.0/8", "5432"),
            ("10.0.0.5", "10.0.0.5/32", ""),
            ("10.0.0.5:5432,53/udp,8000-8100", "10.0.0.5/32", "5432 53/udp 8000-8100"),
            ("fd00::/64", "fd00::/64", ""),
            ("fd00::/64:5432", "fd00::/64", "5432"),
            ("[fd00::/64]:5432", "fd00::/64", "5432"),
            ("[fd00::]/64:5432", "fd00::/64", "5432"),
            ("[fd00::10]:5432", "fd00::10/128", "5432"),
            ("[fd00::10]", "fd00::10/128", ""),
            ("::/0:443", "::/0", "443"),
        ] {
            let flow: Flow = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            let Peer::Addresses(cidr) = flow.peer else { panic!("{text}: pods") };
            assert_eq!(cidr.to_string(), range, "{text}");
            let words: Vec<_> = flow.ports.iter().map(ToString::to_string).collect();
            assert_eq!(words.join(" "), ports, "{text}");
        }
    }

    #[test]
    fn the_part_that_is_wrong_is_named() {
        for (text, part) in [
            ("A:80", "`A`"),
            ("a:0", "`0`"),
            ("a/b:80", "`b`"),
            ("a:", "``"),
            ("", "``"),
            (
                "10.0.0.1/8",
                "`10.0.0.1/8`: has bits set beyond the prefix length; did you mean 10.0.0.0/8",
            ),
            ("10.0.0/8", "`10.0.0/8`"),
            ("10.0.0.0/8:", "``"),
            ("10.0.0.0/8/k=v:80", "`10.0.0.0/8/k=v`"),
            ("fd00::10:5432", "`fd00::10:5432`: write [fd00::10]:5432"),
            ("[fd00::10]5432", "`fd00::105432`"),
            ("db.example.com:5432", "`db.example.com`"),
            ("::ffff:10.0.0.0/104", "`::ffff:10.0.0.0/104`: must not be an IPv4-mapped"),
        ] {
            let error = text.parse::<Flow>().expect_err(text).to_string();
            assert!(error.starts_with(part), "{text}: {error}");
        }
    }
}
