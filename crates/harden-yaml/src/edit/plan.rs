//! Changes as operations on the nodes of a document, each once however many changes want it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::rival::{exclude, is_refused, refuse, refuse_pair};
use super::source::Source;
use super::target::{Finder, Held, MOST_LEVELS, Target};
use super::wish::{Items, Want, Wish, Wishes};
use super::{Action, Change, Edit, Refusal};
use crate::tree::{Id, NodeKind};

/// What to do with nodes, in the order of the text.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Values that become others.
    pub(super) replaced: BTreeMap<Id, Operation<Value>>,
    /// Values that go, each with its key.
    pub(super) removed: BTreeMap<Id, Operation<()>>,
    /// Values whose keys get another name.
    pub(super) renamed: BTreeMap<Id, Operation<String>>,
    /// Entries that are added to the end of a map that is not empty.
    pub(super) added: BTreeMap<Id, Operation<Map<String, Value>>>,
    /// Items that are added to a list that is not empty, before the item of a number or at the end.
    pub(super) inserted: BTreeMap<Id, BTreeMap<usize, Operation<Vec<Value>>>>,
}

/// Something to do with a node.
#[derive(Debug)]
pub(super) struct Operation<T> {
    pub(super) held: Held,
    pub(super) what: T,
    /// The changes that want it.
    pub(super) changes: Vec<usize>,
}

/// What changes want of a node.
pub(super) struct Site {
    held: Held,
    /// Whether nothing is there but a null or brackets.
    pub(super) is_void: bool,
    pub(super) value: Option<Wish>,
    /// The changes after which it is gone.
    pub(super) removed: Vec<usize>,
    /// The name that its key gets, and the changes that want it.
    pub(super) renamed: Option<(String, Vec<usize>)>,
    added: Wishes,
    inserted: BTreeMap<usize, Items>,
}

/// Finds out what to do for those changes that are not refused, and refuses some.
pub(super) fn plan(
    source: &Source<'_>,
    finder: &Finder<'_, '_>,
    changes: &[Change],
    refusals: &mut [Option<Refusal>],
) -> Plan {
    // Changes that are refused for others must leave no trace.
    let mut sites = gather(source, finder, changes, refusals);
    exclude(source, &mut sites, refusals);
    if sites.values().any(|site| site.all().any(|it| is_refused(refusals, it))) {
        sites = gather(source, finder, changes, refusals);
        exclude(source, &mut sites, refusals);
    }
    settle(source, sites)
}

impl Site {
    /// All changes that want anything here.
    pub(super) fn all(&self) -> impl Iterator<Item = usize> {
        let value = self.value.iter().flat_map(|it| it.changes.iter().copied());
        value.chain(self.removed.iter().copied()).chain(self.renaming()).chain(self.inside())
    }

    /// The changes that give its key another name.
    pub(super) fn renaming(&self) -> impl Iterator<Item = usize> {
        self.renamed.iter().flat_map(|(_, changes)| changes.iter().copied())
    }

    /// The changes that add to what is there.
    pub(super) fn inside(&self) -> impl Iterator<Item = usize> {
        self.added.changes().chain(self.inserted.values().flat_map(Items::changes))
    }

    /// The changes after which nothing is left of what is there.
    pub(super) fn covering(&self) -> Vec<usize> {
        let whole = self.value.iter().filter(|_| !self.is_void);
        let whole = whole.flat_map(|it| it.changes.iter().copied());
        whole.chain(self.removed.iter().copied()).collect()
    }
}

/// What all changes want, by node; changes that are refused on their own, and pairs that exclude each other
/// at one place, are noted.
fn gather(
    source: &Source<'_>,
    finder: &Finder<'_, '_>,
    changes: &[Change],
    refusals: &mut [Option<Refusal>],
) -> BTreeMap<Id, Site> {
    let mut sites = BTreeMap::new();
    let mut rivals = Vec::new();
    // What is to be gone and is not there must not say in which order others stand.
    let mut absent = Vec::new();
    for (number, change) in changes.iter().enumerate() {
        if is_refused(refusals, number) {
            continue;
        }
        let targets = change.edits.iter().map(|edit| aim(source, finder, edit));
        match targets.collect::<Result<Vec<_>, _>>() {
            Err(refusal) => refuse(refusals, number, refusal),
            Ok(targets) => {
                for (edit, target) in change.edits.iter().zip(targets) {
                    if edit.action == Action::Remove && !matches!(target, Target::There(_)) {
                        absent.push((number, edit, target));
                        continue;
                    }
                    let mut note = |one, other| rivals.push((one, other));
                    take(source, &mut sites, number, edit, &target, &mut note);
                }
            }
        }
    }
    for (number, edit, target) in absent {
        let mut note = |one, other| rivals.push((one, other));
        take(source, &mut sites, number, edit, &target, &mut note);
    }
    for (one, other) in rivals {
        refuse_pair(refusals, one, other);
    }
    sites
}

