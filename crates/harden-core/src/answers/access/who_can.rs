//! Who may do something.

use std::collections::BTreeMap;

use super::{Question, Through};
use crate::rbac::authorization::{Authorization, MASTERS, Request};

/// Everybody who may do something.
#[derive(Debug, Clone)]
pub struct WhoCan {
    /// What was asked.
    pub question: Question,
    /// Who may, by kind, namespace and name.
    pub holders: Vec<Holder>,
    /// Who may for some names only, where the question names none.
    pub of_some_names: Vec<Holder>,
    /// What nearly lets somebody; empty where nobody asked for it.
    pub near: Vec<super::NearMiss>,
}

/// Somebody who may do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// `User`, `Group` or `ServiceAccount`.
    pub kind: String,
    /// The namespace of a ServiceAccount.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// What lets them; empty for the group that the API server lets do everything.
    pub through: Vec<Through>,
}

impl Holder {
    /// Whether it is the group that RBAC is not asked about.
    pub fn is_above(&self) -> bool {
        self.kind == "Group" && self.name == MASTERS
    }

    /// Whether only what Kubernetes itself makes lets them.
    pub fn is_system(&self) -> bool {
        !self.through.is_empty() && self.through.iter().all(|it| it.is_built_in || it.is_assumed)
    }
}

impl WhoCan {
    /// Whether nobody may but the group that may do everything.
    pub fn is_nobody(&self) -> bool {
        self.holders.iter().all(Holder::is_above)
    }
}

/// Who may do what a question asks for; whoever is in `system:masters` always may.
pub fn who_can(all: &Authorization, question: Question) -> WhoCan {
    let mut holders = gather(all.holders(&question.request));
    let above = ("Group".to_owned(), String::new(), MASTERS.to_owned());
    holders.entry(above).or_default();
    let of_some_names = match &question.request {
        Request::Resource(it) if it.name.is_empty() => {
            let mut others = gather(all.holders_by_any_name(&question.request));
            others.retain(|key, _| !holders.contains_key(key));
            finished(others)
        }
        _ => Vec::new(),
    };
    WhoCan { question, holders: finished(holders), of_some_names, near: Vec::new() }
}

type Key = (String, String, String);

fn gather<'a>(
    grants: impl Iterator<Item = crate::rbac::authorization::Grant<'a>>,
) -> BTreeMap<Key, Vec<Through>> {
    let mut holders: BTreeMap<Key, Vec<Through>> = BTreeMap::new();
    for grant in grants {
        let subject = grant.subject;
        let key =
            (subject.kind().to_owned(), subject.namespace().to_owned(), subject.name().to_owned());
        holders.entry(key).or_default().push(Through::of(&grant));
    }
    holders
}

fn finished(holders: BTreeMap<Key, Vec<Through>>) -> Vec<Holder> {
    let holders = holders.into_iter().map(|((kind, namespace, name), mut through)| {
        through.sort();
        through.dedup();
        Holder { kind, namespace, name, through }
    });
    holders.collect()
}
