//! What Kyverno's own ConfigMap leaves out of all policies.

use super::field::text;
use super::kinds::KindSelector;
use super::situation::{Bindings, Known, Situation};
use crate::Object;
use crate::kyverno::pattern::wildcard::matches_text;

/// What is left out.
#[derive(Debug, Default)]
pub(super) struct Configuration {
    resources: Vec<Filter>,
    /// Who is left out: user names, groups, roles and cluster roles.
    excluded: [Vec<String>; 4],
    /// Who is not, though left out.
    included: [Vec<String>; 4],
}

/// Resources of a kind, by namespace and name, with wildcards.
#[derive(Debug)]
struct Filter {
    kind: KindSelector,
    namespace: String,
    name: String,
}

const KEYS: [&str; 4] =
    ["excludeUsernames", "excludeGroups", "excludeRoles", "excludeClusterRoles"];

impl Configuration {
    /// Reads the ConfigMap of Kyverno where it is at hand. Tests know none.
    pub(super) fn read(situation: &Situation<'_>) -> Self {
        let cluster = situation.cluster();
        let map = cluster.get("", "ConfigMap", "kyverno", "kyverno");
        match map.and_then(|it| it.at("/data")) {
            Some(data) if !situation.is_test() => {
                let mut this =
                    Self { resources: filters(text(data, "resourceFilters")), ..Self::default() };
                for (at, key) in KEYS.into_iter().enumerate() {
                    for it in text(data, key).split(',').map(str::trim).filter(|it| !it.is_empty())
                    {
                        let (list, name) = match it.strip_prefix('!') {
                            Some(name) => (&mut this.included, name.trim()),
                            None => (&mut this.excluded, it),
                        };
                        if let Some(list) = list.get_mut(at) {
                            list.push(name.to_owned());
                        }
                    }
                }
                this
            }
            _ => Self::default(),
        }
    }

    /// Whether an object, or whoever asks, is left out.
    pub(super) fn leaves_out(&self, object: &Object, situation: &Situation<'_>) -> bool {
        let kind = situation.kind(object);
        let subresource = situation.request.subresource.as_str();
        let is_filtered = self.resources.iter().any(|it| {
            let is_namespace = kind == ["", "v1", "Namespace"];
            it.kind.is_exactly(kind, subresource)
                && (matches_text(&it.namespace, object.namespace())
                    && matches_text(&it.name, object.name())
                    || is_namespace && matches_text(&it.namespace, object.name()))
        });
        is_filtered
            || !self.names(&self.included, situation) && self.names(&self.excluded, situation)
    }

    fn names(&self, lists: &[Vec<String>; 4], situation: &Situation<'_>) -> bool {
        if lists.iter().all(Vec::is_empty) {
            return false;
        }
        let user = &situation.request.user;
        let nobody = Bindings::default();
        let bindings = match situation.bindings() {
            Known::Yes(it) => it,
            Known::No(_) => &nobody,
        };
        let names = std::slice::from_ref(&user.name);
        let of_user = [names, &user.groups, &bindings.roles, &bindings.cluster_roles];
        lists.iter().zip(of_user).any(|(list, names)| {
            list.iter().any(|pattern| names.iter().any(|it| matches_text(pattern, it)))
        })
    }
}

/// Filters as `[Event,*,*][*,kube-system,*]`.
fn filters(text: &str) -> Vec<Filter> {
    let mut filters = Vec::new();
    for part in text.split('[').skip(1) {
        let Some((inside, _)) = part.split_once(']') else { continue };
        let mut parts = inside.split(',');
        let mut part = || parts.next().unwrap_or_default().to_owned();
        let (kind, namespace, name) = (part(), part(), part());
        filters.push(Filter { kind: KindSelector::read(&kind), namespace, name });
    }
    filters
}