/// Where an edit leads to, if it can be made there.
fn aim(source: &Source<'_>, finder: &Finder<'_, '_>, edit: &Edit) -> Result<Target, Refusal> {
    let target = finder.find(&edit.pointer)?;
    if let Action::Set(value) | Action::Append(value) | Action::Insert(_, value) = &edit.action {
        check_depth(value)?;
    }
    if let (Action::Remove | Action::Set(_), Target::There(held)) = (&edit.action, &target)
        && let Some(node) = source.node(held.id)
    {
        let key = held.key.filter(|_| edit.action == Action::Remove).and_then(|it| source.node(it));
        let start = key.map_or(node.span.start, |it| it.span.start) as usize;
        if source.has_aliased(&(start..(node.span.end as usize).max(start + 1))) {
            return Err(Refusal::Anchored);
        }
    }
    match (&edit.action, &target) {
        (Action::Rename(name), Target::There(held)) => match (held.key, held.parent) {
            (Some(_), Some(map)) if source.entry(map, name).is_none() => Ok(target),
            (Some(_), Some(_)) => Err(Refusal::Taken),
            _ => Err(Refusal::NoKey),
        },
        (Action::Rename(_), _) => Err(Refusal::NoKey),
        (Action::Remove, Target::There(held)) if held.parent.is_none() => Err(Refusal::Whole),
        (Action::Append(_) | Action::Insert(..), Target::End(_)) => Err(Refusal::NoList),
        (Action::Append(_) | Action::Insert(..), Target::There(held)) => {
            let node = source.node(held.id).ok_or(Refusal::Empty)?;
            let count = usize::try_from(node.count()).unwrap_or(usize::MAX);
            match (node.kind, &edit.action) {
                (NodeKind::List, Action::Insert(index, _)) if *index > count => {
                    Err(Refusal::NoItem)
                }
                (NodeKind::Null, Action::Insert(index, _)) if *index > 0 => Err(Refusal::NoItem),
                (NodeKind::List | NodeKind::Null, _) => Ok(target),
                _ => Err(Refusal::NoList),
            }
        }
        (Action::Insert(index, _), _) if *index > 0 => Err(Refusal::NoItem),
        _ => Ok(target),
    }
}

fn check_depth(value: &Value) -> Result<(), Refusal> {
    let mut open = vec![(value, 0)];
    while let Some((value, depth)) = open.pop() {
        if depth > MOST_LEVELS {
            return Err(Refusal::TooDeep);
        }
        match value {
            Value::Array(items) => open.extend(items.iter().map(|it| (it, depth + 1))),
            Value::Object(entries) => open.extend(entries.values().map(|it| (it, depth + 1))),
            _ => {}
        }
    }
    Ok(())
}

