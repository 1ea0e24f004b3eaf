//! ResourceQuotas that hold together, sorted so that an object finds those that it does not fit.

use std::collections::{BTreeMap, BTreeSet};

use super::{Quota, Scope};
use crate::kubernetes::Quantity;

/// What a quota that bounds it asks of every container. Upstream calls that a mistake, and made it for no other
/// resource.
const STATED: [&str; 6] =
    ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

/// ResourceQuotas that hold together, by the pods that they are for.
#[derive(Debug, Clone, Default)]
pub struct Admitted {
    groups: Vec<QuotaGroup>,
    /// Those of the groups that are not for certain priority classes only.
    general: Vec<usize>,
    /// Those that are, by the classes.
    by_class: BTreeMap<String, Vec<usize>>,
}

/// The quotas that are for the same pods.
#[derive(Debug, Clone, Default)]
pub struct QuotaGroup {
    /// Which pods they are for; all when empty.
    pub scopes: Vec<Scope>,
    bounds: BTreeMap<String, Vec<Bound>>,
    asked: BTreeMap<Vec<&'static str>, Vec<String>>,
}

/// How much one quota admits of a resource to all objects together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bound {
    /// How much.
    pub hard: Quantity,
    /// The name of the quota.
    pub quota: String,
}

impl Admitted {
    pub(super) fn of(quotas: BTreeSet<Quota>) -> Self {
        let mut groups: BTreeMap<Vec<Scope>, QuotaGroup> = BTreeMap::new();
        for Quota { name, hard, scopes } in quotas {
            let group = groups.entry(scopes).or_default();
            let asked: Vec<_> = STATED.into_iter().filter(|it| hard.contains_key(*it)).collect();
            if !asked.is_empty() {
                group.asked.entry(asked).or_default().push(name.clone());
            }
            for (resource, hard) in hard {
                let bound = Bound { hard, quota: name.clone() };
                group.bounds.entry(resource).or_default().push(bound);
            }
        }
        let mut this = Self::default();
        for (index, (scopes, mut group)) in groups.into_iter().enumerate() {
            group.bounds.values_mut().for_each(|it| it.sort());
            let of_class = |it: &&Scope| it.name == "PriorityClass" && it.operator == "In";
            match scopes.iter().find(of_class) {
                None => this.general.push(index),
                Some(scope) => scope.values.iter().for_each(|class| {
                    this.by_class.entry(class.clone()).or_default().push(index);
                }),
            }
            this.groups.push(QuotaGroup { scopes, ..group });
        }
        this
    }

    /// The groups that may be for a pod of this priority class.
    pub fn groups(&self, class: Option<&str>) -> impl Iterator<Item = &QuotaGroup> {
        let of_class = class.and_then(|it| self.by_class.get(it)).into_iter().flatten();
        self.general.iter().chain(of_class).filter_map(|it| self.groups.get(*it))
    }

    /// The quotas that are for whatever is in the namespace, if there are any. Only pods have scopes.
    pub fn without_scopes(&self) -> Option<&QuotaGroup> {
        // The one without scopes sorts before all others.
        self.groups.first().filter(|it| it.scopes.is_empty())
    }
}

impl QuotaGroup {
    /// What bounds a resource, from the tightest.
    pub fn bounds(&self, resource: &str) -> &[Bound] {
        self.bounds.get(resource).map_or(&[], Vec::as_slice)
    }

    /// What quotas ask every container to state, with the names of those that ask the same, in their order.
    pub fn asked(&self) -> impl Iterator<Item = (&[&'static str], &[String])> {
        self.asked.iter().map(|(asked, quotas)| (asked.as_slice(), quotas.as_slice()))
    }
}
