//! Who may do what, kept without the texts: every role, rule and binding with its place, asked as the API server's
//! RBAC authorizer is asked.
//!
//! A [`Reader`] learns objects while texts stream past; [`Reader::finish`] makes an [`Authorization`] of them. It
//! borrows nothing, holds each word once, and answers for all subjects, so that 5,000 roles and bindings take a few
//! MB. What decides is `k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac`, and what an aggregated ClusterRole allows
//! is what its controller would write.

mod aggregation;
mod assumed;
mod coverage;
mod matching;
mod reader;
mod records;
mod refusal;
mod request;
mod rights;
mod views;
mod words;

pub use coverage::Coverage;
pub use matching::Miss;
pub use reader::{Origin, Reader, Settings, WORDS};
pub use refusal::Refused;
pub use request::{MASTERS, Request, ResourceRequest, Scope, User};
pub use rights::{On, Right, resource_name};
pub use views::{Binding, Grant, Role, Rule, Subject};

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use matching::Asked;
use records::{BindingRecord, Holder, RoleKey, RoleRecord, RuleRecord};
use words::Words;

/// All roles and bindings of an input.
#[derive(Debug, Default)]
pub struct Authorization {
    words: Words,
    roles: Vec<RoleRecord>,
    rules: Vec<RuleRecord>,
    bindings: Vec<BindingRecord>,
    by_name: FxHashMap<RoleKey, Vec<u32>>,
    /// The bindings that are for a user or group, with the first subject that is.
    by_holder: FxHashMap<Holder, Vec<(u32, u32)>>,
    accounts: BTreeSet<(Arc<str>, Arc<str>)>,
    namespaces: BTreeSet<Arc<str>>,
    refused: Vec<Refused>,
    doubles: BTreeSet<String>,
    broken: BTreeMap<Arc<str>, usize>,
    skipped: BTreeMap<Arc<str>, usize>,
}

