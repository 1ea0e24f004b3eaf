//! Ways by RBAC itself: holding everything, binding roles, and writing into them.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, Names, Place, Power, Right, When};

pub(super) const FAMILY: Family = Family { name: "Roles and bindings", edges: EDGES };

const RBAC: &str = "rbac.authorization.k8s.io";

const EDGES: &[Edge] = &[
    Edge {
        id: "all-permissions",
        does: "may do everything",
        rights: &[Right::of(&["*"], &[("*", "*")])],
        place: Place::Cluster,
        difficulty: Difficulty::None,
        why: "A rule allows every verb on every resource of every group, in the whole cluster.",
        remedy: "list what is needed, and keep cluster-admin for people who run the cluster",
        ..Edge::BASE
    },
    Edge {
        id: "all-permissions-in-namespace",
        does: "may do everything in the namespace",
        rights: &[Right::of(&["*"], &[("*", "*")])],
        to: Power::Namespace,
        difficulty: Difficulty::None,
        why: "A rule allows every verb on every resource of every group: roles, Secrets and accounts included.",
        remedy: "bind admin or edit, or list what is needed",
        ..Edge::BASE
    },
    Edge {
        id: "bind-cluster-role",
        does: "binds a ClusterRole to itself for the whole cluster",
        rights: &[
            Right::of(&["create", "update", "patch"], &[(RBAC, "clusterrolebindings")]),
            Right::of(&["bind"], &[(RBAC, "clusterroles")]).names(Names::Reach),
        ],
        place: Place::Cluster,
        to: Power::Bindable,
        why: "Whoever may bind a role may hand it out without holding its rights; without bind, a binding hands out \
              only what its writer has.",
        remedy: "name the roles that may be bound in resourceNames, or take bind away",
        ..Edge::BASE
    },
    Edge {
        id: "bind-cluster-role-in-namespace",
        does: "binds a ClusterRole to itself in the namespace",
        rights: &[
            Right::of(&["create", "update", "patch"], &[(RBAC, "rolebindings")]),
            Right::of(&["bind"], &[(RBAC, "clusterroles")]).names(Names::Reach),
        ],
        to: Power::Bindable,
        why: "The API server asks for bind in the namespace of the RoleBinding, and a RoleBinding to cluster-admin \
              allows everything there.",
        remedy: "name the roles that may be bound in resourceNames, or take bind away",
        ..Edge::BASE
    },
    Edge {
        id: "bind-role",
        does: "binds a Role of the namespace to itself",
        rights: &[
            Right::of(&["create", "update", "patch"], &[(RBAC, "rolebindings")]),
            Right::of(&["bind"], &[(RBAC, "roles")]).names(Names::Reach),
        ],
        to: Power::Bindable,
        why: "Whoever may bind a Role may hand it out without holding its rights.",
        remedy: "name the Roles that may be bound in resourceNames, or take bind away",
        ..Edge::BASE
    },
    Edge {
        id: "escalate-and-bind",
        does: "writes a Role that allows everything, and binds it to itself",
        rights: &[
            Right::of(&["create", "update", "patch"], &[(RBAC, "roles")]),
            Right::of(&["escalate"], &[(RBAC, "roles")]),
            Right::of(&["create", "update", "patch"], &[(RBAC, "rolebindings")]),
            Right::of(&["bind"], &[(RBAC, "roles")]),
        ],
        to: Power::Namespace,
        why: "With escalate a Role may hold more than its writer has, and with bind it may be handed out.",
        remedy: "take escalate and bind away",
        ..Edge::BASE
    },
    Edge {
        id: "escalate-own-cluster-role",
        does: "writes everything into a ClusterRole that it is bound to",
        rights: &[
            Right::of(&["escalate"], &[(RBAC, "clusterroles")]).names(Names::IncludeRole),
            Right::of(&["update", "patch"], &[(RBAC, "clusterroles")]).names(Names::IncludeRole),
        ],
        place: Place::Cluster,
        to: Power::OwnRole,
        why: "With escalate a role may hold more than its writer has. Everyone is bound to a ClusterRole: \
              Kubernetes binds system:basic-user to all that log in.",
        remedy: "take escalate away, or the verbs that change roles",
        ..Edge::BASE
    },
    Edge {
        id: "escalate-own-role",
        does: "writes everything into a Role that it is bound to",
        rights: &[
            Right::of(&["escalate"], &[(RBAC, "roles")]).names(Names::IncludeRole),
            Right::of(&["update", "patch"], &[(RBAC, "roles")]).names(Names::IncludeRole),
        ],
        to: Power::OwnRole,
        why: "With escalate a Role may hold more than its writer has.",
        remedy: "take escalate away, or the verbs that change Roles",
        ..Edge::BASE
    },
    Edge {
        id: "escalate-by-aggregation",
        does: "makes a ClusterRole that is aggregated into one that it is bound to",
        rights: &[
            Right::of(&["escalate"], &[(RBAC, "clusterroles")]),
            Right::of(&["create"], &[(RBAC, "clusterroles")]),
        ],
        place: Place::Cluster,
        to: Power::OwnRole,
        when: When::Aggregated,
        why: "The controller of aggregation copies the rules of every ClusterRole that carries the label, whoever \
              wrote it.",
        remedy: "take escalate away",
        ..Edge::BASE
    },
];
