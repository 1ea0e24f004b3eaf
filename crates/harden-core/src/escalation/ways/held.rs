//! What everybody is allowed, as far as an edge may need it.

use std::collections::BTreeSet;

use super::{Means, Ways};
use crate::escalation::catalogue;
use crate::escalation::edge::{At, From, Names, Right};
use crate::escalation::graph::Way;
use crate::escalation::party::Party;
use crate::rbac::authorization::{Authorization, Grant, Role, Rule, Subject, User};

/// A rule that somebody holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'a> {
    pub(super) means: Means<'a>,
    pub(super) rule: Rule<'a>,
    pub(super) way: Way,
    /// The namespace that it is bound in; none for the whole cluster.
    pub(super) place: Option<&'a str>,
    /// Whether they hold it themselves, and not as a member of a group that follows from who they are.
    pub(super) is_own: bool,
}

/// Which rules have something that an edge needs, by the edges' rights and the rules.
#[derive(Debug)]
pub(super) struct Matches {
    by_right: Vec<Vec<bool>>,
}

/// The ways in which a right is there.
#[derive(Debug, Default)]
pub(super) struct Clause {
    pub(super) ways: Vec<Way>,
    /// Whether any of them is somebody's own.
    pub(super) is_own: bool,
    /// Whether any of them is of the namespace alone.
    pub(super) is_local: bool,
}

impl Matches {
    pub(super) fn of(authorization: &Authorization) -> Self {
        let rules: Vec<Rule<'_>> = authorization.roles().flat_map(Role::rules).collect();
        let count = rules.iter().map(|it| it.id() as usize + 1).max().unwrap_or(0);
        let rights = catalogue::edges().flat_map(|it| it.rights);
        let by_right = rights.map(|right| {
            let mut has = vec![false; count];
            for rule in &rules {
                if let Some(place) = has.get_mut(rule.id() as usize) {
                    *place = right.is_in(*rule);
                }
            }
            has
        });
        Self { by_right: by_right.collect() }
    }

    pub(super) fn has(&self, right: usize, rule: Rule<'_>) -> bool {
        self.by_right.get(right).and_then(|it| it.get(rule.id() as usize)).copied().unwrap_or(false)
    }
}

impl Right {
    /// Whether a rule has it for any object.
    fn is_in(&self, rule: Rule<'_>) -> bool {
        rule.verbs().any(|it| it == "*" || self.verbs.contains(&it))
            && self.of.iter().any(|(group, resource)| {
                let any = resource.split_once('/').map(|(_, subresource)| subresource);
                rule.groups().any(|it| it == "*" || it == *group)
                    && rule.resources().any(|it| {
                        it == "*"
                            || it == *resource
                            || any.is_some() && it.strip_prefix("*/") == any
                    })
            })
    }
}

