//! What blocks a level: the checks that fail, with the objects in which they do.

use std::fmt::Write as _;
use std::sync::Arc;

use harden_yaml::Place;

use super::{Mending, State};
use crate::kubernetes::Level;
use crate::pod_security::CheckFailure;

/// A check that an object fails.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Failure {
    /// Upstream's identifier of the check.
    pub check: &'static str,
    /// The lowest level that the check belongs to.
    pub level: Level,
    /// What is wrong in few words, in upstream's.
    pub reason: &'static str,
    /// Who does it and how, in upstream's words.
    pub detail: String,
    /// The fields, from the object on; they may be missing in it.
    pub fields: Vec<String>,
}

/// What blocks several objects alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// The checks that fail, in the order of the API server's message.
    pub failures: Arc<[Failure]>,
    /// The objects in which they do, by kind and name.
    pub members: Vec<Member>,
}

/// An object that blocks a level.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// What `apiVersion` says.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name, or what its name will begin with.
    pub name: String,
    /// The file that it is in; none where it is in a cluster.
    pub file: Option<Arc<str>>,
    /// The fields of each failure in it.
    pub failures: Arc<[Failure]>,
    /// Those that made it, by kind and name, where what they say of pods does not block in the same way.
    pub owner: Option<(String, String)>,
    /// What is to be known of it.
    pub state: State,
    /// The Pods that it made and that fail alike, by their names.
    pub pods: Vec<String>,
    /// What would mend it; none where that is done elsewhere.
    pub mending: Option<Mending>,
}

impl Failure {
    pub(super) fn all(failures: &[CheckFailure<'_>], object: Place<'_>) -> Arc<[Self]> {
        let of = |it: &CheckFailure<'_>| Self {
            check: it.check.id,
            level: it.check.level,
            reason: it.reason,
            detail: it.detail.clone(),
            fields: it.faults.iter().map(|fault| fault.place.path_from(&object)).collect(),
        };
        failures.iter().map(of).collect()
    }
}

/// What the API server says of a pod that fails these, behind the standard.
pub(super) fn message(failures: &[Failure]) -> String {
    let mut text = String::new();
    for it in failures {
        text.push_str(if text.is_empty() { "" } else { ", " });
        text.push_str(it.reason);
        if !it.detail.is_empty() {
            let _ = write!(text, " ({})", it.detail);
        }
    }
    text
}

/// What the API server says of a pod that is there when a label is set: the reasons alone.
pub(super) fn reasons(failures: &[Failure]) -> String {
    failures.iter().map(|it| it.reason).collect::<Vec<_>>().join(", ")
}
