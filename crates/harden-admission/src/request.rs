//! What the API server is asked to do.

use std::collections::BTreeMap;

use crate::{Cluster, Object};

/// A request that policies judge.
#[derive(Debug, Clone)]
pub struct Request<'c> {
    /// What is done.
    pub operation: Operation,
    /// What is created, or what the object becomes; none where something is deleted.
    pub object: Option<Object>,
    /// What is there before; none where something is created.
    pub old: Option<Object>,
    /// Part of the object that is asked for, such as `scale`; empty for the object itself.
    pub subresource: String,
    /// Who asks.
    pub user: User,
    /// Whether nothing is stored.
    pub is_dry_run: bool,
    /// Where it is asked.
    pub cluster: &'c Cluster,
}

impl Request<'_> {
    /// The object that it is about: the new one, or that which is deleted.
    pub fn subject(&self) -> Option<&Object> {
        self.object.as_ref().or(self.old.as_ref())
    }
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Operation {
    Create,
    Update,
    Delete,
    Connect,
}

impl Operation {
    /// All, in the order of this list.
    pub const ALL: [Self; 4] = [Self::Create, Self::Update, Self::Delete, Self::Connect];

    /// The operation of this name, in upper or lower case.
    pub fn find(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word().eq_ignore_ascii_case(word))
    }

    /// As policies and requests write it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "CREATE",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Connect => "CONNECT",
        }
    }
}

/// Who asks, as the API server knows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct User {
    pub name: String,
    pub uid: String,
    pub groups: Vec<String>,
    pub extra: BTreeMap<String, Vec<String>>,
}

impl User {
    /// Somebody of this name, with the groups that the API server adds to those that are given.
    pub fn named(name: &str, groups: &[String]) -> Self {
        let mut own = vec![
            match name {
                "system:anonymous" => "system:unauthenticated",
                _ => "system:authenticated",
            }
            .to_owned(),
        ];
        let account = name.strip_prefix("system:serviceaccount:");
        if let Some((namespace, _)) = account.and_then(|it| it.split_once(':')) {
            own.push("system:serviceaccounts".to_owned());
            own.push(format!("system:serviceaccounts:{namespace}"));
        }
        own.retain(|it| !groups.contains(it));
        let groups = groups.iter().cloned().chain(own).collect();
        Self { name: name.to_owned(), groups, ..Self::default() }
    }
}
