//! What LimitRanges set for containers that say nothing.

use std::collections::BTreeSet;

use crate::object::Object;

/// What the LimitRanges of namespaces set for containers that say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults(BTreeSet<Bound>);

/// Namespace, bound and resource.
type Bound = (String, &'static str, String);

impl Defaults {
    /// Takes in a LimitRange. A limit that is set is the request, too, where none is.
    pub(super) fn learn(&mut self, limit_range: &Object<'_>) {
        let namespace = limit_range.namespace().unwrap_or_default();
        let limits = limit_range.place.at("spec").at("limits").items();
        for limit in limits.filter(|it| it.at("type").as_str() == Some("Container")) {
            for (field, bounds) in
                [("default", &["limits", "requests"][..]), ("defaultRequest", &["requests"])]
            {
                for (resource, _) in limit.at(field).entries() {
                    let known =
                        |bound: &&'static str| (namespace.to_owned(), *bound, resource.to_owned());
                    self.0.extend(bounds.iter().map(known));
                }
            }
        }
    }

    /// Whether containers of this namespace that set no such bound (`limits`, `requests`) on a
    /// resource get one.
    pub fn bounds(&self, namespace: &str, bound: &'static str, resource: &str) -> bool {
        // There is hardly ever one, and this is asked for every pod.
        !self.0.is_empty() && self.0.contains(&(namespace.to_owned(), bound, resource.to_owned()))
    }

    /// The namespaces of which the other says something else.
    pub(super) fn namespaces_that_differ(&self, other: &Self) -> BTreeSet<String> {
        self.0.symmetric_difference(&other.0).map(|(namespace, ..)| namespace.clone()).collect()
    }
}
