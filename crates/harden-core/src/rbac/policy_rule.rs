//! What one entry of a role's `rules` allows.

use harden_yaml::Place;

use crate::kubernetes::resources;

/// One entry of a role's `rules`.
#[derive(Debug, Clone, Copy)]
pub struct PolicyRule<'d> {
    /// The entry.
    pub place: Place<'d>,
}

impl<'d> PolicyRule<'d> {
    /// Whether a list of it, such as `verbs`, holds a word as it stands.
    pub fn lists(self, key: &'static str, word: &str) -> bool {
        self.listing(key, word).is_some()
    }

    /// The item of a list of it that is a word as it stands.
    pub fn listing(self, key: &'static str, word: &str) -> Option<Place<'d>> {
        self.place.at(key).items().find(|it| it.as_str() == Some(word))
    }

    /// The item that names a resource; `*` for all resources names none.
    pub fn naming(self, group: &str, resource: &str) -> Option<Place<'d>> {
        let is_meant = |it: &str| {
            it == resource
                || it.strip_prefix("*/").is_some_and(|subresource| {
                    resource.split_once('/').is_some_and(|(_, it)| it == subresource)
                })
        };
        let is_of_group = self.lists("apiGroups", group) || self.lists("apiGroups", "*");
        let mut resources = self.place.at("resources").items().filter(|_| is_of_group);
        resources.find(|it| it.as_str().is_some_and(is_meant))
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
    /// kinds of its own is its own business. Groups of others may end in `.k8s.io`, too.
    pub fn is_of_kubernetes(self) -> bool {
        let is_own = |group: &str| group == "*" || resources::is_own_group(group);
        self.place.at("apiGroups").items().filter_map(|it| it.as_str()).any(is_own)
    }

    /// The same text for rules that allow the same, however their lists are ordered.
    pub fn meaning(self) -> String {
        let lists = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"];
        let lists = lists.map(|key| {
            let mut words = self.words(key);
            words.sort_unstable();
            words.dedup();
            words.join(",")
        });
        lists.join(" ")
    }

    /// The words of a list of it.
    pub fn words(self, key: &'static str) -> Vec<&'d str> {
        self.place.at(key).items().filter_map(|it| it.as_str()).collect()
    }
}
