//! What aggregated ClusterRoles allow, as `clusterrole-aggregation-controller` writes it.

use harden_yaml::Document;
use rustc_hash::FxHashSet;

use crate::kubernetes::Selector;

use super::Authorization;
use super::reader::Places;
use super::records::RoleRecord;
use super::words::Words;

/// Gives each aggregated role the rules of the roles that its selectors choose. Of several roles of one name, those
/// count that are nearest to the file of the aggregated one. The rules that are written in an aggregated role are
/// overwritten, as in a cluster.
pub(super) fn aggregate(all: &mut Authorization, places: &Places) {
    let chosen: Vec<(u32, Vec<u32>)> = (0..)
        .zip(&all.roles)
        .filter_map(|(id, role)| {
            let selectors = role.selectors.as_ref()?;
            Some((id, choose(all, id, role, selectors, places)))
        })
        .collect();
    let own: Vec<Vec<u32>> = all
        .roles
        .iter()
        .map(|it| if it.selectors.is_some() { Vec::new() } else { it.rules.clone() })
        .collect();
    for (id, _) in &chosen {
        let rules = gather(*id, &chosen, &own, all);
        if let Some(role) = usize::try_from(*id).ok().and_then(|it| all.roles.get_mut(it)) {
            role.rules = rules;
        }
    }
}

/// The roles that the selectors of a role choose, selector by selector, each by name; itself left out.
fn choose(
    all: &Authorization,
    id: u32,
    role: &RoleRecord,
    selectors: &[String],
    places: &Places,
) -> Vec<u32> {
    let mut chosen = Vec::new();
    for text in selectors {
        let document = Document::parse_json(text);
        let Ok(Some(selector)) = Selector::read(document.root()) else { continue };
        let mut matched: Vec<(&str, u32)> = (0..)
            .zip(&all.roles)
            .filter(|(_, it)| it.key.is_cluster_role && it.key.name != role.key.name)
            .filter(|(_, it)| selector.matches(|key| label(&all.words, it, key)))
            .map(|(other, it)| (all.words.text(it.key.name), other))
            .filter(|(_, other)| places.is_near(all, *other, id))
            .collect();
        matched.sort_unstable();
        chosen.extend(matched.into_iter().map(|(_, it)| it));
    }
    chosen
}

fn label<'w>(words: &'w Words, role: &RoleRecord, key: &str) -> Option<&'w str> {
    let key = words.find(key)?;
    let found = role.labels.iter().find(|(it, _)| *it == key);
    found.map(|(_, value)| words.text(*value))
}

/// The rules of all roles that a role is filled from, directly or through others that are aggregated, too.
fn gather(id: u32, chosen: &[(u32, Vec<u32>)], own: &[Vec<u32>], all: &Authorization) -> Vec<u32> {
    let of = |id: u32| chosen.binary_search_by_key(&id, |(id, _)| *id).ok();
    let parts = |id: u32| of(id).and_then(|it| chosen.get(it)).map(|(_, parts)| parts);
    let mut rules = Vec::new();
    let (mut seen, mut written) = (FxHashSet::default(), FxHashSet::default());
    seen.insert(id);
    // The next one last, so that the order is the controller's.
    let mut left: Vec<u32> = parts(id).into_iter().flatten().rev().copied().collect();
    while let Some(next) = left.pop() {
        if !seen.insert(next) {
            continue;
        }
        if let Some(parts) = parts(next) {
            left.extend(parts.iter().rev());
        }
        for rule in usize::try_from(next).ok().and_then(|it| own.get(it)).into_iter().flatten() {
            let record = usize::try_from(*rule).ok().and_then(|it| all.rules.get(it));
            if record.is_some_and(|it| written.insert(it.lists())) {
                rules.push(*rule);
            }
        }
    }
    rules
}
