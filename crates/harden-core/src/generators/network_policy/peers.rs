//! Peers from what flags, platforms and clusters say of them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::policy::{Peer, Place, Pods};
use crate::generators::namespace::{self, NOT_INTERNET_4, NOT_INTERNET_6, reached};
use crate::kubernetes::Cidr;

/// What a flag names; what pods connect to leaves the metadata service out.
pub(super) fn of_flag(peer: &namespace::Peer, is_reached: bool) -> Peer {
    match peer {
        namespace::Peer::Pods { namespace, labels } => {
            let labels = labels.iter().map(|it| (it.key.clone(), it.value.clone())).collect();
            Peer::Pods { place: Place::named(namespace.as_str()), pods: Pods::labelled(labels) }
        }
        namespace::Peer::Addresses(cidr) => {
            let left_out = if is_reached { peer_of(&reached(*cidr)) } else { None };
            left_out.unwrap_or(Peer::Block(*cidr, Vec::new()))
        }
    }
}

/// A peer of a NetworkPolicy; none where it asks for more than some labels.
pub(super) fn peer_of(value: &Value) -> Option<Peer> {
    if let Some(block) = value.get("ipBlock") {
        let cidr: Cidr = block.get("cidr")?.as_str()?.parse().ok()?;
        let except = block.get("except").and_then(Value::as_array).into_iter().flatten();
        let except = except.filter_map(|it| it.as_str().map(str::to_owned)).collect();
        return Some(Peer::Block(cidr, except));
    }
    let pods = match value.get("podSelector") {
        Some(selector) => Pods::labelled(labels_of(selector)?),
        None => Pods::default(),
    };
    let place = match value.get("namespaceSelector") {
        Some(selector) => match labels_of(selector)? {
            all if all.is_empty() => Place::All,
            labels => Place::Labelled(labels),
        },
        None => Place::Own,
    };
    Some(Peer::Pods { place, pods })
}

fn labels_of(selector: &Value) -> Option<BTreeMap<String, String>> {
    let expressions = selector.get("matchExpressions").and_then(Value::as_array);
    if expressions.is_some_and(|it| !it.is_empty()) {
        return None;
    }
    let labels = selector.get("matchLabels").and_then(Value::as_object).into_iter().flatten();
    labels.map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// Public addresses of both families.
pub(super) fn internet() -> impl Iterator<Item = Peer> {
    let all = [("0.0.0.0/0", &NOT_INTERNET_4[..]), ("::/0", &NOT_INTERNET_6[..])];
    all.into_iter().filter_map(|(cidr, except)| {
        let except = except.iter().map(|it| (*it).to_owned()).collect();
        Some(Peer::Block(cidr.parse().ok()?, except))
    })
}
