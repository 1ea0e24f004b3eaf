//! Rules that no request reaches, because earlier rules take them all.

use std::borrow::Cow;

use super::candidates::{Asked, Candidates, Request};
use super::rule::takes;
use super::{AuditPolicy, AuditRule, GroupResources, Item};

/// A rule that decides nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadow {
    /// The rule, by its place in the policy.
    pub rule: usize,
    /// The earlier rules that take all that it matches, in order.
    pub by: Vec<usize>,
}

/// More combinations than this are not followed.
const MOST_ATOMS: usize = 4_096;

/// The rules that no request reaches. Every one that is named is; one that is not may be, where no
/// earlier rule alone takes a combination of a user, a verb and a resource that it names.
pub fn shadows(policy: &AuditPolicy<'_>) -> Vec<Shadow> {
    let candidates = Candidates::of(policy);
    let rules = policy.rules.iter().enumerate().skip(1);
    rules
        .filter_map(|(index, rule)| {
            let mut by = covering(policy, &candidates, index, &atoms(rule)?)?;
            by.sort_unstable();
            by.dedup();
            Some(Shadow { rule: index, by })
        })
        .collect()
}

/// Whether a rule matches every request there is.
pub fn is_catch_all(rule: &AuditRule<'_>) -> bool {
    rule.users.is_empty()
        && rule.user_groups.is_empty()
        && rule.verbs.is_empty()
        && rule.is_about_everything()
}

/// Whether some rule decides on every request about resources, so that none is passed over.
pub fn logs_every_resource(policy: &AuditPolicy<'_>) -> bool {
    let any = Atom { subject: Subject::default(), about: About::Resources { namespace: None } };
    policy.rules.iter().any(|rule| any.is_taken_by(rule))
}

/// The rules before one that take these atoms, when each of them is taken by some rule alone.
fn covering(
    policy: &AuditPolicy<'_>,
    candidates: &Candidates<'_>,
    before: usize,
    atoms: &[Atom<'_>],
) -> Option<Vec<usize>> {
    let first = |atom: &Atom<'_>| {
        // The rule itself takes all of them, so that none is looked for behind it.
        let takes = |index| {
            index >= before || policy.rules.get(index).is_some_and(|rule| atom.is_taken_by(rule))
        };
        candidates.first(&atom.request(), takes).filter(|index| *index < before)
    };
    atoms.iter().map(first).collect()
}

/// A part of what a rule matches, with one value or any where the rule has a list.
#[derive(Debug, Clone, Copy)]
struct Atom<'d> {
    subject: Subject<'d>,
    about: About<'d>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Subject<'d> {
    user: Option<&'d str>,
    group: Option<&'d str>,
    verb: Option<&'d str>,
}

#[derive(Debug, Clone, Copy)]
enum About<'d> {
    /// Requests about any resource.
    Resources { namespace: Option<&'d str> },
    /// Requests about these resources.
    Resource {
        namespace: Option<&'d str>,
        group: &'d str,
        pattern: Option<&'d str>,
        name: Option<&'d str>,
    },
    /// Requests to these paths.
    Paths(&'d str),
}

/// What a rule matches, in parts; none when there are too many.
fn atoms<'d>(rule: &AuditRule<'d>) -> Option<Vec<Atom<'d>>> {
    let abouts = abouts(rule);
    let (users, groups, verbs) =
        (options(&rule.users), options(&rule.user_groups), options(&rule.verbs));
    let count = [abouts.len(), users.len(), groups.len(), verbs.len()];
    let count = count.into_iter().try_fold(1_usize, usize::checked_mul)?;
    if count > MOST_ATOMS {
        return None;
    }
    let mut atoms = Vec::with_capacity(count);
    for user in &users {
        for group in &groups {
            for verb in &verbs {
                let subject = Subject { user: *user, group: *group, verb: *verb };
                atoms.extend(abouts.iter().map(|about| Atom { subject, about: *about }));
            }
        }
    }
    Some(atoms)
}