impl<'a> Ways<'a> {
    /// Everybody who is known: subjects of bindings, accounts, those of pods, and the groups that follow.
    pub(super) fn people(&self, others: impl IntoIterator<Item = Party>) -> BTreeSet<Party> {
        let mut people: BTreeSet<Party> = others.into_iter().filter(Party::is_somebody).collect();
        let subjects = self.authorization.subjects().into_iter().filter(|it| it.is_somebody());
        let party = |it: Subject<'_>| {
            if it.is_group() { Party::group(it.login()) } else { Party::user(it.login()) }
        };
        people.extend(subjects.map(party));
        let accounts = self.authorization.service_accounts();
        people.extend(
            accounts.map(|(namespace, name)| Party::Account(namespace.into(), name.into())),
        );
        let account = |(namespace, name): (&_, &_)| {
            Party::Account(Clone::clone(namespace), Clone::clone(name))
        };
        people
            .extend(self.facts.accounts.keys().map(|(namespace, name)| account((namespace, name))));
        people.extend(self.facts.pods.iter().map(|it| account((&it.namespace, &it.account))));
        let mapped = self.facts.mappings.iter().flat_map(|it| &it.groups);
        people.extend(mapped.map(|it| Party::group(it)));
        people.insert(Party::group("system:masters"));
        let implied: Vec<_> = people.iter().flat_map(implied).collect();
        people.extend(implied);
        people
    }

    /// What somebody holds, themselves and by the groups that follow from who they are.
    pub(super) fn held(&mut self, party: &Party) -> Vec<Held<'a>> {
        let mut held = self.own(party, true);
        for group in implied(party) {
            held.extend(self.own(&group, false));
        }
        held
    }

    fn own(&mut self, party: &Party, is_own: bool) -> Vec<Held<'a>> {
        let grants: Vec<Grant<'a>> = match party {
            Party::Holder { namespace, name, place } => {
                return self.of_role(namespace.as_deref(), name, place.as_deref());
            }
            Party::Group(name) => {
                let user = User { name: String::new(), groups: vec![name.to_string()] };
                self.authorization.rules_of(&user).collect()
            }
            Party::User(name) => {
                let user = User { name: name.to_string(), groups: Vec::new() };
                self.authorization.rules_of(&user).collect()
            }
            Party::Account(namespace, name) => {
                let user = User { groups: Vec::new(), ..User::account(namespace, name) };
                self.authorization.rules_of(&user).collect()
            }
            Party::Power(..) | Party::Pod(..) | Party::Cloud(_) => Vec::new(),
        };
        let held = grants.into_iter().map(|it| {
            let bound = Some((it.binding, it.subject));
            let means = Means { bound, role: it.role, rule: Some(it.rule) };
            let place = Some(it.binding.namespace()).filter(|_| !it.binding.is_cluster_wide());
            Held { means, rule: it.rule, way: self.way(means), place, is_own }
        });
        held.collect()
    }

    /// What whoever has bound a role holds.
    fn of_role(
        &mut self,
        namespace: Option<&str>,
        name: &str,
        place: Option<&str>,
    ) -> Vec<Held<'a>> {
        // The namespace as the authorization has it, which outlives what asks.
        let own = place.map(|it| self.authorization.namespaces().find(|own| *own == it));
        let Some(place) = own.map_or(Some(None), |it| it.map(Some)) else { return Vec::new() };
        let roles = self.authorization.roles_named(namespace.unwrap_or_default(), name);
        let all: Vec<_> = roles.flat_map(|role| role.rules().map(move |it| (role, it))).collect();
        let held = all.into_iter().map(|(role, rule)| {
            let means = Means { bound: None, role, rule: Some(rule) };
            Held { means, rule, way: self.way(means), place, is_own: true }
        });
        held.collect()
    }

    /// The ways in which a right is there: everywhere, or in a namespace. With a name, for this object, too.
    pub(super) fn clause(
        &self,
        held: &[Held<'a>],
        (number, right): (usize, &Right),
        place: Option<&str>,
        name: Option<&str>,
    ) -> Clause {
        let mut clause = Clause::default();
        for it in held.iter().filter(|it| self.matches.has(number, it.rule)) {
            let is_there = match right.at {
                At::Place => it.place.is_none() || it.place == place,
                At::Cluster => it.place.is_none(),
                At::Anywhere => true,
            };
            let includes = |name: &str| it.rule.names().any(|own| own == name);
            let is_whole = it.rule.names().next().is_none();
            let is_named = match right.names {
                Names::Spoil => false,
                Names::SpoilCreation => it
                    .rule
                    .verbs()
                    .any(|it| it == "*" || it != "create" && right.verbs.contains(&it)),
                Names::DoNotMatter => true,
                Names::Reach | Names::IncludeRole => name.is_some_and(includes),
                Names::IncludePlace => place.is_some_and(includes),
                Names::Include(name) => includes(name),
                Names::IncludeOne(names) => names.iter().any(|it| includes(it)),
            };
            if is_there && (is_whole || is_named) {
                clause.ways.push(it.way);
                clause.is_own |= it.is_own;
                let is_for_place = !is_whole && right.names == Names::IncludePlace;
                clause.is_local |= place.is_some() && (it.place.is_some() || is_for_place);
            }
        }
        clause.ways.sort_unstable();
        clause.ways.dedup();
        clause
    }

    /// The names that rules with a right are for, everywhere or in a namespace.
    pub(super) fn names(
        &self,
        held: &[Held<'a>],
        number: usize,
        place: Option<&str>,
    ) -> BTreeSet<&'a str> {
        let named = held.iter().filter(|it| {
            self.matches.has(number, it.rule) && (it.place.is_none() || it.place == place)
        });
        named.flat_map(|it| it.rule.names()).collect()
    }

    /// The namespaces in which it matters what somebody holds.
    pub(super) fn places(&self, held: &[Held<'a>]) -> BTreeSet<&'a str> {
        let bound = held.iter().filter_map(|it| it.place);
        let rights = catalogue::edges().flat_map(|it| it.rights).enumerate();
        let by_name: Vec<_> = rights.filter(|(_, it)| it.names == Names::IncludePlace).collect();
        let named = held
            .iter()
            .filter(|it| by_name.iter().any(|(number, _)| self.matches.has(*number, it.rule)));
        bound.chain(named.flat_map(|it| it.rule.names())).collect()
    }
}

/// The edges that begin with rights, each with the number of its first right among all.
pub(super) fn numbered() -> impl Iterator<Item = (usize, &'static crate::escalation::Edge)> {
    let numbered = catalogue::edges().scan(0, |next, edge| {
        let first = *next;
        *next += edge.rights.len();
        Some((first, edge))
    });
    numbered.filter(|(_, it)| it.from == From::Holder)
}

/// The groups that follow from who somebody is.
pub(super) fn implied(party: &Party) -> Vec<Party> {
    let user = match party {
        Party::User(name) => User::named(&**name),
        Party::Account(namespace, name) => User::account(namespace, name),
        Party::Group(name) if &**name == "system:unauthenticated" => return Vec::new(),
        Party::Group(name) => User::member(&**name),
        _ => return Vec::new(),
    };
    let groups = user.groups.iter().map(|it| Party::group(it));
    groups.filter(|it| it != party).collect()
}