impl Authorization {
    /// All roles: those that were read in their order, then those of Kubernetes itself that are assumed.
    pub fn roles(&self) -> impl ExactSizeIterator<Item = Role<'_>> {
        (0..words::index(self.roles.len())).map(|id| Role { of: self, id })
    }

    /// All bindings, in the same order.
    pub fn bindings(&self) -> impl ExactSizeIterator<Item = Binding<'_>> {
        (0..words::index(self.bindings.len())).map(|id| Binding { of: self, id })
    }

    /// The roles of a name; the namespace is that of a Role, and empty for a ClusterRole. Where files have several of
    /// one name, or add to one that Kubernetes makes, all of them.
    pub fn roles_named(&self, namespace: &str, name: &str) -> impl Iterator<Item = Role<'_>> {
        let (of, name) = (&self.words, self.words.find(name));
        let key = of.find(namespace).zip(name).map(|(namespace, name)| RoleKey {
            is_cluster_role: namespace == Words::NONE,
            namespace,
            name,
        });
        let known = key.and_then(|it| self.by_name.get(&it)).into_iter().flatten();
        known.map(|id| Role { of: self, id: *id })
    }

    /// Everybody whom a binding names, each once, by kind, namespace and name.
    pub fn subjects(&self) -> Vec<Subject<'_>> {
        let all = self.bindings().flat_map(Binding::subjects);
        let by_name = all.map(|it| ((it.kind(), it.namespace(), it.name()), it));
        by_name.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// The ServiceAccounts that were read, by namespace and name.
    pub fn service_accounts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.accounts.iter().map(|(namespace, name)| (&**namespace, &**name))
    }

    /// The namespaces that were read, or that something that was read is in.
    pub fn namespaces(&self) -> impl Iterator<Item = &str> {
        self.namespaces.iter().map(|it| &**it)
    }

    /// The objects that the API server would refuse, so that they grant nothing.
    pub fn refused(&self) -> &[Refused] {
        &self.refused
    }

    /// What there are several objects of with one name, so that the input is not one cluster.
    pub fn doubles(&self) -> impl Iterator<Item = &str> {
        self.doubles.iter().map(String::as_str)
    }

    /// How many documents of a source could not be read and may hold roles or bindings.
    pub fn broken(&self) -> impl Iterator<Item = (&str, usize)> {
        self.broken.iter().map(|(name, count)| (&**name, *count))
    }

    /// How many objects of a source are patches over objects that are not known, and say nothing by themselves.
    pub fn skipped(&self) -> impl Iterator<Item = (&str, usize)> {
        self.skipped.iter().map(|(name, count)| (&**name, *count))
    }

    /// All that grants a request to a user; empty where RBAC refuses it. It knows nothing of [`MASTERS`], who are
    /// above it: [`User::is_master`].
    pub fn grants<'a>(
        &'a self,
        user: &User,
        request: &Request,
    ) -> impl Iterator<Item = Grant<'a>> + use<'a> {
        let asked = Asked::of(request, &self.words);
        let held = self.held(user).into_iter();
        let in_scope: Vec<_> = held.filter(|it| it.binding.holds_for(request)).collect();
        in_scope.into_iter().flat_map(move |it| {
            let asked = asked.clone();
            it.rules().filter(move |grant| grant.rule.is_allowed(&asked))
        })
    }

    /// Whether the API server lets a user do something, as far as RBAC and [`MASTERS`] decide it.
    pub fn allows(&self, user: &User, request: &Request) -> bool {
        user.is_master() || self.grants(user, request).next().is_some()
    }

    /// All that a user is granted: each rule of each role of each binding.
    pub fn rules_of<'a>(&'a self, user: &User) -> impl Iterator<Item = Grant<'a>> + use<'a> {
        self.held(user).into_iter().flat_map(Held::rules)
    }

    /// All that grants a request to anybody, subject by subject of each binding.
    pub fn holders<'a>(&'a self, request: &Request) -> impl Iterator<Item = Grant<'a>> + use<'a> {
        self.holders_by(request, &Asked::of(request, &self.words))
    }

    /// The same with the rules that are for other names than that of the request.
    pub fn holders_by_any_name<'a>(
        &'a self,
        request: &Request,
    ) -> impl Iterator<Item = Grant<'a>> + use<'a> {
        self.holders_by(request, &Asked::of(request, &self.words).by_any_name())
    }

    fn holders_by<'a>(
        &'a self,
        request: &Request,
        asked: &Asked,
    ) -> impl Iterator<Item = Grant<'a>> + use<'a> {
        let allowed: Vec<bool> =
            self.rules.iter().map(|it| asked.is_allowed(it, &self.words)).collect();
        let in_scope: Vec<_> = self.bindings().filter(|it| it.holds_for(request)).collect();
        let mut grants = Vec::new();
        for binding in in_scope {
            for role in binding.roles() {
                let is_allowed = |it: &Rule<'_>| {
                    usize::try_from(it.id).ok().and_then(|it| allowed.get(it)) == Some(&true)
                };
                for rule in role.rules().filter(is_allowed) {
                    let subjects = binding.subjects().filter(|it| it.is_somebody());
                    grants.extend(subjects.map(|subject| Grant { binding, subject, role, rule }));
                }
            }
        }
        grants.into_iter()
    }

    /// The bindings of a user, each once with the first subject that is for them, in their order.
    fn held(&self, user: &User) -> Vec<Held<'_>> {
        let name = self.words.find(&user.name).map(Holder::User).filter(|_| !user.name.is_empty());
        let groups = user.groups.iter().filter_map(|it| self.words.find(it)).map(Holder::Group);
        let mut held: BTreeMap<u32, u32> = BTreeMap::new();
        for (binding, subject) in
            name.into_iter().chain(groups).filter_map(|it| self.by_holder.get(&it)).flatten()
        {
            let first = held.entry(*binding).or_insert(*subject);
            *first = (*first).min(*subject);
        }
        let held = held.into_iter().map(|(binding, index)| Held {
            binding: Binding { of: self, id: binding },
            subject: Subject { of: self, binding, index },
        });
        held.collect()
    }
}

/// A binding that somebody has, and the subject of it that they are.
#[derive(Debug, Clone, Copy)]
struct Held<'a> {
    binding: Binding<'a>,
    subject: Subject<'a>,
}

impl<'a> Held<'a> {
    fn rules(self) -> impl Iterator<Item = Grant<'a>> {
        let Self { binding, subject } = self;
        binding.roles().flat_map(move |role| {
            role.rules().map(move |rule| Grant { binding, subject, role, rule })
        })
    }
}

#[cfg(test)]
mod tests;
