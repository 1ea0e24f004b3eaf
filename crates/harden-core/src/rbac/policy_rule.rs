//! What one entry of a role's `rules` allows.

use harden_yaml::Place;

/// One entry of a role's `rules`.
#[derive(Debug, Clone, Copy)]
pub struct PolicyRule<'d> {
    /// The entry.
    pub place: Place<'d>,
}

impl<'d> PolicyRule<'d> {
    /// Whether a list of it, such as `verbs`, holds a word as it stands.
    pub fn lists(self, key: &'static str, word: &str) -> bool {
        self.place.at(key).items().any(|it| it.as_str() == Some(word))
    }

    /// Whether it names a resource; `*` for all resources names none.
    pub fn names(self, group: &str, resource: &str) -> bool {
        let is_meant = |it: &str| {
            it == resource
                || it.strip_prefix("*/").is_some_and(|subresource| {
                    resource.split_once('/').is_some_and(|(_, it)| it == subresource)
                })
        };
        let mut resources = self.place.at("resources").items();
        resources.any(|it| it.as_str().is_some_and(is_meant))
            && (self.lists("apiGroups", group) || self.lists("apiGroups", "*"))
    }

    /// Those of some verbs that it allows.
    pub fn allowed(self, verbs: &[&'static str]) -> Vec<&'static str> {
        if self.lists("verbs", "*") {
            return verbs.to_vec();
        }
        verbs.iter().copied().filter(|verb| self.lists("verbs", verb)).collect()
    }

    /// Whether it is `*` in every respect.
    pub fn allows_everything(self) -> bool {
        !self.is_for_names()
            && ["apiGroups", "resources", "verbs"].into_iter().all(|it| self.lists(it, "*"))
    }

    /// Whether it is for some objects only, by their names.
    pub fn is_for_names(self) -> bool {
        !self.place.at("resourceNames").is_empty()
    }

    /// Whether it reaches into the API groups of Kubernetes itself. What an operator may do with
    /// kinds of its own is its own business, and metrics are figures.
    pub fn is_of_kubernetes(self) -> bool {
        let is_own = |group: &str| {
            let is_metrics = group.ends_with("metrics.k8s.io");
            group == "*" || !group.contains('.') || group.ends_with(".k8s.io") && !is_metrics
        };
        self.place.at("apiGroups").items().filter_map(|it| it.as_str()).any(is_own)
    }

    /// The words of a list of it.
    pub fn words(self, key: &'static str) -> Vec<&'d str> {
        self.place.at(key).items().filter_map(|it| it.as_str()).collect()
    }
}
