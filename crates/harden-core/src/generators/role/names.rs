//! Which rights can be kept to the objects that were asked for, so that nothing breaks tomorrow.

use std::collections::{BTreeMap, BTreeSet};

use super::right::{Rights, Target};

/// How far names are kept.
pub(super) struct Bound {
    /// More names than this of a resource are not written.
    pub(super) most: usize,
    /// Whether the objects are known for good, whatever else is done with the resource.
    pub(super) are_known: bool,
}

/// Resources whose objects others make, by names of their own.
const MADE_BY_OTHERS: [(&str, &str); 14] = [
    ("", "endpoints"),
    ("", "events"),
    ("", "persistentvolumes"),
    ("", "pods"),
    ("apps", "controllerrevisions"),
    ("apps", "replicasets"),
    ("batch", "jobs"),
    ("certificates.k8s.io", "certificatesigningrequests"),
    ("coordination.k8s.io", "leasecandidates"),
    ("discovery.k8s.io", "endpointslices"),
    ("events.k8s.io", "events"),
    ("metrics.k8s.io", "pods"),
    ("resource.k8s.io", "resourceslices"),
    ("storage.k8s.io", "volumeattachments"),
];

pub(super) const MAKES: &str = "For all names: it makes or lists them itself, so that others come.";
pub(super) const GENERATED: &str = "For all names: they are given by the cluster.";
pub(super) const MANY: &str = "For all names: there were more than --max-names.";

/// Verbs of which the name says nothing of the objects to come, although it was in the request.
const ON_WHOM: [&str; 3] = ["impersonate", "bind", "escalate"];

/// Takes the names out of rights for which they would break something, resource by resource and all verbs
/// alike.
pub(super) fn settle(rights: &mut Rights, bound: &Bound) {
    type Key = (String, String, String);
    let mut open: BTreeSet<Key> = BTreeSet::new();
    let mut names: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for (right, how) in &rights.0 {
        let Some((group, resource)) = right.base() else { continue };
        let key = (right.namespace.clone(), group.to_owned(), resource.to_owned());
        if ON_WHOM.contains(&right.verb.0.as_str()) {
            continue;
        }
        match &how.names {
            Some(own) => names.entry(key).or_default().extend(own.iter().cloned()),
            // A subresource that takes no name says nothing of the objects.
            None if is_whole(&right.target) => {
                open.insert(key);
            }
            None => {}
        }
    }
    for (right, how) in &mut rights.0 {
        let Some((group, resource)) = right.base() else { continue };
        if how.names.is_none() {
            continue;
        }
        let is_on_whom = ON_WHOM.contains(&right.verb.0.as_str());
        let own = how.names.as_ref().map_or(0, BTreeSet::len);
        let key = (right.namespace.clone(), group.to_owned(), resource.to_owned());
        let all = names.get(&key);
        let of_cluster = (String::new(), key.1.clone(), key.2.clone());
        let is_made = !bound.are_known && (open.contains(&key) || open.contains(&of_cluster));
        let is_given = || {
            !bound.are_known
                && (MADE_BY_OTHERS.contains(&(group, resource))
                    || all.into_iter().flatten().any(|it| is_generated(it)))
        };
        let why = match () {
            () if is_on_whom => (own > bound.most).then_some(MANY),
            // In a namespace there is no other than itself.
            () if !right.namespace.is_empty() && (group, resource) == ("", "namespaces") => {
                Some("")
            }
            () if is_made => Some(MAKES),
            () if is_given() => Some(GENERATED),
            () if all.map_or(0, BTreeSet::len) > bound.most => Some(MANY),
            () => None,
        };
        if let Some(why) = why {
            how.names = None;
            how.because.extend(Some(why).filter(|it| !it.is_empty()));
        }
    }
}

fn is_whole(target: &Target) -> bool {
    matches!(target, Target::Resource { resource, .. } if !resource.contains('/'))
}

/// Whether a name looks as if the API server or a controller had given it: `web-7d4b9c8f6-x2x4z`, `pvc-`
/// and a UID.
///
/// See `SafeEncodeString` and `String` in `k8s.io/apimachinery/pkg/util/rand`, whose letters make no words.
fn is_generated(name: &str) -> bool {
    const LETTERS: &str = "bcdfghjklmnpqrstvwxz2456789";
    let parts: Vec<&str> = name.split(['-', '.']).collect();
    let is_random = |part: &str| part.chars().all(|it| LETTERS.contains(it));
    let has_digit = |part: &str| part.contains(|it: char| it.is_ascii_digit());
    let ends_at_random = match parts.as_slice() {
        [_, .., last] => last.len() == 5 && is_random(last),
        _ => false,
    };
    let has_hash = parts.iter().any(|it| {
        let is_hex = it.bytes().all(|byte| byte.is_ascii_hexdigit());
        has_digit(it) && (is_hex && it.len() >= 8 || it.len() >= 8 && is_random(it))
    });
    ends_at_random || has_hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_cluster_are_told_from_names_of_people() {
        for name in [
            "web-7d4b9c8f6-x2x4z",
            "web-x2x4z",
            "pvc-0c6a1c3e-6a3e-4c55-9a53-0f9e0d2a8b11",
            "app-config-5b7f9d8c2k",
            "node-csr-8f2d4b6c9f",
        ] {
            assert!(is_generated(name), "{name}");
        }
        for name in
            ["web", "web-0", "team-a", "app-config", "app-v1.2.3", "cert-manager", "db-2026"]
        {
            assert!(!is_generated(name), "{name}");
        }
    }
}
