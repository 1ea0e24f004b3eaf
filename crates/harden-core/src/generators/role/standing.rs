//! What needs no new role: rights of everyone, and roles that are there and grant just what is needed.

use std::collections::{BTreeMap, BTreeSet};

use harden_yaml::documents;

use super::demands;
use super::right::{Right, Rights, Target, Use, Verb};
use super::scope::{Granted, Places};
use super::writing::Existing;
use crate::object::objects;
use crate::rbac::{Role, for_everyone};

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

/// The roles that grant just what is needed in a place, nothing less and nothing else.
pub(super) fn exact(texts: &[(String, String)], places: &Places) -> Existing {
    let mut existing = Existing::new();
    for (_, text) in texts {
        for document in documents(text) {
            for object in objects(document.root()) {
                let Some(role) = Role::read(&object).filter(|it| !it.is_aggregated()) else {
                    continue;
                };
                let own = object.namespace().filter(|_| !role.is_cluster_role());
                let grants = grants(&role);
                for (namespace, granted) in places {
                    let is_place = role.is_cluster_role() || own == Some(namespace.as_str());
                    if is_place && !object.name().is_empty() && is_same(&grants, granted) {
                        let kind = if role.is_cluster_role() { "ClusterRole" } else { "Role" };
                        let found = (kind, object.name().to_owned());
                        existing
                            .entry(namespace.clone())
                            .and_modify(|it| *it = found.clone().min(it.clone()))
                            .or_insert(found);
                    }
                }
            }
        }
    }
    existing
}

fn grants(role: &Role<'_>) -> Granted {
    let mut rights = Rights::default();
    for rule in role.rules() {
        for (right, name) in demands::granted(rule.place, "") {
            let nothing = super::evidence::Evidence::Said(String::new());
            rights.add(right, Use::of(name.as_deref(), nothing));
        }
    }
    let parts = |right: Right| -> (Target, Verb) { (right.target, right.verb) };
    rights.0.into_iter().map(|(right, how)| (parts(right), how)).collect()
}

fn is_same(one: &Granted, other: &Granted) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|((a, this), (b, that))| a == b && this.names == that.names)
}
