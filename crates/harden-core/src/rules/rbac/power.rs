//! Permissions that are worth more than they look, looked for in every role.

use std::cell::OnceCell;

use super::access::{Access, Reach, is_built_in, is_role};
use super::policy_rule::PolicyRule;
use crate::check::{Object, Reporter, World};

/// Permissions that are dangerous alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Power {
    /// API group of the resources.
    pub(super) group: &'static str,
    /// The resources, as `resources` and `resources/subresource`.
    pub(super) resources: &'static [&'static str],
    /// The verbs, each of which is dangerous.
    pub(super) verbs: &'static [&'static str],
    /// What `resourceNames` change.
    pub(super) names: Names,
}

/// What `resourceNames` change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Names {
    /// Nothing: it is as dangerous for named objects.
    AreAsBad,
    /// Named objects are fine, these excepted.
    AreFineBut(&'static [&'static str]),
}

/// Which roles to look at, by how far they reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// All of them, for resources in namespaces.
    Everywhere,
    /// Those that hold in every namespace.
    EveryNamespace,
    /// Those that hold in single namespaces, unless only people get them: that a person may do
    /// something in a namespace is what namespaces are for.
    OneNamespaceForWorkloads,
    /// Those that hold in the cluster, for resources outside of namespaces.
    Cluster,
}

/// Reports the roles that grant any of these powers. `*` for all resources is left to the rules that
/// look for it.
pub(super) fn flag_powers<'d>(
    world: &World<'d>,
    reporter: &mut Reporter<'_, 'd>,
    reach: Where,
    powers: &[Power],
) {
    let access = OnceCell::new();
    // What aggregation fills in is reported where it comes from.
    let is_own = |role: &&Object<'d>| {
        is_role(role) && !is_built_in(role) && !role.place.at("aggregationRule").exists()
    };
    for role in world.objects.iter().filter(is_own) {
        let mut places = Vec::new();
        let mut words: Vec<String> = Vec::new();
        for rule in PolicyRule::all(role) {
            for power in powers.iter().filter(|it| it.is_untamed(rule)) {
                for resource in power.resources.iter().filter(|it| rule.names(power.group, it)) {
                    let verbs = rule.allowed(power.verbs);
                    if verbs.is_empty() {
                        continue;
                    }
                    let grant = format!("{} {resource}", verbs.join("/"));
                    if !words.contains(&grant) {
                        words.push(grant);
                    }
                    places.push((rule.0.at("resources"), None));
                }
            }
        }
        if words.is_empty() {
            continue;
        }
        let access = access.get_or_init(|| Access::new(world));
        let found = access.reach(role);
        let matters = match reach {
            Where::Everywhere => true,
            Where::EveryNamespace | Where::Cluster => found == Reach::Cluster,
            Where::OneNamespaceForWorkloads => {
                found == Reach::Namespace && !access.is_for_people(role)
            }
        };
        if matters {
            let place = match (reach, found) {
                (Where::Cluster, _) => "",
                (_, Reach::Cluster) => " in every namespace",
                (_, Reach::Namespace) if role.kind == "Role" => " in its namespace",
                (_, Reach::Namespace) => " in the namespaces where it is bound",
            };
            let held_by = access.held_by(role);
            places.dedup_by_key(|(place, _)| place.grip());
            reporter.flag_all_in(
                role,
                format!("allows {}{place}{held_by}", words.join(", ")),
                places,
            );
        }
    }
}

impl Power {
    fn is_untamed(&self, rule: PolicyRule<'_>) -> bool {
        match self.names {
            Names::AreAsBad => true,
            Names::AreFineBut(bad) => {
                !rule.is_for_names() || bad.iter().any(|it| rule.lists("resourceNames", it))
            }
        }
    }
}
