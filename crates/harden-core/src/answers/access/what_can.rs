//! What somebody may do, and what of it is new.

use std::collections::BTreeSet;

use super::{Somebody, Through};
use crate::rbac::authorization::{Authorization, Binding, Grant, On, Right, Rule, Subject, User};

/// All that somebody may do.
#[derive(Debug, Clone)]
pub struct WhatCan {
    /// Who was asked about.
    pub somebody: Somebody,
    /// The groups that count, those that follow from the name included.
    pub groups: Vec<String>,
    /// Whether they may do everything, because the API server does not ask RBAC.
    pub is_above: bool,
    /// Whether any binding, or a ServiceAccount that was read, has the name.
    pub is_known: bool,
    /// What lets them do what, by namespaces; what counts everywhere comes first.
    pub through: Vec<Through>,
    /// What differs from an earlier state; none where there is none.
    pub changes: Option<Changes>,
}

/// What somebody was granted anew, and what was taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// Who.
    pub somebody: Somebody,
    /// What they could not do before.
    pub gained: Vec<Change>,
    /// What they cannot do any more.
    pub lost: Vec<Change>,
}

/// Rights that one rule gives and no rule of the other state covers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What gives them.
    pub through: Through,
    /// The rights, as `get pods/log`.
    pub rights: Vec<String>,
}

/// All that somebody may do, who is in these groups, too.
pub fn what_can(all: &Authorization, somebody: &Somebody, groups: &[String]) -> WhatCan {
    let user = somebody.user().with_groups(groups.iter().cloned());
    let mut through: Vec<_> = all.rules_of(&user).map(|it| Through::of(&it)).collect();
    through.sort();
    through.dedup();
    let is_account = |(namespace, name): (&str, &str)| {
        *somebody == Somebody::Account(namespace.to_owned(), name.to_owned())
    };
    let is_known = all.rules_of(&somebody.alone()).next().is_some()
        || all.bindings().flat_map(Binding::subjects).any(|it| of(it).as_ref() == Some(somebody))
        || all.service_accounts().any(is_account);
    WhatCan {
        somebody: somebody.clone(),
        is_above: user.is_master(),
        groups: user.groups,
        is_known,
        through,
        changes: None,
    }
}

/// What somebody who is in these groups, too, was granted anew since an earlier state, and what was taken away.
pub fn changes(
    now: &Authorization,
    then: &Authorization,
    somebody: &Somebody,
    groups: &[String],
) -> Changes {
    let user = somebody.user().with_groups(groups.iter().cloned());
    between(now, then, somebody, &user)
}

/// The same for everybody whom a binding of either state names, each by the bindings that name them; those for whom
/// nothing changes are left out.
pub fn changes_of_all(now: &Authorization, then: &Authorization) -> Vec<Changes> {
    let all = now.subjects().into_iter().chain(then.subjects());
    let all: BTreeSet<Somebody> = all.filter_map(of).collect();
    let changes = all.into_iter().map(|it| between(now, then, &it, &it.alone()));
    changes.filter(|it| !it.gained.is_empty() || !it.lost.is_empty()).collect()
}

/// Whoever a subject is; none for one that is nobody.
fn of(subject: Subject<'_>) -> Option<Somebody> {
    let name = subject.name().to_owned();
    Some(match subject.kind() {
        "Group" => Somebody::Group(name),
        _ if !subject.is_somebody() => return None,
        "ServiceAccount" => Somebody::Account(subject.namespace().to_owned(), name),
        // A ServiceAccount may be written as the user that it is.
        _ => match name.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':')) {
            Some((namespace, name)) => Somebody::Account(namespace.to_owned(), name.to_owned()),
            None => Somebody::User(name),
        },
    })
}

fn between(now: &Authorization, then: &Authorization, somebody: &Somebody, user: &User) -> Changes {
    let (now, then): (Vec<_>, Vec<_>) =
        (now.rules_of(user).collect(), then.rules_of(user).collect());
    let (gained, lost) = (uncovered(&now, &then), uncovered(&then, &now));
    Changes { somebody: somebody.clone(), gained, lost }
}

/// The rights among some that no others cover, each once.
fn uncovered(some: &[Grant<'_>], others: &[Grant<'_>]) -> Vec<Change> {
    let mut said: BTreeSet<(&str, Right<'_>)> = BTreeSet::new();
    let mut changes = Vec::new();
    // What counts everywhere comes first, so that nothing is said again of a namespace.
    let (wide, narrow): (Vec<&Grant<'_>>, Vec<_>) =
        some.iter().partition(|it| it.binding.is_cluster_wide());
    for grant in wide.into_iter().chain(narrow) {
        let place = grant.binding.namespace();
        let is_beside = |it: &&Grant<'_>| {
            it.binding.is_cluster_wide()
                || !grant.binding.is_cluster_wide() && it.binding.namespace() == place
        };
        // Most rules are as they were, and need not be taken apart.
        if others.iter().filter(is_beside).any(|it| is_alike(it.rule, grant.rule)) {
            continue;
        }
        let is_covered =
            |right: &Right<'_>| others.iter().filter(is_beside).any(|it| it.rule.covers(right));
        let mut rights: Vec<_> = grant.rule.rights().filter(|it| !is_covered(it)).collect();
        rights.retain(|it| !said.contains(&("", *it)) && said.insert((place, *it)));
        // Paths are granted by bindings of the whole cluster only.
        if !grant.binding.is_cluster_wide() {
            rights.retain(|it| !matches!(it.on, On::Url(_)));
        }
        if !rights.is_empty() {
            let rights = rights.iter().map(Right::to_string).collect();
            changes.push(Change { through: Through::of(grant), rights });
        }
    }
    changes.sort();
    changes
}

/// Whether two rules are written alike.
fn is_alike(one: Rule<'_>, other: Rule<'_>) -> bool {
    one.verbs().eq(other.verbs())
        && one.resources().eq(other.resources())
        && one.groups().eq(other.groups())
        && one.names().eq(other.names())
        && one.urls().eq(other.urls())
}