fn abouts<'d>(rule: &AuditRule<'d>) -> Vec<About<'d>> {
    let namespaces = options(&rule.namespaces);
    if rule.is_about_everything() {
        return vec![About::Resources { namespace: None }, About::Paths("*")];
    }
    if !rule.is_about_resources() {
        return rule.non_resource_urls.iter().map(|it| About::Paths(it.text)).collect();
    }
    let mut abouts = Vec::new();
    for namespace in namespaces {
        if rule.resources.is_empty() {
            abouts.push(About::Resources { namespace });
        }
        for GroupResources { group, resources, names, .. } in &rule.resources {
            for pattern in options(resources) {
                for name in options(names) {
                    abouts.push(About::Resource { namespace, group, pattern, name });
                }
            }
        }
    }
    abouts
}

/// The values of a list; any, when it is empty.
fn options<'d>(list: &[Item<'d>]) -> Vec<Option<&'d str>> {
    if list.is_empty() { vec![None] } else { list.iter().map(|it| Some(it.text)).collect() }
}

/// Whether a list takes a value, or anything where any value is meant.
fn takes_option(list: &[Item<'_>], value: Option<&str>) -> bool {
    value.map_or(list.is_empty(), |it| takes(list, it))
}

impl Atom<'_> {
    /// What it asks for of rules.
    fn request(&self) -> Request<'_> {
        let asked = |it: Option<_>| it.map_or(Asked::Every, |it| Asked::Name(Cow::Borrowed(it)));
        let Subject { user, group, verb } = self.subject;
        let (namespace, resource) = match self.about {
            About::Resources { namespace } => (asked(namespace), Asked::Every),
            About::Resource { namespace, pattern, .. } => (asked(namespace), asked(pattern)),
            About::Paths(_) => (Asked::Other, Asked::Other),
        };
        let (user, group, verb) = (asked(user), asked(group), asked(verb));
        Request { user, group, verb, namespace, resource }
    }

    fn is_taken_by(&self, rule: &AuditRule<'_>) -> bool {
        let Subject { user, group, verb } = self.subject;
        takes_option(&rule.users, user)
            && takes_option(&rule.user_groups, group)
            && takes_option(&rule.verbs, verb)
            && self.about.is_taken_by(rule)
    }
}

impl About<'_> {
    fn is_taken_by(&self, rule: &AuditRule<'_>) -> bool {
        if rule.is_about_everything() {
            return true;
        }
        let (namespace, group, pattern, name) = match *self {
            Self::Paths(path) => {
                let urls = &rule.non_resource_urls;
                return !rule.is_about_resources() && urls.iter().any(|it| holds(it.text, path));
            }
            Self::Resources { namespace } => (namespace, "*", None, None),
            Self::Resource { namespace, group, pattern, name } => (namespace, group, pattern, name),
        };
        let takes_resource = |it: &GroupResources<'_>| {
            (it.group == "*" || it.group == group)
                && (it.resources.is_empty()
                    || takes_option(&it.names, name)
                        && it.resources.iter().any(|known| includes(known.text, pattern)))
        };
        rule.is_about_resources()
            && takes_option(&rule.namespaces, namespace)
            && (rule.resources.is_empty() || rule.resources.iter().any(takes_resource))
    }
}

/// Whether one pattern of paths matches all that another does.
fn holds(pattern: &str, other: &str) -> bool {
    let prefix = pattern.ends_with('*').then(|| pattern.trim_end_matches('*'));
    pattern == other || prefix.is_some_and(|it| other.trim_end_matches('*').starts_with(it))
}

/// Whether one pattern of resources matches all that another does; none stands for all.
fn includes(pattern: &str, other: Option<&str>) -> bool {
    let Some(other) = other.filter(|_| pattern != "*") else { return pattern == "*" };
    if pattern == other {
        return true;
    }
    match other.split_once('/') {
        _ if other == "*" => false,
        None => pattern.strip_suffix("/*") == Some(other),
        // A subresource of a subresource does not exist, but would be read in two ways.
        Some((_, subresource)) if subresource.contains('/') => false,
        Some(("*", _)) => false,
        Some((resource, "*")) => pattern.strip_suffix("/*") == Some(resource),
        Some((resource, subresource)) => {
            pattern.strip_suffix("/*") == Some(resource)
                || pattern.strip_prefix("*/") == Some(subresource)
        }
    }
}
