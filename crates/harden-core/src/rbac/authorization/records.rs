//! What is kept of roles, rules and bindings.

use super::words::{List, Word};

/// Where something stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) source: Word,
    /// From one; zero where nobody reads the text by its lines.
    pub(super) line: u32,
}

#[derive(Debug)]
pub(super) struct RuleRecord {
    pub(super) verbs: List,
    pub(super) groups: List,
    pub(super) resources: List,
    pub(super) names: List,
    pub(super) urls: List,
    /// The role that it is written in.
    pub(super) role: u32,
    /// Which of the rules that are written there it is.
    pub(super) number: u32,
    pub(super) mark: Mark,
    /// Whether Kubernetes or kubeadm gives the role as much.
    pub(super) is_built_in: bool,
}

impl RuleRecord {
    /// The same for rules that are written alike.
    pub(super) fn lists(&self) -> [List; 5] {
        [self.verbs, self.groups, self.resources, self.names, self.urls]
    }
}

/// Kind, namespace and name of a role; a ClusterRole has no namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct RoleKey {
    pub(super) is_cluster_role: bool,
    pub(super) namespace: Word,
    pub(super) name: Word,
}

#[derive(Debug)]
pub(super) struct RoleRecord {
    pub(super) key: RoleKey,
    pub(super) labels: Vec<(Word, Word)>,
    /// The selectors of an aggregated role as JSON.
    pub(super) selectors: Option<Vec<String>>,
    /// What it allows: the rules that are written in it, or those that are aggregated.
    pub(super) rules: Vec<u32>,
    pub(super) mark: Mark,
    pub(super) is_assumed: bool,
    pub(super) is_built_in: bool,
}

#[derive(Debug)]
pub(super) struct BindingRecord {
    pub(super) is_cluster_wide: bool,
    pub(super) namespace: Word,
    pub(super) name: Word,
    pub(super) role_kind: Word,
    pub(super) role_name: Word,
    /// The roles of this name that it gives; none where there is no such role.
    pub(super) roles: Vec<u32>,
    pub(super) subjects: Vec<SubjectRecord>,
    pub(super) mark: Mark,
    pub(super) is_assumed: bool,
    pub(super) is_built_in: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct SubjectRecord {
    pub(super) kind: Word,
    /// That of a ServiceAccount, with the binding's in place of none.
    pub(super) namespace: Word,
    pub(super) name: Word,
    /// Whom it is for; none for a kind that is none, and for an account that has no namespace.
    pub(super) holder: Option<Holder>,
    /// Whether Kubernetes or kubeadm names it in the binding, too.
    pub(super) is_built_in: bool,
    pub(super) mark: Mark,
}

/// Whom a subject is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// The user of this name, a ServiceAccount included.
    User(Word),
    Group(Word),
}
