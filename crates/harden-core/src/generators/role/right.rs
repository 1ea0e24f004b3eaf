//! Rights that requests need, each with what needs it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use super::evidence::Evidence;

/// A right to one kind of request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Right {
    /// The namespace that it holds in; empty for the whole cluster.
    pub(super) namespace: String,
    pub(super) target: Target,
    pub(super) verb: Verb,
}

/// What requests are about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    /// A resource with its subresource, and its group.
    Resource { group: String, resource: String },
    /// A path that is about no resource.
    Url(String),
}

/// A verb; in lists, those that read come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Verb(pub(super) String);

/// The order in which verbs are written.
const VERBS: [&str; 8] =
    ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];

impl Verb {
    fn rank(&self) -> (usize, &str) {
        let rank = VERBS.iter().position(|it| *it == self.0);
        (rank.unwrap_or(VERBS.len()), &self.0)
    }
}

impl Ord for Verb {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialOrd for Verb {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The names of the objects that are meant; none for all.
pub(super) type Names = Option<BTreeSet<String>>;

/// How a right is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    pub(super) names: Names,
    /// The requests that use it.
    pub(super) count: u64,
    /// What shows that it is needed; of a log, its first event.
    pub(super) evidence: Evidence,
    /// Why it is needed although no request has just this verb, or why it is for all names.
    pub(super) because: Vec<&'static str>,
}

/// Rights, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rights(pub(super) BTreeMap<Right, Use>);

/// More names than this of one right are not kept.
const MOST_NAMES: usize = 64;

/// More rights than this are not kept, so that memory is bounded whatever is logged.
const MOST_RIGHTS: usize = 50_000;

impl Right {
    pub(super) fn new(namespace: &str, group: &str, resource: &str, verb: &str) -> Self {
        Self {
            namespace: namespace.to_owned(),
            target: Target::Resource { group: group.to_owned(), resource: resource.to_owned() },
            verb: Verb(verb.to_owned()),
        }
    }

    pub(super) fn url(path: &str, verb: &str) -> Self {
        Self {
            namespace: String::new(),
            target: Target::Url(path.to_owned()),
            verb: Verb(verb.to_owned()),
        }
    }

    /// The resource without its subresource, and its group; none of paths.
    pub(super) fn base(&self) -> Option<(&str, &str)> {
        match &self.target {
            Target::Resource { group, resource } => {
                Some((group, resource.split('/').next().unwrap_or(resource)))
            }
            Target::Url(_) => None,
        }
    }
}

/// `get pods.metrics.k8s.io in team-a`, as people name it.
impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.verb.0, self.target)?;
        match self.namespace.as_str() {
            "" => Ok(()),
            namespace => write!(f, " in {}", printable(namespace)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(path) => f.write_str(&printable(path)),
            Self::Resource { group, resource } if group.is_empty() => {
                f.write_str(&printable(resource))
            }
            Self::Resource { group, resource } => match resource.split_once('/') {
                Some((resource, sub)) => {
                    f.write_str(&printable(&format!("{resource}.{group}/{sub}")))
                }
                None => f.write_str(&printable(&format!("{resource}.{group}"))),
            },
        }
    }
}

/// A text of somebody else in one line, without what a terminal would obey.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { '\u{fffd}' } else { it }).collect()
}

impl Use {
    /// A use of one object, or of all where there is no name.
    pub(super) fn of(name: Option<&str>, evidence: Evidence) -> Self {
        let names = name.map(|it| BTreeSet::from([it.to_owned()]));
        Self { names, count: 1, evidence, because: Vec::new() }
    }

    pub(super) fn because(self, why: &'static str) -> Self {
        Self { because: vec![why], ..self }
    }

    /// Takes in another.
    pub(super) fn merge(&mut self, other: Self) {
        self.count += other.count;
        if other.evidence.is_before(&self.evidence) {
            self.evidence = other.evidence;
        }
        self.names = match (self.names.take(), other.names) {
            (Some(mut own), Some(others)) => {
                own.extend(others);
                (own.len() <= MOST_NAMES).then_some(own)
            }
            _ => None,
        };
        let new = other.because.into_iter().filter(|it| !self.because.contains(it));
        let new: Vec<_> = new.collect();
        self.because.extend(new);
    }

    /// Whether all that another needs is in it.
    pub(super) fn covers(&self, other: &Self) -> bool {
        match (&self.names, &other.names) {
            (None, _) => true,
            (Some(own), Some(others)) => others.is_subset(own),
            (Some(_), None) => false,
        }
    }
}

impl Rights {
    /// Adds a use; whether there was room for it.
    pub(super) fn add(&mut self, right: Right, how: Use) -> bool {
        if let Some(known) = self.0.get_mut(&right) {
            known.merge(how);
            return true;
        }
        let has_room = self.0.len() < MOST_RIGHTS;
        if has_room {
            self.0.insert(right, how);
        }
        has_room
    }

    /// Adds those of another; whether there was room for all.
    pub(super) fn extend(&mut self, other: Self) -> bool {
        other.0.into_iter().fold(true, |fits, (right, how)| self.add(right, how) && fits)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
