//! A policy before it is written for one of the engines: whose it is, and what it lets through.

use std::collections::{BTreeMap, BTreeSet};

use crate::kubernetes::{Cidr, PolicyPort};

/// What is let through for some pods of a namespace. Both directions are closed otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) namespace: String,
    pub(super) name: String,
    /// Whose it is, for people: `Deployment web`.
    pub(super) title: String,
    pub(super) pods: Pods,
    pub(super) ingress: Vec<Rule>,
    pub(super) egress: Vec<Rule>,
    /// What it lets through and why, a line each.
    pub(super) reasons: Vec<String>,
}

/// Some peers on some ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) peers: BTreeSet<Peer>,
    /// All of them, when empty.
    pub(super) ports: BTreeSet<PolicyPort>,
    /// Whether names are resolved by it.
    pub(super) is_dns: bool,
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Peer {
    /// Whoever there is.
    Anyone,
    /// Pods.
    Pods {
        /// Where they are.
        place: Place,
        /// Which of them.
        pods: Pods,
    },
    /// Addresses, and those of them that are left out.
    Block(Cidr, Vec<String>),
    /// The API server, for engines that have a word for it.
    ApiServer,
    /// A host by its name, for engines that resolve names.
    Name(String),
}

/// Namespaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// That of the policy.
    Own,
    /// All of them.
    All,
    /// Those with all of these labels.
    Labelled(BTreeMap<String, String>),
}

/// The label of every namespace with its name.
pub(super) const NAME: &str = "kubernetes.io/metadata.name";

impl Place {
    /// A namespace by its name.
    pub(super) fn named(name: &str) -> Self {
        Self::Labelled(BTreeMap::from([(NAME.to_owned(), name.to_owned())]))
    }

    /// The name of the only namespace that it is, if it says one.
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::Labelled(labels) if labels.len() == 1 => labels.get(NAME).map(String::as_str),
            _ => None,
        }
    }
}

/// Pods by their labels; all of them where nothing is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pods {
    /// Labels that they have.
    pub(super) labels: BTreeMap<String, String>,
    /// Keys that they have, with whatever value.
    pub(super) keys: BTreeSet<String>,
    /// Keys that they do not have.
    pub(super) without: BTreeSet<String>,
}

impl Pods {
    pub(super) fn labelled(labels: BTreeMap<String, String>) -> Self {
        Self { labels, ..Self::default() }
    }
}
