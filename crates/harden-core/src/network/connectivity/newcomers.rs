//! Pods that are not there and that rules are for all the same: who could come.

use std::fmt;
use std::sync::Arc;

use super::Network;
use super::labels::{NAMESPACE_NAME, Test};
use super::records::{Pods, Within};
use super::scope::Scope;

/// Pods that may come, by what a rule asks of them. Its words are `entire-cluster`, `team-a/[pods with app=web]` or
/// `[namespaces with env=prod]/[all pods]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Newcomers {
    home: Home,
    pods: Test,
}

/// Which namespaces pods come to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Home {
    /// Those with these labels.
    Labelled(Test),
    /// One by its name.
    Named(Arc<str>),
}

impl Newcomers {
    /// Pods of whatever labels, in whatever namespace.
    pub fn anybody() -> Self {
        Self { home: Home::Labelled(Test::Always), pods: Test::Always }
    }

    /// Whether they are pods of whatever labels, in whatever namespace.
    pub fn is_anybody(&self) -> bool {
        *self == Self::anybody()
    }

    /// The only namespace that they come to, where it is one.
    pub fn namespace(&self) -> Option<&str> {
        match &self.home {
            Home::Named(name) => Some(name),
            Home::Labelled(_) => None,
        }
    }

    pub(super) fn of(network: &Network, pods: &Pods) -> Option<Self> {
        let home = match &pods.within {
            Within::One(id) => Home::Named(Arc::clone(&network.namespaces.get(*id as usize)?.name)),
            Within::Labelled(Test::In(key, values)) if **key == *NAMESPACE_NAME => {
                match values.as_slice() {
                    [name] => Home::Named(Arc::clone(name)),
                    _ => Home::Labelled(pods.within_test()?.clone()),
                }
            }
            Within::Labelled(test) => Home::Labelled(test.clone()),
        };
        Some(Self { home, pods: pods.pods.clone() })
    }

    /// Whether no pod can be like this.
    pub(super) fn is_nobody(&self) -> bool {
        let is_empty = |test: &Test| Scope::of(test).is_some_and(|it| it.is_empty());
        let home = match &self.home {
            Home::Labelled(test) => is_empty(test),
            Home::Named(_) => false,
        };
        home || is_empty(&self.pods)
    }

    /// Whether labels say by their values who they are: of such pods that are there, connections are listed, so that
    /// nothing has to be said of those that may come.
    pub(super) fn are_plain(&self) -> bool {
        let has_home = match &self.home {
            Home::Named(_) => true,
            Home::Labelled(test) => is_plain(test) && *test != Test::Always,
        };
        has_home && is_plain(&self.pods) && self.pods != Test::Always
    }

    /// Whether all of them are among the pods that something is for.
    pub(super) fn are_within(&self, network: &Network, pods: &Pods) -> bool {
        let known = |name: &Arc<str>| {
            network.namespaces.iter().find(|it| it.name == *name && it.mark.is_some())
        };
        let home = match (&self.home, &pods.within) {
            (Home::Named(name), Within::One(id)) => {
                network.namespaces.get(*id as usize).is_some_and(|it| it.name == *name)
            }
            (Home::Named(name), Within::Labelled(test)) => match known(name) {
                Some(namespace) => test.holds(&namespace.labels),
                None => implies(&Test::is(NAMESPACE_NAME, name), test),
            },
            (Home::Labelled(test), Within::One(id)) => {
                let name = network.namespaces.get(*id as usize).map(|it| &it.name);
                name.is_some_and(|it| implies(test, &Test::is(NAMESPACE_NAME, it)))
            }
            (Home::Labelled(own), Within::Labelled(test)) => implies(own, test),
        };
        home && implies(&self.pods, &pods.pods)
    }
}

impl Pods {
    fn within_test(&self) -> Option<&Test> {
        match &self.within {
            Within::Labelled(test) => Some(test),
            Within::One(_) => None,
        }
    }
}

/// Whether one test holds only where the other does, as far as that can be told.
fn implies(one: &Test, other: &Test) -> bool {
    if *other == Test::Always || one == other {
        return true;
    }
    match (Scope::of(one), Scope::of(other)) {
        (Some(one), Some(other)) => one.is_within(&other),
        _ => matches!(one, Test::All(all) if all.contains(other)),
    }
}

/// Whether a test asks for values only.
fn is_plain(test: &Test) -> bool {
    match test {
        Test::Always => true,
        Test::In(_, values) => values.len() == 1,
        Test::All(tests) => tests.iter().all(is_plain),
        Test::Has(_) | Test::Like(..) | Test::Not(_) | Test::Any(_) => false,
    }
}

impl fmt::Display for Newcomers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.home {
            Home::Labelled(Test::Always) if self.pods == Test::Always => {
                return f.write_str("entire-cluster");
            }
            Home::Labelled(Test::Always) => f.write_str("[all namespaces]/")?,
            Home::Labelled(test) => write!(f, "[namespaces with {test}]/")?,
            Home::Named(name) => write!(f, "{name}/")?,
        }
        match &self.pods {
            Test::Always => f.write_str("[all pods]"),
            test => write!(f, "[pods with {test}]"),
        }
    }
}
