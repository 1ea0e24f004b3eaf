//! Pods that the API server calls, as users name them, and where its calls come from.

use std::str::FromStr;

use serde_json::{Map, Value, json};

use super::flow::{InvalidFlow, parse_labels, parse_ports};
use super::network::{port_values, ports_in_words};
use super::{Options, dns};
use crate::Manifest;
use crate::kubernetes::{Cidr, Kind, Label, PolicyPort, is_subdomain};
use crate::platform::{Caller, Platform};

/// Webhooks: `[KEY=VALUE,...:]PORT,...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// The labels of the pods; all pods of the namespace, when empty.
    pub labels: Vec<Label>,
    /// The ports that the pods listen on, not those of their Service.
    pub ports: Vec<PolicyPort>,
}

impl FromStr for Webhook {
    type Err = InvalidFlow;

    fn from_str(text: &str) -> Result<Self, InvalidFlow> {
        let (labels, ports) = match text.rsplit_once(':') {
            Some((labels, ports)) => (parse_labels(labels)?, ports),
            None => (Vec::new(), text),
        };
        Ok(Self { labels, ports: parse_ports(ports)? })
    }
}

/// A policy for each.
pub(super) fn policies(options: &Options, of: Option<&Platform>, namespace: &str) -> Vec<Manifest> {
    let (peers, from) = callers(options, of);
    let mut policies: Vec<Manifest> = Vec::new();
    for (index, webhook) in options.allow_webhooks.iter().enumerate() {
        if options.allow_webhooks.iter().take(index).any(|it| it == webhook) {
            continue;
        }
        let labels: Vec<_> =
            webhook.labels.iter().map(|it| format!("{}={}", it.key, it.value)).collect();
        let pods = if labels.is_empty() {
            "every pod".to_owned()
        } else {
            format!("pods {}", labels.join(","))
        };
        let why = format!(
            "Lets the API server call webhooks of {pods}{}.\n{from}",
            ports_in_words(&webhook.ports)
        );
        let mut rule = Map::new();
        if !peers.is_empty() {
            rule.insert("from".to_owned(), peers.clone().into());
        }
        rule.insert("ports".to_owned(), port_values(&webhook.ports));
        let selected: Map<_, _> = webhook
            .labels
            .iter()
            .map(|it| (it.key.clone(), Value::from(it.value.as_str())))
            .collect();
        let selector =
            if selected.is_empty() { json!({}) } else { json!({"matchLabels": selected}) };
        policies.push(Manifest::new(
            Kind::NETWORK_POLICY,
            Some(namespace),
            &name(webhook, index, &policies),
            &why,
            json!({"spec": {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": [rule]}}),
        ));
    }
    policies
}

/// What the user should know of where calls come from.
pub(super) fn notes(options: &Options, of: Option<&Platform>) -> Vec<String> {
    if options.allow_webhooks.is_empty() {
        return Vec::new();
    }
    let mut notes = Vec::new();
    if callers(options, of).0.is_empty() {
        notes.push("the API server is in the network of its nodes or behind them, which no selector matches: the ports of --allow-webhooks are open to whoever reaches the pods, unless --webhook-source names its addresses".to_owned());
    }
    if of.is_some_and(|it| it.name == "gke") {
        notes.push("the firewall of a private GKE cluster lets the API server reach ports 443 and 10250 of nodes alone: webhooks on other ports need a rule there".to_owned());
    }
    notes
}

/// Whom to let in, and a sentence that says who that is.
pub(in crate::generators) fn callers(
    options: &Options,
    of: Option<&Platform>,
) -> (Vec<Value>, String) {
    let addresses: Vec<_> = options.webhook_source.iter().map(Cidr::to_string).collect();
    let mut peers = Vec::new();
    let mut words = Vec::new();
    if let Some(Caller::Pods(pods)) = of.map(|it| it.webhooks.value) {
        peers.push(dns::pods(&pods));
        words.push(match (pods.labels, pods.namespace) {
            ([(key, value), ..], [(_, namespace), ..]) => {
                format!("through pods {key}={value} of namespace {namespace}")
            }
            _ => "from the network of the nodes".to_owned(),
        });
    }
    if !addresses.is_empty() {
        peers.extend(addresses.iter().map(|it| json!({"ipBlock": {"cidr": it}})));
        words.push(format!("from {}", addresses.join(", ")));
    }
    let from = if words.is_empty() {
        "No selector matches the API server, so that whoever reaches these pods may connect to the port."
            .to_owned()
    } else {
        format!("Its calls come {}.", words.join(" and "))
    };
    (peers, from)
}

fn name(webhook: &Webhook, index: usize, before: &[Manifest]) -> String {
    let mut words = vec!["allow-webhooks".to_owned()];
    words.extend(webhook.labels.iter().map(|it| it.value.clone()));
    words.extend(webhook.ports.iter().map(|it| it.to_string().replace('/', "-")));
    let name = words.join("-").to_lowercase().replace(['_', '.'], "-");
    if is_subdomain(&name) && !before.iter().any(|it| it.name == name) {
        return name;
    }
    format!("allow-webhooks-{}", index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_may_be_left_out_and_ports_may_not() {
        for text in ["9443", "app=webhook:9443", "app=webhook,tier=a:9443,8443", "x.io/k=v:webhook"]
        {
            assert!(text.parse::<Webhook>().is_ok(), "{text}");
        }
        for text in ["", "app=webhook", "app=webhook:", "app:9443", ":9443", "0"] {
            assert!(text.parse::<Webhook>().is_err(), "{text}");
        }
    }
}
