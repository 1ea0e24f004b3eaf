//! Selectors that take the pods of one workload and of no other.

use std::collections::{BTreeMap, BTreeSet};

use super::policy::Pods;
use crate::network::wanted::Workload;

/// Workloads that no selector tells apart, by the labels of their pods.
#[derive(Debug)]
pub(super) struct Class<'w> {
    /// They are in the order of their names.
    pub(super) members: Vec<&'w Workload>,
    /// What selects them, and nobody else of what was read.
    pub(super) pods: Pods,
}

impl<'w> Class<'w> {
    /// The one that it is called by.
    pub(super) fn first(&self) -> Option<&'w Workload> {
        self.members.first().copied()
    }

    pub(super) fn namespace(&self) -> &'w str {
        self.first().map_or("", |it| it.namespace.as_str())
    }

    pub(super) fn is_on_host(&self) -> bool {
        self.members.iter().all(|it| it.is_on_host)
    }
}

/// All workloads by class, in the order of namespaces and names.
pub(super) fn classes(workloads: &[Workload]) -> Vec<Class<'_>> {
    let mut by_labels: BTreeMap<_, Vec<&Workload>> = BTreeMap::new();
    for it in workloads {
        let key = (&it.namespace, &it.labels, &it.keys, it.is_on_host);
        by_labels.entry(key).or_default().push(it);
    }
    let mut by_namespace: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
    for it in workloads.iter().filter(|it| !it.is_on_host) {
        by_namespace.entry(&it.namespace).or_default().push(it);
    }
    let mut all: Vec<_> = by_labels
        .into_values()
        .filter_map(|members| {
            let first = members.first()?;
            let others = by_namespace.get(first.namespace.as_str()).map_or(&[][..], Vec::as_slice);
            let pods = selector(first, others);
            Some(Class { members, pods })
        })
        .collect();
    let order = |it: &Class<'_>| {
        it.first().map(|it| (it.namespace.clone(), it.name.clone(), it.kind.clone()))
    };
    all.sort_by_key(order);
    all
}

/// What selects the pods of a workload, and as few others as their labels let tell apart.
fn selector(of: &Workload, others: &[&Workload]) -> Pods {
    let is_same = |it: &Workload| it.labels == of.labels && it.keys == of.keys;
    let mut pods = Pods::labelled(of.selector.clone());
    let mut left: Vec<&Workload> =
        others.iter().copied().filter(|it| !is_same(it) && selects(&pods, it)).collect();
    // The label that tells most of them apart goes first.
    while !left.is_empty() {
        let unused = of.labels.iter().filter(|(key, _)| !pods.labels.contains_key(*key));
        let tells = |key: &str, value: &str| {
            left.iter().filter(|it| it.labels.get(key).is_none_or(|it| it != value)).count()
        };
        let best = unused
            .map(|(key, value)| (tells(key, value), key, value))
            .max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)));
        match best {
            Some((count, key, value)) if count > 0 => {
                pods.labels.insert(key.clone(), value.clone());
            }
            _ => break,
        }
        left.retain(|it| selects(&pods, it));
    }
    if left.iter().any(|it| !of.keys.is_subset(&keys(it))) || pods.labels.is_empty() {
        pods.keys.extend(of.keys.iter().next().cloned());
        left.retain(|it| selects(&pods, it));
    }
    // What is left has all of the labels, and others.
    while let Some(other) = left.first() {
        let own = keys(of);
        let Some(key) = keys(other).into_iter().find(|it| !own.contains(it)) else { break };
        pods.without.insert(key);
        left.retain(|it| selects(&pods, it));
    }
    pods
}

/// Whether pods of a workload are among some.
pub(super) fn selects(pods: &Pods, workload: &Workload) -> bool {
    let all = keys(workload);
    pods.labels.iter().all(|(key, value)| workload.labels.get(key) == Some(value))
        && pods.keys.is_subset(&all)
        && pods.without.is_disjoint(&all)
}

fn keys(of: &Workload) -> BTreeSet<String> {
    of.labels.keys().chain(&of.keys).cloned().collect()
}
