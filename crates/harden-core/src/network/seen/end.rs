//! The ends of connections as logs name them.

use std::net::IpAddr;

use crate::network::End;

/// Labels with which controllers tell their pods apart. They say nothing of what a pod is for.
const OF_CONTROLLERS: [&str; 9] = [
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "controller-revision-hash",
    "controller-uid",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
];

/// The longest name that Kubernetes and DNS know.
const LONGEST: usize = 253;

/// Whether a text can be a name. What cannot may hold what a terminal would obey.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |it: char| it.is_ascii_graphic() && !matches!(it, '/' | '[' | ']' | ',' | '"');
    !text.is_empty() && text.len() <= LONGEST && text.chars().all(is_part)
}

/// An address, of IPv4 also where it is written as one of IPv6.
pub(super) fn address(text: &str) -> Option<End> {
    let text = text.trim_start_matches('[').trim_end_matches(']');
    text.parse::<IpAddr>().ok().map(|it| End::Address(it.to_canonical()))
}

/// A pod by its name.
pub(super) fn pod(namespace: &str, name: &str) -> Option<End> {
    let is_known = is_name(namespace) && is_name(name);
    is_known.then(|| End::Pod {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        labels: Vec::new(),
    })
}

/// What makes pods, by its name; the kind may be empty.
pub(super) fn workload(namespace: &str, kind: &str, name: &str) -> Option<End> {
    let is_known = is_name(namespace) && is_name(name) && (kind.is_empty() || is_name(kind));
    is_known.then(|| End::Workload {
        namespace: namespace.to_owned(),
        kind: kind.to_owned(),
        name: name.to_owned(),
    })
}

/// `key=value`, without those by which controllers tell their pods apart, in order.
pub(super) fn labels<'l>(texts: impl IntoIterator<Item = &'l str>) -> Vec<(String, String)> {
    let mut labels: Vec<_> = texts
        .into_iter()
        .map(str::trim)
        .filter_map(|it| it.split_once('='))
        .filter(|(key, value)| is_word(key) && (value.is_empty() || is_word(value)))
        .filter(|(key, _)| !OF_CONTROLLERS.contains(key))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    labels.sort_unstable();
    labels.dedup();
    labels
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST + 64 && text.chars().all(|it| it.is_ascii_graphic())
}

/// What Cilium calls identities below 256, by their numbers and by their labels.
const RESERVED: [(&str, &str); 10] = [
    ("7", "kube-apiserver"),
    ("1", "host"),
    ("6", "remote-node"),
    ("4", "health"),
    ("8", "ingress"),
    ("5", "init"),
    ("3", "unmanaged"),
    ("2", "world"),
    ("9", "world-ipv4"),
    ("10", "world-ipv6"),
];

/// The word of a reserved identity, by its number or its name. Of several, the one that says most comes first.
pub(super) fn reserved<'w>(known: impl Fn(&str, &str) -> bool + 'w) -> Option<&'static str> {
    RESERVED.iter().find(|(number, name)| known(number, name)).map(|(_, name)| *name)
}
