//! What is said of an object and of those that made it, said once: at the top.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::block::{Block, Member, message};
use super::sighting::Sighting;

/// So many objects above one are looked at; real ones have a handful.
const MOST: usize = 8;

/// Groups what keeps objects from a standard by what the API server says of it; `place` is that of a level, or
/// that of today.
pub(super) fn blocks(sightings: &[&Sighting], place: usize) -> Vec<Block> {
    let of = |it: &Sighting| Arc::clone(it.failures(place));
    let mut by_name: FxHashMap<(&str, &str), Vec<&Sighting>> = FxHashMap::default();
    for it in sightings {
        by_name.entry((&it.kind, &it.name)).or_default().push(it);
    }
    // By message, then by kind and name of those at the top.
    let mut groups: BTreeMap<String, BTreeMap<(&str, &str), Member>> = BTreeMap::new();
    for it in sightings.iter().filter(|it| !it.failures(place).is_empty()) {
        let said = message(it.failures(place));
        let top = top(it, &by_name, &|other| message(other.failures(place)) == said);
        let members = groups.entry(said).or_default();
        let member = members.entry((&top.kind, &top.name)).or_insert_with(|| Member {
            api_version: top.api_version.clone(),
            kind: top.kind.clone(),
            name: top.name.clone(),
            file: top.file.clone(),
            failures: of(top),
            owner: top.owners.first().cloned(),
            state: top.state,
            pods: Vec::new(),
            mending: top.mendings.get(place).and_then(Clone::clone),
        });
        if it.is_pod() && !std::ptr::eq(*it, top) {
            member.pods.push(it.name.clone());
        }
    }
    let mut blocks: Vec<Block> = groups
        .into_values()
        .map(|members| {
            let mut members: Vec<_> = members.into_values().collect();
            members.iter_mut().for_each(|it| it.pods.sort());
            // Those with a template first: they make the others.
            members.sort_by(|one, other| order(one).cmp(&order(other)));
            let failures = members.first().map_or_else(Arc::default, |it| Arc::clone(&it.failures));
            Block { failures, members }
        })
        .collect();
    blocks.sort_by(|one, other| {
        let key = |it: &Block| it.members.first().map(|it| (it.kind == "Pod", it.name.clone()));
        key(one).cmp(&key(other))
    });
    blocks
}

fn order(member: &Member) -> (bool, &str, &str) {
    (member.kind == "Pod", &member.kind, &member.name)
}

/// The highest of those that made an object of which the same is said; itself where there is none.
fn top<'s>(
    sighting: &'s Sighting,
    by_name: &FxHashMap<(&str, &str), Vec<&'s Sighting>>,
    is_same: &impl Fn(&Sighting) -> bool,
) -> &'s Sighting {
    let mut top = sighting;
    for _ in 0..MOST {
        let owners = top.owners.iter();
        let mut known = owners
            .filter_map(|(kind, name)| by_name.get(&(kind.as_str(), name.as_str())))
            .flatten()
            .filter(|it| is_same(it) && !std::ptr::eq(**it, sighting));
        let Some(next) = known.next() else { break };
        top = next;
    }
    top
}
