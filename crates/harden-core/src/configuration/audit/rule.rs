//! One rule of an audit policy.

use harden_yaml::Place;

use super::{AuditLevel, Stages};

/// A rule; an empty list means that anything matches.
#[derive(Debug, Clone)]
pub struct AuditRule<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// How much it logs.
    pub level: AuditLevel,
    /// Names of users.
    pub users: Vec<Item<'d>>,
    /// Names of groups, one of which the user must be in.
    pub user_groups: Vec<Item<'d>>,
    /// Verbs.
    pub verbs: Vec<Item<'d>>,
    /// Resources, one of which the request must be about.
    pub resources: Vec<GroupResources<'d>>,
    /// Namespaces; empty text stands for requests without one.
    pub namespaces: Vec<Item<'d>>,
    /// Paths of requests that are about no resource.
    pub non_resource_urls: Vec<Item<'d>>,
    /// The stages that it does not log.
    pub omit_stages: Stages,
    /// Whether it logs bodies without `managedFields`; the policy decides when it does not say.
    pub omit_managed_fields: Option<bool>,
}

/// An entry of a list of texts, and where it is.
#[derive(Debug, Clone, Copy)]
pub struct Item<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// What it says.
    pub text: &'d str,
}

/// Resources of a group.
#[derive(Debug, Clone)]
pub struct GroupResources<'d> {
    /// Where it is.
    pub place: Place<'d>,
    /// The group; `*` for all.
    pub group: &'d str,
    /// Resources and subresources, with wildcards; none for all.
    pub resources: Vec<Item<'d>>,
    /// Names of objects; none for all.
    pub names: Vec<Item<'d>>,
}

impl<'d> AuditRule<'d> {
    /// A rule that was validated.
    pub(super) fn read(place: Place<'d>) -> Self {
        let level = place.at("level").as_str().and_then(|it| it.parse().ok());
        Self {
            place,
            level: level.unwrap_or(AuditLevel::None),
            users: items(place.at("users")),
            user_groups: items(place.at("userGroups")),
            verbs: items(place.at("verbs")),
            resources: place.at("resources").items().map(GroupResources::read).collect(),
            namespaces: items(place.at("namespaces")),
            non_resource_urls: items(place.at("nonResourceURLs")),
            omit_stages: Stages::read(place.at("omitStages")),
            omit_managed_fields: place.at("omitManagedFields").as_bool(),
        }
    }

    /// Whether it says nothing of what requests are about, so that it matches all of them.
    pub fn is_about_everything(&self) -> bool {
        self.resources.is_empty() && self.namespaces.is_empty() && self.non_resource_urls.is_empty()
    }

    /// Whether it only matches requests about resources.
    pub fn is_about_resources(&self) -> bool {
        !self.resources.is_empty() || !self.namespaces.is_empty()
    }
}

impl<'d> GroupResources<'d> {
    fn read(place: Place<'d>) -> Self {
        Self {
            place,
            group: place.at("group").as_str().unwrap_or_default(),
            resources: items(place.at("resources")),
            names: items(place.at("resourceNames")),
        }
    }
}

/// Whether a list is empty or has a text.
pub(super) fn takes(list: &[Item<'_>], text: &str) -> bool {
    list.is_empty() || list.iter().any(|it| it.text == text)
}

fn items(list: Place<'_>) -> Vec<Item<'_>> {
    list.items().map(|place| Item { place, text: place.as_str().unwrap_or_default() }).collect()
}