/// Adds what an edit wants to the site of its target.
fn take(
    source: &Source<'_>,
    sites: &mut BTreeMap<Id, Site>,
    change: usize,
    edit: &Edit,
    target: &Target,
    rivals: &mut dyn FnMut(usize, usize),
) {
    let held = match target {
        Target::There(held)
        | Target::Void(held, _)
        | Target::Absent(held, _)
        | Target::End(held) => *held,
    };
    let node = source.node(held.id);
    let is_void = node.is_some_and(|it| match it.kind {
        NodeKind::Null => true,
        NodeKind::List | NodeKind::Map => it.count() == 0,
        _ => false,
    });
    let site = sites.entry(held.id).or_insert_with(|| Site {
        held,
        is_void,
        value: None,
        removed: Vec::new(),
        renamed: None,
        added: Wishes::default(),
        inserted: BTreeMap::new(),
    });
    let count = node.map_or(0, |it| usize::try_from(it.count()).unwrap_or(usize::MAX));
    let within = match &edit.action {
        Action::Set(value) => Want::Within(value),
        Action::Remove => Want::Gone,
        Action::Append(value) | Action::Insert(_, value) => Want::Item(value),
        Action::Rename(name) => {
            match &mut site.renamed {
                Some((known, changes)) if known == name => changes.push(change),
                Some((_, changes)) => changes.iter().for_each(|it| rivals(*it, change)),
                None => site.renamed = Some((name.clone(), vec![change])),
            }
            return;
        }
    };
    let no_keys: &[String] = &[];
    match (target, &edit.action) {
        (Target::There(_), Action::Remove) => site.removed.push(change),
        (Target::There(_), Action::Append(item)) if !is_void => {
            site.inserted.entry(count).or_default().add(change, item);
        }
        (Target::There(_), Action::Insert(index, item)) if !is_void => {
            site.inserted.entry(*index).or_default().add(change, item);
        }
        (Target::There(_), Action::Set(value)) if !is_void => {
            site.value.get_or_insert_default().take(change, no_keys, Want::Whole(value), rivals);
        }
        (Target::There(_), _) => {
            site.value.get_or_insert_default().take(change, no_keys, within, rivals);
        }
        (Target::Void(_, keys), _) => {
            site.value.get_or_insert_default().take(change, keys, within, rivals);
        }
        (Target::Absent(_, keys), _) => {
            let Some((first, rest)) = keys.split_first() else { return };
            site.added.at(first).take(change, rest, within, rivals);
        }
        (Target::End(_), Action::Set(item)) if is_void => {
            let wish = site.value.get_or_insert_default();
            wish.take(change, no_keys, Want::Item(item), rivals);
        }
        (Target::End(_), Action::Set(item)) => {
            site.inserted.entry(count).or_default().add(change, item);
        }
        (Target::End(_), _) => {}
    }
}

/// Sites as operations, where a collection that loses all it has is replaced.
fn settle(source: &Source<'_>, mut sites: BTreeMap<Id, Site>) -> Plan {
    let mut plan = Plan::default();
    let mut losses: BTreeMap<Id, (Held, u64, Vec<Id>)> = BTreeMap::new();
    for site in sites.values().filter(|it| !it.removed.is_empty()) {
        if let Some(above) = site.held.above() {
            let loss = losses.entry(above.id).or_insert((above, 0, Vec::new()));
            loss.1 += 1;
            loss.2.push(site.held.id);
        }
    }
    for (id, (held, lost, children)) in losses {
        let Some(node) = source.node(id).filter(|it| it.count() == lost) else { continue };
        let mut changes = Vec::new();
        for child in children {
            changes.extend(sites.remove(&child).into_iter().flat_map(|it| it.removed));
        }
        let mut site = sites.remove(&id);
        if let Some((name, changes)) = site.as_mut().and_then(|it| it.renamed.take()) {
            plan.renamed.insert(id, operation(held, name, changes));
        }
        changes.extend(site.iter().flat_map(Site::inside));
        let what = match (node.kind, site) {
            (NodeKind::List, site) => {
                let items = site.into_iter().flat_map(|it| it.inserted.into_values());
                Value::Array(items.flat_map(|it| it.values()).collect())
            }
            (_, site) => Value::Object(site.map(|it| it.added.map()).unwrap_or_default()),
        };
        plan.replaced.insert(id, operation(held, what, changes));
    }
    for (id, site) in sites {
        let Site { held, value, removed, renamed, added, inserted, .. } = site;
        if let Some(wish) = value
            && let Some(value) = wish.value()
        {
            plan.replaced.insert(id, operation(held, value, wish.changes));
        }
        if let Some((name, changes)) = renamed {
            plan.renamed.insert(id, operation(held, name, changes));
        }
        if !removed.is_empty() {
            plan.removed.insert(id, operation(held, (), removed));
        }
        let map = added.map();
        if !map.is_empty() {
            plan.added.insert(id, operation(held, map, added.changes().collect()));
        }
        for (index, items) in inserted {
            let operation = operation(held, items.values(), items.changes().collect());
            plan.inserted.entry(id).or_default().insert(index, operation);
        }
    }
    plan
}

fn operation<T>(held: Held, what: T, mut changes: Vec<usize>) -> Operation<T> {
    changes.sort_unstable();
    changes.dedup();
    Operation { held, what, changes }
}
