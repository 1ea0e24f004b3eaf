//! ServiceAccounts, and which pods get a token of theirs.

use std::collections::{BTreeMap, BTreeSet};

use super::{Access, Rights};
use crate::object::Object;
use crate::source::{Homes, folder};

/// The ServiceAccounts of a cluster, by their names.
#[derive(Debug, Default)]
pub struct ServiceAccounts<'d> {
    /// By their names, in the order of their namespaces.
    accounts: BTreeMap<&'d str, Vec<ServiceAccount<'d>>>,
    homes: Homes<&'d str>,
}

/// A ServiceAccount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceAccount<'d> {
    /// Its namespace; empty when that is not written.
    pub namespace: &'d str,
    /// Its `automountServiceAccountToken`.
    pub automounts: Option<bool>,
    /// The file that it is in.
    pub file: &'d str,
}

/// Who pods are to the API server, as they are written.
#[derive(Debug, Clone, Copy)]
pub struct PodIdentity<'p> {
    /// Their namespace; empty when that is not written.
    pub namespace: &'p str,
    /// The ServiceAccount that they name.
    pub account: Option<&'p str>,
    /// Their `automountServiceAccountToken`.
    pub automounts: Option<bool>,
    /// The file that they are in.
    pub file: &'p str,
    /// Whether they are a patch to another manifest, which may say what is missing here.
    pub is_patch: bool,
}

/// What there is to say of a pod's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// It is not mounted, or the objects do not show enough to tell.
    Unsuspicious,
    /// It is mounted, and somebody asked for it.
    Wanted,
    /// It is mounted, and a binding gives its account rights.
    Given,
    /// It is mounted, and nothing says what for.
    Unwanted,
}

impl<'p> PodIdentity<'p> {
    /// The account of pods that name none.
    pub const DEFAULT: &'static str = "default";

    /// The account whose token these pods get.
    pub fn account(&self) -> &'p str {
        self.account.unwrap_or(Self::DEFAULT)
    }
}

impl<'d> ServiceAccounts<'d> {
    /// Those among some objects, of which each comes with the file that it is in.
    pub fn of<'o>(objects: impl IntoIterator<Item = (&'o Object<'d>, &'d str)>) -> Self
    where
        'd: 'o,
    {
        let mut this = Self::default();
        for (object, file) in objects.into_iter().filter(|(it, _)| it.is("", "ServiceAccount")) {
            let automounts = object.place.at("automountServiceAccountToken").as_bool();
            let namespace = object.namespace().unwrap_or("");
            let accounts = this.accounts.entry(object.name()).or_default();
            accounts.push(ServiceAccount { namespace, automounts, file });
            this.homes.learn(object.name(), file);
        }
        for accounts in this.accounts.values_mut() {
            accounts.sort_by_key(|it| it.namespace);
        }
        this
    }

    /// Those of this name, in all namespaces.
    pub fn named(&self, name: &str) -> &[ServiceAccount<'d>] {
        self.accounts.get(name).map_or(&[], Vec::as_slice)
    }

    /// The namespaces of those of this name, each once: only this one where any is in it, else those of the
    /// ones that are nearest to a file.
    pub fn namespaces_around(&self, name: &str, namespace: &str, file: &str) -> Vec<&'d str> {
        let all = self.named(name);
        if let Ok(index) = all.binary_search_by(|it| it.namespace.cmp(namespace)) {
            return all.get(index).map(|it| it.namespace).into_iter().collect();
        }
        let near = self.homes.around(name, file);
        let near = all.iter().filter(|it| near.contains(folder(it.file))).map(|it| it.namespace);
        near.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// All of them by the namespaces that they are written for and their names, in the order of the names.
    pub fn written(&self) -> impl Iterator<Item = (&'d str, &'d str)> {
        self.accounts.iter().flat_map(|(name, all)| all.iter().map(|it| (it.namespace, *name)))
    }

    /// The account that pods are, as far as it is written: of several the one that is nearest.
    fn account_of(&self, pods: &PodIdentity<'_>) -> Option<&ServiceAccount<'d>> {
        let name = pods.account();
        let all = || self.named(name).iter();
        let is_same = |it: &&ServiceAccount<'_>| may_be_same(pods.namespace, it.namespace);
        let first = all().find(is_same)?;
        let near = match self.named(name) {
            [_] => return Some(first),
            _ => self.homes.around(name, pods.file),
        };
        let mut nearest = all().filter(is_same).filter(|it| near.contains(folder(it.file)));
        Some(nearest.next().unwrap_or(first))
    }

    /// What there is to say of the token of these pods.
    pub fn token(&self, pods: &PodIdentity<'_>, access: &Access<'_>) -> Token {
        let name = pods.account();
        let account = self.account_of(pods);
        let automounts = pods.automounts.or_else(|| account.and_then(|it| it.automounts));
        // What a patch does not say, the manifest that it changes may.
        if automounts == Some(false) || pods.is_patch && pods.automounts.is_none() {
            return Token::Unsuspicious;
        }
        if automounts == Some(true) {
            return Token::Wanted;
        }
        let is_given = match access.rights(pods.namespace, name) {
            Rights::Given(_) => true,
            // Pods that name an account with rights are meant to have them.
            Rights::In(..) => pods.account.is_some() && name != PodIdentity::DEFAULT,
            Rights::Unknown => false,
        };
        if is_given {
            Token::Given
        } else if name == PodIdentity::DEFAULT || account.is_some() {
            Token::Unwanted
        } else {
            Token::Unsuspicious
        }
    }
}

/// Whether two namespaces are the same as far as they are written: what is not written is decided
/// when the objects are applied.
fn may_be_same(a: &str, b: &str) -> bool {
    a.is_empty() || b.is_empty() || a == b
}
