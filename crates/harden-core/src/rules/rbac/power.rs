//! Permissions that are worth more than they look, looked for in every role.

use crate::rbac;
use crate::rbac::{Power, Reach, Role, Subject};
use crate::rule::{Reporter, World};

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
    for object in world.of_kinds(rbac::KINDS) {
        // What aggregation fills in is reported where it comes from.
        let Some(role) = Role::read_own(object).filter(|it| !it.is_aggregated()) else { continue };
        let grants = role.grants(powers);
        if grants.is_empty() {
            continue;
        }
        let access = world.rbac();
        let found = access.reach(&role);
        let matters = match reach {
            Where::Everywhere => true,
            Where::EveryNamespace | Where::Cluster => found == Reach::Cluster,
            Where::OneNamespaceForWorkloads => {
                found == Reach::Namespace && !access.is_for_people(&role)
            }
        };
        if !matters {
            continue;
        }
        let mut words: Vec<String> = Vec::new();
        let mut places = Vec::new();
        for grant in grants {
            let granted = format!("{} {}", grant.verbs.join("/"), grant.resource);
            if !words.contains(&granted) {
                words.push(granted);
            }
            places.push((grant.rule.place.at("resources"), None));
        }
        places.dedup_by_key(|(place, _)| place.grip());
        let place = match (reach, found) {
            (Where::Cluster, _) => "",
            (_, Reach::Cluster) => " in every namespace",
            (_, Reach::Namespace) if !role.is_cluster_role() => " in its namespace",
            (_, Reach::Namespace) => " in the namespaces where it is bound",
        };
        let held_by = held_by(&access.holders(&role));
        reporter.flag_all_in(
            object,
            format!("allows {}{place}{held_by}", words.join(", ")),
            places,
        );
    }
}

/// `; held by ServiceAccount a/b, Group c`, or nothing where nobody is known to hold it.
fn held_by(holders: &[Subject<'_>]) -> String {
    const MOST: usize = 3;
    let names: Vec<_> = holders.iter().take(MOST).map(Subject::to_string).collect();
    match (holders.len(), holders.len().saturating_sub(MOST)) {
        (0, _) => String::new(),
        (_, 0) => format!("; held by {}", names.join(", ")),
        (_, more) => format!("; held by {} and {more} more", names.join(", ")),
    }
}
