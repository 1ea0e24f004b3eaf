//! Which objects a selector matches, as the server says it, and which made them.

use std::collections::{HashMap, HashSet};

use super::Cluster;
use super::item::{Item, Owner};
use super::pages::{Pages, Stop};
use crate::listing::{Kind, ObjectName, Scope};

/// What a selector matches so far.
pub(super) struct Selection {
    selector: String,
    matched: Vec<ObjectName>,
    /// Those that made an object. What a Pod and its Deployment have in common is said of the Deployment, whose
    /// own labels may be others.
    owners: HashMap<ObjectName, Vec<ObjectName>>,
}

impl Selection {
    pub(super) fn new(selector: String) -> Self {
        Self { selector, matched: Vec::new(), owners: HashMap::new() }
    }

    /// Takes note of who made objects.
    pub(super) fn learn(&mut self, kind: &Kind, items: &[Item]) {
        for item in items.iter().filter(|it| !it.owners.is_empty()) {
            let namespace = item.key.split_once('/').map(|(namespace, _)| namespace);
            // Who made an object in a namespace may be in none.
            let names = item.owners.iter().flat_map(|owner| {
                let inside = namespace.map(|it| named(owner, format!("{it}/{}", owner.name)));
                inside.into_iter().chain([named(owner, owner.name.clone())])
            });
            self.owners.insert(name(kind, &item.key), names.collect());
        }
    }

    /// Asks the server which objects of a kind match; returns how many.
    pub(super) async fn ask(
        &mut self,
        (cluster, scope, chunk): (&Cluster, &Scope, u32),
        kind: &Kind,
    ) -> Result<usize, Stop> {
        let before = self.matched.len();
        let mut pages = Pages::selected(cluster, kind, scope, (&self.selector, chunk));
        while let Some(items) = pages.next().await? {
            self.matched.extend(items.iter().map(|it| name(kind, &it.key)));
        }
        Ok(self.matched.len() - before)
    }

    /// What matches, and what made it.
    pub(super) fn end(self) -> HashSet<ObjectName> {
        let mut all = HashSet::new();
        let mut next = self.matched;
        while let Some(name) = next.pop() {
            if !all.contains(&name) {
                next.extend(self.owners.get(&name).into_iter().flatten().cloned());
                all.insert(name);
            }
        }
        all
    }
}

fn name(kind: &Kind, key: &str) -> ObjectName {
    ObjectName { group: kind.group.clone(), kind: kind.kind.clone(), key: key.to_owned() }
}

fn named(owner: &Owner, key: String) -> ObjectName {
    let group = owner.api_version.split_once('/').map_or("", |(group, _)| group);
    ObjectName { group: group.to_owned(), kind: owner.kind.clone(), key }
}
