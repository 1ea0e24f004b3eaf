//! What needs no new role: rights of everyone, and roles that are there and grant just what is needed.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::Evidence;
use super::right::{Right, Rights, Target, Use};
use super::scope::{Granted, Places};
use super::writing::Existing;
use crate::rbac::authorization::{Authorization, On, Role, Rule};
use crate::rbac::for_everyone;

/// Takes out what everyone who can log in may do anyway, with the roles that say so.
pub(super) fn take_out(rights: &mut Rights) -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut taken: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    rights.0.retain(|right, _| {
        let role = match &right.target {
            Target::Url(path) => for_everyone(&right.verb.0, None, path),
            Target::Resource { group, resource } => {
                for_everyone(&right.verb.0, Some(group), resource)
            }
        };
        if let Some(role) = role {
            taken.entry(role).or_default().insert(right.to_string());
        }
        role.is_none()
    });
    taken
}

/// The roles that grant just what is needed in a place, nothing less and nothing else. One that is called as the new
/// one, as after this was made before, is none of them: it is written again.
pub(super) fn exact(all: &Authorization, places: &Places, own: &str) -> Existing {
    let mut existing = Existing::new();
    let is_meant = |it: &Role<'_>| {
        let is_of_kubernetes = it.is_assumed() || it.is_built_in();
        !is_of_kubernetes && !it.is_aggregated() && it.name() != own
    };
    for role in all.roles().filter(is_meant) {
        let grants = grants(role);
        for (namespace, granted) in places {
            let is_place = role.is_cluster_role() || role.namespace() == namespace;
            if is_place && is_same(&grants, granted) {
                let found = (role.kind(), role.name().to_owned());
                let known = existing.entry(namespace.clone()).or_insert_with(|| found.clone());
                *known = found.min(known.clone());
            }
        }
    }
    existing
}

fn grants(role: Role<'_>) -> Granted {
    let mut rights = Rights::default();
    for right in role.rules().flat_map(Rule::rights) {
        let (own, name) = match right.on {
            On::Url(path) => (Right::url(path, right.verb), None),
            On::Resource { group, resource, name } => {
                (Right::new("", group, resource, right.verb), name)
            }
        };
        rights.add(own, Use::of(name, Evidence::Said(String::new())));
    }
    rights.0.into_iter().map(|(right, how)| ((right.target, right.verb), how)).collect()
}

fn is_same(one: &Granted, other: &Granted) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((a, this), (b, that))| a == b && this.names == that.names)
}
