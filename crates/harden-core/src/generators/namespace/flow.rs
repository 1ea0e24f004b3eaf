//! Traffic with another namespace, as users name it.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value, json};

use crate::kubernetes::{Label, NamespaceName, PolicyPort};

/// Pods elsewhere, and ports: `NAMESPACE[/KEY=VALUE,...][:PORT,...]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// Where the other pods are.
    pub namespace: NamespaceName,
    /// Which of them; all, when empty.
    pub labels: Vec<Label>,
    /// Which ports; all, when empty.
    pub ports: Vec<PolicyPort>,
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
        let (pods, ports) = match text.rsplit_once(':') {
            Some((pods, ports)) => (pods, Some(ports)),
            None => (text, None),
        };
        let (namespace, labels) = parse_pods(pods)?;
        let ports =
            ports.map_or(Ok(Vec::new()), |ports| ports.split(',').map(parse_part).collect())?;
        Ok(Self { namespace, labels, ports })
    }
}

/// Reads `NAMESPACE[/KEY=VALUE,...]`.
pub(super) fn parse_pods(text: &str) -> Result<(NamespaceName, Vec<Label>), InvalidFlow> {
    let (namespace, labels) = match text.split_once('/') {
        Some((namespace, labels)) => (namespace, Some(labels)),
        None => (text, None),
    };
    let labels =
        labels.map_or(Ok(Vec::new()), |labels| labels.split(',').map(parse_part).collect())?;
    Ok((parse_part(namespace)?, labels))
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
        for text in
            ["a", "a:80", "a/k=v", "a/k=v:80", "a/k=v,l=w:80,90-99/udp,http", "a/x.io/k=v:80"]
        {
            assert!(text.parse::<Flow>().is_ok(), "{text}");
        }
        let flow: Flow = "ingress/app.kubernetes.io/name=nginx:8080".parse().expect("valid");
        assert_eq!(flow.namespace.as_str(), "ingress");
        assert_eq!(flow.labels.first().map(|it| it.key.as_str()), Some("app.kubernetes.io/name"));
    }

    #[test]
    fn the_part_that_is_wrong_is_named() {
        for (text, part) in
            [("A:80", "`A`"), ("a:0", "`0`"), ("a/b:80", "`b`"), ("a:", "``"), ("", "``")]
        {
            let error = text.parse::<Flow>().expect_err(text).to_string();
            assert!(error.starts_with(part), "{text}: {error}");
        }
    }
}
