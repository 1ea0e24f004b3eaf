//! What somebody used of their rights, by an audit log that is read as it comes: memory does not grow
//! with it.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::demands;
use super::evidence::Evidence;
use super::log::Log;
use super::right::{Right, Rights, Use};
use crate::configuration::audit::{Event, Stage, User};
use crate::generators::namespace::Bound;
use crate::kubernetes::NamespaceName;
use crate::simulate::audit::{NoRecord, Outcome, Record};

/// What somebody used of their rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// Who.
    pub(super) who: Bound,
    /// What was allowed, whatever came of it then.
    pub(super) allowed: Rights,
    /// What the API server demanded beside.
    pub(super) demanded: Rights,
    /// What was denied.
    pub(super) denied: Rights,
    /// What nobody knows the outcome of.
    pub(super) unknown: Rights,
    /// Namespaces that they made, in which no role can wait for them.
    pub(super) made: BTreeSet<String>,
    /// The groups that they were in, request by request.
    pub(super) groups: BTreeSet<Vec<String>>,
    /// What the API server demands beside the verb, and the log does not tell.
    pub(super) untold: BTreeSet<&'static str>,
    /// Whether there was no room for all of it.
    pub(super) is_cut: bool,
    pub(super) log: Log,
}

/// What is said where a request names a namespace that the API server lets nobody make.
const NOWHERE: &str =
    "it asked in a namespace whose name none can have, where no Role can be: that is left out";

/// More namespaces that were made, and more sets of groups, are not kept.
const MOST_KEPT: usize = 1000;

/// Events in one object, as a webhook gets them.
#[derive(Deserialize)]
struct EventList<'e> {
    #[serde(default)]
    kind: &'e str,
    #[serde(borrow, default)]
    items: Vec<&'e RawValue>,
}

impl Usage {
    /// Nothing yet of somebody.
    pub(super) fn of(who: Bound) -> Self {
        Self {
            who,
            allowed: Rights::default(),
            demanded: Rights::default(),
            denied: Rights::default(),
            unknown: Rights::default(),
            made: BTreeSet::new(),
            groups: BTreeSet::new(),
            untold: BTreeSet::new(),
            is_cut: false,
            log: Log::default(),
        }
    }

    /// Nothing yet of the same.
    #[must_use]
    pub fn emptied(&self) -> Self {
        Self::of(self.who.clone())
    }

