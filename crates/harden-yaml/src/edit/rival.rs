//! Changes that exclude each other.

use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use super::plan::Site;
use super::source::Source;
use crate::tree::Id;

/// Whether a change is refused already.
pub(super) fn is_refused(refusals: &[Option<Refusal>], change: usize) -> bool {
    refusals.get(change).is_none_or(Option::is_some)
}

/// Refuses a change, unless it is refused already.
pub(super) fn refuse(refusals: &mut [Option<Refusal>], change: usize, refusal: Refusal) {
    if let Some(slot) = refusals.get_mut(change) {
        slot.get_or_insert(refusal);
    }
}

/// Refuses two changes that want different things, or one that does.
pub(super) fn refuse_pair(refusals: &mut [Option<Refusal>], one: usize, other: usize) {
    if one == other {
        refuse(refusals, one, Refusal::Contradictory);
    } else {
        refuse(refusals, one, Refusal::Excludes(other));
        refuse(refusals, other, Refusal::Excludes(one));
    }
}

/// Refuses changes of what others replace or remove as a whole. What is below something that is removed is
/// removed with it.
pub(super) fn exclude(
    source: &Source<'_>,
    sites: &mut BTreeMap<Id, Site>,
    refusals: &mut [Option<Refusal>],
) {
    let mut covers: Vec<(Id, Id, Vec<usize>, bool)> = Vec::new();
    let (mut gone, mut joined) = (BTreeSet::new(), Vec::new());
    for (id, site) in sites.iter() {
        while covers.last().is_some_and(|(_, end, ..)| end <= id) {
            covers.pop();
        }
        // Only removals can cover removals, so that the innermost cover says all.
        if let Some((cover, _, changes, is_removal)) = covers.last() {
            if *is_removal && is_only_removed(site) {
                gone.insert(*id);
                joined.extend(site.removed.iter().map(|change| (*cover, *change)));
                continue;
            }
            clash(refusals, changes, &site.all().collect::<Vec<_>>());
        }
        let covering = site.covering();
        let inside: Vec<usize> = match (&site.value, site.is_void) {
            (Some(value), true) if !site.removed.is_empty() => value.changes.clone(),
            _ => site.inside().collect(),
        };
        if !covering.is_empty() && !inside.is_empty() {
            clash(refusals, &covering, &inside);
        }
        if !site.removed.is_empty() && site.renamed.is_some() {
            clash(refusals, &site.removed, &site.renaming().collect::<Vec<_>>());
        }
        if let Some(value) = site.value.as_ref().filter(|_| !site.removed.is_empty()) {
            clash(refusals, &site.removed, &value.changes);
        }
        if !covering.is_empty() {
            let end = source.node(*id).map_or(*id, |node| node.next);
            covers.push((*id, end, covering, site.value.is_none()));
        }
    }
    sites.retain(|id, _| !gone.contains(id));
    for (cover, change) in joined {
        if let Some(site) = sites.get_mut(&cover) {
            site.removed.push(change);
        }
    }
}

/// Whether nothing else is wanted of a node than that it is gone.
fn is_only_removed(site: &Site) -> bool {
    site.value.is_none() && site.renamed.is_none() && site.inside().next().is_none()
}

/// Every change of one side excludes every one of the other.
fn clash(refusals: &mut [Option<Refusal>], ones: &[usize], others: &[usize]) {
    for (side, against) in [(ones, others), (others, ones)] {
        // Looking for a rival ends at the second at the latest, but for what one change wants many times.
        for change in side {
            if is_refused(refusals, *change) {
                continue;
            }
            let rival = against.iter().find(|it| *it != change);
            let refusal = rival.map_or(Refusal::Contradictory, |it| Refusal::Excludes(*it));
            refuse(refusals, *change, refusal);
        }
    }
}
