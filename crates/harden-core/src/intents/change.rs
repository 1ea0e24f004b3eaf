//! What an intent sets in objects that do not say it.

use serde_json::Value;

use crate::kubernetes::MinorVersion;

/// What is set in objects that do not say it. What they say stays, whatever it is.
///
/// It is set when an object is created: most of a pod may not change later, so that a mutation of an update would have
/// updates refused that are about something else. Only pods and ServiceAccounts are changed. A template that is changed
/// in the cluster differs from the one in the repository, and whatever synchronises them changes it back forever;
/// its pods come changed anyway.
#[derive(Debug)]
pub struct Change {
    /// What may break by it. Sentences.
    pub breaks: &'static str,
    /// The rules that find less where it is in force.
    pub relieves: &'static [&'static str],
    /// The first version of Kubernetes in which it can work.
    pub since: MinorVersion,
    /// The name that objects must have; all are changed where there is none.
    pub named: Option<&'static str>,
    /// Where the field is.
    pub place: Place,
    /// What it becomes where it is not there.
    pub value: fn() -> Value,
    /// The objects and containers that stay as they are.
    pub unless: &'static [Unless],
}

/// Where a field is that is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the object: a path of fields, those before the last made where they are not there.
    Object(&'static [&'static str]),
    /// In `securityContext` of each container and init container. Containers that are added to a running pod say for
    /// themselves, as the profiles of `kubectl debug` do.
    Security(&'static str),
}

/// What leaves an object or a container as it is.
#[derive(Debug)]
pub struct Unless {
    /// What it is, in words with dashes.
    pub name: &'static str,
    /// Whether it is about each container `c`, or `element`, in place of the object.
    pub is_of_container: bool,
    /// Whether it is so, in CEL over `object` and `c`.
    pub expression: &'static str,
    /// Whether it is so, in JMESPath over `request.object` and `element`.
    pub query: &'static str,
    /// What becomes of it in Gatekeeper, whose mutators see nothing but the field that they set.
    pub unseen: Unseen,
}

/// What becomes of a condition that an engine cannot see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unseen {
    /// The change is made nevertheless. A sentence says what comes of it, and what to do.
    Noted(&'static str),
    /// The change is not made at all; a fragment says what would come of it.
    Unsaid(&'static str),
}

impl Change {
    /// The conditions about the object, or those about each container.
    pub(super) fn unless(&self, of_container: bool) -> impl Iterator<Item = &'static Unless> {
        self.unless.iter().filter(move |it| it.is_of_container == of_container)
    }
}