    /// Takes in a line of a log: an event, or a list of them. Empty lines say nothing.
    pub fn add_line(&mut self, file: &str, line: usize, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match Record::read(text) {
            Ok(record) => self.add(&record, file, line),
            Err(NoRecord::Kind(kind)) => match serde_json::from_str::<EventList<'_>>(text) {
                Ok(list) if list.kind == "EventList" => {
                    for item in list.items {
                        match Record::read(item.get()) {
                            Ok(record) => self.add(&record, file, line),
                            Err(error) => self.log.reject(file, line, &error),
                        }
                    }
                }
                _ => self.log.reject(file, line, &NoRecord::Kind(kind)),
            },
            Err(error) => self.log.reject(file, line, &error),
        }
    }

    /// Takes in what another part of the log says, which comes later.
    pub fn merge(&mut self, other: Self) {
        let fits = self.allowed.extend(other.allowed)
            & self.demanded.extend(other.demanded)
            & self.denied.extend(other.denied)
            & self.unknown.extend(other.unknown);
        self.is_cut |= !fits || other.is_cut;
        for name in other.made {
            self.is_cut |= !keep(&mut self.made, name);
        }
        for groups in other.groups {
            keep(&mut self.groups, groups);
        }
        self.untold.extend(other.untold);
        self.log.merge(other.log);
    }

    /// The lines that could not be read.
    pub fn unreadable(&self) -> u64 {
        self.log.unreadable
    }

    /// Whether somebody is whom this is about.
    fn is_subject(&self, user: &User<'_>) -> bool {
        match &self.who {
            Bound::User(name) => user.name == name,
            Bound::Group(name) => user.groups.contains(&name.as_str()),
            Bound::ServiceAccount { namespace, name } => {
                user.name.strip_prefix("system:serviceaccount:").and_then(|it| it.split_once(':'))
                    == Some((namespace.as_str(), name))
            }
        }
    }

    fn add(&mut self, record: &Record<'_>, file: &str, line: usize) {
        let event = record.event();
        self.log.add(record, &event);
        let impersonated = record.impersonated();
        let user = event.user.as_ref();
        let is_own = user.is_some_and(|it| self.is_subject(it));
        let acting = impersonated.as_ref().map(|it| &it.user).or(user);
        let Some(acting) = acting.filter(|it| self.is_subject(it)) else {
            if let Some(whom) = impersonated.filter(|_| is_own) {
                self.log.of_subject += 1;
                for (right, name) in demands::impersonation(&whom) {
                    let evidence = Evidence::of(record, file, line);
                    self.demand(right, Some(&name), &evidence, demands::IMPERSONATES);
                }
            }
            return;
        };
        let mut groups: Vec<_> = acting.groups.iter().map(|it| (*it).to_owned()).collect();
        groups.sort_unstable();
        keep(&mut self.groups, groups);
        self.log.of_subject += 1;
        self.add_request(record, &event, &Evidence::of(record, file, line));
    }

    fn add_request(&mut self, record: &Record<'_>, event: &Event<'_>, evidence: &Evidence) {
        let Some((right, name)) = needed(event) else { return };
        if event.is_resource_request && !is_place(event.namespace) {
            self.untold.insert(NOWHERE);
            return;
        }
        let outcome = record.outcome();
        // A request may be logged at several stages, and is counted at its end.
        let is_end = matches!(record.stage, Stage::ResponseComplete | Stage::Panic);
        let how = Use { count: u64::from(is_end), ..Use::of(name, evidence.clone()) };
        let (namespace, group) = (event.namespace, event.group);
        let list = match outcome {
            Outcome::Allowed => &mut self.allowed,
            Outcome::Denied => &mut self.denied,
            Outcome::Unknown => &mut self.unknown,
        };
        self.is_cut |= !list.add(right, how);
        if outcome != Outcome::Allowed || !event.is_resource_request {
            return;
        }
        self.log.has_outcomes = true;
        let created = event.verb == "create" || record.code() == Some(201);
        let made = record.object_name();
        if event.group.is_empty() && event.resource == "namespaces" && created && !made.is_empty() {
            self.is_cut |= !keep(&mut self.made, made.to_owned());
        }
        let is_update = matches!(event.verb, "patch" | "update") && event.subresource.is_empty();
        if is_update && record.code() == Some(201) {
            let right = Right::new(namespace, group, event.resource, "create");
            self.demand(right, None, evidence, demands::CREATES);
        }
        let (demanded, untold) = demands::of_request(record, event);
        for (right, name, why) in demanded {
            self.demand(right, name.as_deref(), evidence, why);
        }
        self.untold.extend(untold);
    }

    /// Adds a right that follows from a request.
    fn demand(&mut self, right: Right, name: Option<&str>, evidence: &Evidence, why: &'static str) {
        let how = Use { count: 0, ..Use::of(name, evidence.clone()) }.because(why);
        self.is_cut |= !self.demanded.add(right, how);
    }
}

/// The right that a request needs, and the name of the object where it names one.
fn needed<'e>(event: &Event<'e>) -> Option<(Right, Option<&'e str>)> {
    if !event.is_resource_request {
        return (!event.path.is_empty()).then(|| (Right::url(event.path, event.verb), None));
    }
    if event.resource.is_empty() {
        return None;
    }
    let resource = match event.subresource {
        "" => event.resource.to_owned(),
        subresource => format!("{}/{subresource}", event.resource),
    };
    let right = Right::new(event.namespace, event.group, &resource, event.verb);
    Some((right, Some(event.name).filter(|it| !it.is_empty())))
}

/// Whether there can be a namespace of this name; an empty one is none.
fn is_place(namespace: &str) -> bool {
    namespace.is_empty() || namespace.parse::<NamespaceName>().is_ok()
}

/// Whether there is room for one more, or it is there.
fn keep<T: Ord>(set: &mut BTreeSet<T>, item: T) -> bool {
    set.contains(&item) || set.len() < MOST_KEPT && set.insert(item)
}
