//! Permissions that are worth more than they look, looked for in every role.

use rustc_hash::FxHashSet;

use crate::kubernetes::MinorVersion;
use crate::rbac::{self, Grant, Names, Power, Reach, Role, Subject};
use crate::rule::{Edits, Reporter, World};

/// Running pods of one's own: making what makes them, or changing what they are made of. Templates of
/// Jobs and most of a Pod cannot be changed.
pub(super) const RUNNING_PODS: &[Power] = &[
    Power { group: "", resources: &["pods"], verbs: &["create"], names: Names::AreFineBut(&[]) },
    Power {
        group: "",
        resources: &["replicationcontrollers"],
        verbs: &["create", "update", "patch"],
        names: Names::AreFineBut(&[]),
    },
    Power {
        group: "apps",
        resources: &["daemonsets", "deployments", "replicasets", "statefulsets"],
        verbs: &["create", "update", "patch"],
        names: Names::AreFineBut(&[]),
    },
    Power {
        group: "batch",
        resources: &["cronjobs"],
        verbs: &["create", "update", "patch"],
        names: Names::AreFineBut(&[]),
    },
    Power {
        group: "batch",
        resources: &["jobs"],
        verbs: &["create"],
        names: Names::AreFineBut(&[]),
    },
];

/// Reading Secrets: the answer to a patch, an empty one included, is the whole Secret.
pub(super) const READING_SECRETS: &[Power] = &[Power {
    group: "",
    resources: &["secrets"],
    verbs: &["get", "list", "watch", "patch"],
    names: Names::AreFineBut(&[]),
}];

/// Making Secrets and changing what they hold.
pub(super) const WRITING_SECRETS: &[Power] = &[Power {
    group: "",
    resources: &["secrets"],
    verbs: &["create", "update", "patch"],
    names: Names::AreFineBut(&[]),
}];

/// Getting into containers, on servers of a version.
pub(super) fn entering_pods(version: MinorVersion) -> [Power; 2] {
    // A web socket begins with a GET, for which `create` is needed, too, from 1.35 on.
    let verbs: &[&str] = if version.0 < 35 { &["create", "get"] } else { &["create"] };
    [
        Power {
            group: "",
            resources: &["pods/exec", "pods/attach", "pods/portforward"],
            verbs,
            names: Names::AreFineBut(&[]),
        },
        Power {
            group: "",
            resources: &["pods/ephemeralcontainers"],
            verbs: &["patch", "update"],
            names: Names::AreFineBut(&[]),
        },
    ]
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
    flag_powers_with(world, reporter, reach, powers, |_, _| Vec::new());
}

/// The same with what takes a power away, of which all that the role grants is told.
pub(super) fn flag_powers_with<'d>(
    world: &World<'d>,
    reporter: &mut Reporter<'_, 'd>,
    reach: Where,
    powers: &[Power],
    mend: impl Fn(&Grant<'d>, &[Grant<'d>]) -> Edits<'d>,
) {
    for object in world.of_kinds(rbac::KINDS) {
        let Some(role) = Role::read_own(object) else { continue };
        let mut grants = role.grants(powers);
        if grants.is_empty() {
            continue;
        }
        let access = world.rbac();
        if role.is_aggregated() {
            // What another role of the input brings in is reported there.
            grants.retain(|it| !access.is_filled_in(it.rule));
            if grants.is_empty() {
                continue;
            }
        }
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
        let mut known = FxHashSet::default();
        let mut words: Vec<String> = Vec::new();
        let mut places = Vec::new();
        for grant in &grants {
            let granted = format!("{} {}", grant.verbs.join("/"), grant.resource);
            if known.insert(granted.clone()) {
                words.push(granted);
            }
            places.push((grant.place, mend(grant, &grants)));
        }
        places.dedup_by_key(|(place, _)| place.grip());
        let place = match (reach, found) {
            (Where::Cluster, _) => "",
            (_, Reach::Cluster) => " in every namespace",
            (_, Reach::Namespace) if !role.is_cluster_role() => " in its namespace",
            (_, Reach::Namespace) => " in the namespaces where it is bound",
        };
        let held_by = held_by(&access.holders(&role));
        reporter.flag_all_in_with(
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
