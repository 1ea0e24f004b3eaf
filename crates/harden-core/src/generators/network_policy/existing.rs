//! NetworkPolicies that are there already, and what they let through.

use std::collections::BTreeSet;

use harden_yaml::Place as Text;

use super::kubernetes;
use super::policy::Peer;
use super::selection::Class;
use crate::Manifest;
use crate::kubernetes::{Kind, PolicyPort, PortRange, Protocol, Selector};

/// All of them, but for those that are to be written anew.
#[derive(Debug, Default)]
pub(super) struct Existing<'d> {
    policies: Vec<(String, String, Text<'d>)>,
}

impl<'d> Existing<'d> {
    pub(super) fn add(&mut self, namespace: &str, name: &str, object: Text<'d>) {
        self.policies.push((namespace.to_owned(), name.to_owned(), object.at("spec")));
    }

    /// Those of a name.
    fn named(&self, namespace: &str, name: &str) -> Option<Text<'d>> {
        let mut same = self.policies.iter().filter(|it| it.0 == namespace && it.1 == name);
        same.next().map(|it| it.2)
    }

    /// Whether everything is closed in a namespace already, in both directions.
    pub(super) fn is_closed(&self, namespace: &str) -> bool {
        ["Ingress", "Egress"].into_iter().all(|direction| {
            self.policies.iter().any(|(own, _, spec)| {
                own == namespace
                    && spec.at("podSelector").follow("matchLabels").is_empty()
                    && spec.at("podSelector").follow("matchExpressions").is_empty()
                    && isolates(*spec, direction)
                    && spec.at("ingress").is_empty()
                    && spec.at("egress").is_empty()
            })
        })
    }

    /// Whether one of them but `own` lets a peer through in a direction, word for word.
    pub(super) fn lets(
        &self,
        class: &Class<'_>,
        own: &str,
        direction: &str,
        peer: &Peer,
        ports: &BTreeSet<PolicyPort>,
    ) -> bool {
        let (rules, kind) =
            if direction == "from" { ("ingress", "Ingress") } else { ("egress", "Egress") };
        let selects = |spec: &Text<'_>| {
            let Ok(Some(selector)) = Selector::read(spec.at("podSelector")) else { return false };
            class
                .members
                .iter()
                .all(|it| selector.matches(|key| it.labels.get(key).map(String::as_str)))
        };
        self.policies.iter().any(|(namespace, name, spec)| {
            namespace == class.namespace()
                && name != own
                && isolates(*spec, kind)
                && selects(spec)
                && spec.at(rules).items().any(|it| is_for(it, direction, peer, ports))
        })
    }

    /// Whether one of them that is not written anew opens a direction of a workload to anybody: what it lets through
    /// beside is its own affair.
    pub(super) fn opens(&self, class: &Class<'_>, direction: &str, made: &[Manifest]) -> bool {
        let rules = if direction == "Ingress" { "ingress" } else { "egress" };
        self.policies.iter().any(|(namespace, name, spec)| {
            let is_it = |it: &Manifest| {
                it.kind == Kind::NETWORK_POLICY
                    && it.name == *name
                    && it.namespace.as_ref() == Some(namespace)
            };
            let selector = Selector::read(spec.at("podSelector")).ok().flatten();
            let selects = |selector: &Selector<'_>| {
                class.first().is_some_and(|it| {
                    selector.matches(|key| it.labels.get(key).map(String::as_str))
                })
            };
            namespace == class.namespace()
                && isolates(*spec, direction)
                && !spec.at(rules).is_empty()
                && selector.as_ref().is_some_and(selects)
                && !made.iter().any(is_it)
        })
    }

    /// Takes away what is there to the letter, and says what would be changed.
    pub(super) fn leave_out(&self, manifests: &mut Vec<Manifest>, notes: &mut Vec<String>) {
        let count = manifests.len();
        manifests.retain(|it| {
            let there = self.named(it.namespace.as_deref().unwrap_or_default(), &it.name);
            let Some((there, made)) = there.zip(it.object.get("spec")) else { return true };
            if is_same(there, made) {
                return false;
            }
            notes.push(format!("{} is there already, and applying this changes it", it.title()));
            true
        });
        if manifests.is_empty() {
            notes.push("everything is there already".to_owned());
        } else if manifests.len() < count {
            notes.push(format!("{} of the policies are there already", count - manifests.len()));
        }
    }
}

fn isolates(spec: Text<'_>, direction: &str) -> bool {
    let types = spec.at("policyTypes");
    if types.is_empty() {
        return direction == "Ingress" || !spec.at("egress").is_empty();
    }
    types.items().any(|it| it.as_str() == Some(direction))
}

/// Whether a rule is for a peer and for all of some ports.
fn is_for(rule: Text<'_>, side: &str, peer: &Peer, ports: &BTreeSet<PolicyPort>) -> bool {
    let listed = if side == "from" { rule.at("from") } else { rule.at("to") };
    let wanted = kubernetes::peer(peer);
    let is_peer = listed.is_empty()
        || wanted.is_some_and(|wanted| listed.items().any(|it| is_same(it, &wanted)));
    let open: Vec<PolicyPort> = rule.at("ports").items().filter_map(port).collect();
    let is_open = rule.at("ports").is_empty()
        || !ports.is_empty() && ports.iter().all(|it| open.contains(it));
    is_peer && is_open
}

fn port(place: Text<'_>) -> Option<PolicyPort> {
    let number = |it: Text<'_>| it.as_i64().and_then(|it| u16::try_from(it).ok()?.try_into().ok());
    let (port, end) = (place.at("port"), place.at("endPort"));
    let port = match (port.as_str(), number(port)) {
        (Some(name), _) => PortRange::Name(name.to_owned()),
        (None, first) if end.exists() => PortRange::Range(first?, number(end)?),
        (None, first) => PortRange::Number(first?),
    };
    let protocol = place.at("protocol").as_str();
    let protocol = protocol.map_or(Some(Protocol::Tcp), Protocol::read)?;
    Some(PolicyPort { port, protocol })
}

/// Whether a place holds just this value.
fn is_same(place: Text<'_>, value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let has_all =
                map.iter().all(|(key, value)| place.get(key).is_some_and(|it| is_same(it, value)));
            place.is_map() && place.entries().count() == map.len() && has_all
        }
        Value::Array(list) => {
            let items: Vec<_> = place.items().collect();
            place.is_list()
                && items.len() == list.len()
                && items.iter().zip(list).all(|(it, value)| is_same(*it, value))
        }
        Value::String(text) => place.as_str() == Some(text),
        Value::Number(number) => place.as_i64() == number.as_i64(),
        Value::Bool(flag) => place.as_bool() == Some(*flag),
        Value::Null => place.is_null(),
    }
}
