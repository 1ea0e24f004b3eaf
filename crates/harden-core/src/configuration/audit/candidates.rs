//! The rules of a policy that may take a request, found by what they name.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{AuditPolicy, AuditRule, Item};

/// The rules of a policy, filed by what they name.
pub(super) struct Candidates<'p> {
    users: Filed<'p>,
    groups: Filed<'p>,
    verbs: Filed<'p>,
    namespaces: Filed<'p>,
    resources: Filed<'p>,
}

/// Rules by what they name of one sort, in their order.
#[derive(Default)]
struct Filed<'p> {
    named: FxHashMap<&'p str, Vec<usize>>,
    /// Those that take any.
    any: Vec<usize>,
}

/// What is asked for of one sort.
#[derive(Debug, Clone)]
pub(super) enum Asked<'q> {
    /// This name, which only rules take that name it or none.
    Name(Cow<'q, str>),
    /// Every name, which only rules take that name none.
    Every,
    /// Something that rules are not filed by.
    Other,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) struct Request<'q> {
    pub(super) user: Asked<'q>,
    pub(super) group: Asked<'q>,
    pub(super) verb: Asked<'q>,
    pub(super) namespace: Asked<'q>,
    /// The resource with its subresource.
    pub(super) resource: Asked<'q>,
}

impl<'p> Candidates<'p> {
    pub(super) fn of(policy: &'p AuditPolicy<'_>) -> Self {
        let rules = &policy.rules;
        Self {
            users: Filed::of(rules, |it| &it.users),
            groups: Filed::of(rules, |it| &it.user_groups),
            verbs: Filed::of(rules, |it| &it.verbs),
            namespaces: Filed::of(rules, |it| &it.namespaces),
            resources: Filed::of_resources(rules),
        }
    }

    /// The first rule that takes a request, where `takes` says whether one does.
    pub(super) fn first(
        &self,
        request: &Request<'_>,
        takes: impl FnMut(usize) -> bool,
    ) -> Option<usize> {
        let Request { user, group, verb, namespace, resource } = request;
        let filed = [
            (&self.users, user),
            (&self.groups, group),
            (&self.verbs, verb),
            (&self.namespaces, namespace),
            (&self.resources, resource),
        ];
        let found = filed.into_iter().filter_map(|(filed, asked)| filed.find(asked));
        let few = found.min_by_key(|(named, any)| named.len() + any.len());
        let (named, any) = few.unwrap_or_default();
        in_order(named, any).find({
            let mut takes = takes;
            move |it| takes(*it)
        })
    }
}

impl<'p> Filed<'p> {
    fn of<'d: 'p>(
        rules: &'p [AuditRule<'d>],
        names: impl Fn(&'p AuditRule<'d>) -> &'p [Item<'d>],
    ) -> Self {
        let mut filed = Self::default();
        for (index, rule) in rules.iter().enumerate() {
            match names(rule) {
                [] => filed.any.push(index),
                names => names.iter().for_each(|it| filed.add(it.text, index)),
            }
        }
        filed
    }

    fn of_resources<'d: 'p>(rules: &'p [AuditRule<'d>]) -> Self {
        let mut filed = Self::default();
        for (index, rule) in rules.iter().enumerate() {
            let patterns = || rule.resources.iter().flat_map(|it| &it.resources);
            let is_open = rule.resources.iter().any(|it| it.resources.is_empty());
            if rule.resources.is_empty() || is_open || patterns().any(|it| it.text.contains('*')) {
                filed.any.push(index);
            } else {
                patterns().for_each(|it| filed.add(it.text, index));
            }
        }
        filed
    }

    fn add(&mut self, name: &'p str, index: usize) {
        let rules = self.named.entry(name).or_default();
        if rules.last() != Some(&index) {
            rules.push(index);
        }
    }

    /// The rules that name it, and those that take any.
    fn find(&self, asked: &Asked<'_>) -> Option<(&[usize], &[usize])> {
        match asked {
            Asked::Name(name) => {
                Some((self.named.get(&**name).map_or(&[], Vec::as_slice), &self.any))
            }
            Asked::Every => Some((&[], &self.any)),
            Asked::Other => None,
        }
    }
}

/// Two lists in order as one.
fn in_order(one: &[usize], other: &[usize]) -> impl Iterator<Item = usize> {
    let (mut one, mut other) = (one.iter().copied().peekable(), other.iter().copied().peekable());
    std::iter::from_fn(move || match (one.peek(), other.peek()) {
        (Some(a), Some(b)) if a < b => one.next(),
        (_, Some(_)) => other.next(),
        (_, None) => one.next(),
    })
}
