//! How a flow was seen: how often, where first, and by which policies it was judged.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use super::end;
use super::record::Record;
use crate::network::Direction;

/// How a flow was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// How often, as the log counts: packets, connections or lines.
    pub count: u64,
    /// The file with the first line about it.
    pub file: Arc<str>,
    /// That line, from 1.
    pub line: usize,
    /// Whether it was judged where it went in.
    pub ingress: bool,
    /// Whether it was judged where it went out.
    pub egress: bool,
    /// The policies that decided, where the log names them.
    pub policies: BTreeSet<NamedPolicy>,
}

/// A policy as a log names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedPolicy {
    /// `NetworkPolicy`, `CiliumNetworkPolicy`, and so on; empty where the log does not say.
    pub kind: String,
    /// Its namespace; empty for those of a cluster.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// More policies of one flow are not kept.
const MOST_POLICIES: usize = 8;

impl Sighting {
    pub(super) fn of(record: &Record, file: &Arc<str>, line: usize) -> Self {
        let is = |direction| record.direction == Some(direction);
        Self {
            count: record.count,
            file: Arc::clone(file),
            line,
            ingress: is(Direction::Ingress),
            egress: is(Direction::Egress),
            policies: record.policies.iter().take(MOST_POLICIES).cloned().collect(),
        }
    }

    /// Takes in a later one of the same flow.
    pub(super) fn merge(&mut self, later: Self) {
        self.count = self.count.saturating_add(later.count);
        self.ingress |= later.ingress;
        self.egress |= later.egress;
        for policy in later.policies {
            if self.policies.len() < MOST_POLICIES {
                self.policies.insert(policy);
            }
        }
    }

    /// `file:line` of the first line about it.
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

impl NamedPolicy {
    /// The policy that words of a log name, if they can be a name.
    pub(super) fn read(kind: &str, namespace: &str, name: &str) -> Option<Self> {
        let may_be = |text: &str| text.is_empty() || end::is_name(text);
        let is_named = end::is_name(name) && may_be(kind) && may_be(namespace);
        is_named.then(|| Self {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        })
    }
}

/// `NetworkPolicy team-a/web`, `ClusterNetworkPolicy isolate`.
impl fmt::Display for NamedPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.kind.is_empty() {
            write!(f, "{} ", self.kind)?;
        }
        if !self.namespace.is_empty() {
            write!(f, "{}/", self.namespace)?;
        }
        f.write_str(&self.name)
    }
}
