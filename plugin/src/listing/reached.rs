//! How far a cluster was read, for whoever asks what it says that nothing was found.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Kind, ObjectName, Scope};

/// How far a cluster was read.
#[derive(Debug)]
#[cfg_attr(not(feature = "live"), expect(dead_code, reason = "who applies reports asks for it"))]
pub(crate) struct Reached {
    pub(crate) scope: Scope,
    /// The kinds of which every object came.
    pub(crate) whole: Vec<Arc<Kind>>,
    /// The objects that are reported, where not all are.
    pub(crate) selected: Option<HashSet<ObjectName>>,
}

impl Reached {
    /// The namespace that was read; none where all were.
    pub(crate) fn namespace(&self) -> Option<&str> {
        match &self.scope {
            Scope::Namespace(name) => Some(name),
            Scope::Cluster => None,
        }
    }

    /// Whether there would be a finding about an object if there were something to find; the namespace is that in
    /// which the object is if it is in any.
    #[cfg(feature = "live")]
    pub(crate) fn holds(&self, group: &str, kind: &str, namespace: &str, name: &str) -> bool {
        let Some(read) = self.whole.iter().find(|it| it.is(group, kind)) else { return false };
        let key = if read.is_namespaced { format!("{namespace}/{name}") } else { name.to_owned() };
        let name = ObjectName { group: group.to_owned(), kind: kind.to_owned(), key };
        self.selected.as_ref().is_none_or(|it| it.contains(&name))
    }
}
