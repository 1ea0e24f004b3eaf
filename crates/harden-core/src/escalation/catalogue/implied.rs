//! What is so of itself: whoever has become one thing is another.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, From, Power, Proof};

pub(super) const FAMILY: Family = Family { name: "What follows", edges: EDGES };

const REMEDY: &str = "keep others from becoming the first";

const fn implied(id: &'static str, from: Power, to: Power, why: &'static str) -> Edge {
    Edge {
        id,
        does: "is that, too",
        from: From::Having(from),
        to,
        difficulty: Difficulty::None,
        why,
        remedy: REMEDY,
        proof: Proof::Words,
        ..Edge::BASE
    }
}

const fn step(
    id: &'static str,
    does: &'static str,
    from: Power,
    to: Power,
    why: &'static str,
) -> Edge {
    Edge { does, difficulty: Difficulty::Easy, ..implied(id, from, to, why) }
}

const EDGES: &[Edge] = &[
    implied(
        "masters",
        Power::Masters,
        Power::ClusterAdmin,
        "The API server lets members of system:masters do everything before any authorizer is asked.",
    ),
    Edge {
        does: "is a member of the group",
        ..implied(
            "member",
            Power::Accounts,
            Power::Groups,
            "Every ServiceAccount is in system:serviceaccounts, system:serviceaccounts:NAMESPACE and \
             system:authenticated; every user is in the last.",
        )
    },
    step(
        "masters-by-impersonation",
        "acts as a member of system:masters",
        Power::ClusterAdmin,
        Power::Masters,
        "Who may do everything may impersonate every user and group.",
    ),
    step(
        "any-user",
        "acts as the user",
        Power::ClusterAdmin,
        Power::Users,
        "Who may do everything may impersonate every user and group.",
    ),
    step(
        "any-group",
        "acts as a member of the group",
        Power::ClusterAdmin,
        Power::Groups,
        "Who may do everything may impersonate every user and group.",
    ),
    implied(
        "everywhere",
        Power::ClusterAdmin,
        Power::Namespace,
        "Who may do everything may do it in every namespace.",
    ),
    step(
        "any-node",
        "runs a privileged pod in a namespace that it has unlabelled",
        Power::ClusterAdmin,
        Power::Nodes,
        "Who may do everything may change the labels of a namespace and run a privileged pod there.",
    ),
    implied(
        "in-each-namespace",
        Power::Namespace,
        Power::Namespace,
        "What holds in all namespaces holds in each.",
    ),
    Edge {
        does: "chooses the account",
        ..implied(
            "one-of-them",
            Power::Accounts,
            Power::Accounts,
            "Who may be any account of a place is the one that they choose.",
        )
    },
    Edge {
        does: "chooses the user",
        ..implied(
            "one-of-the-users",
            Power::Users,
            Power::Users,
            "Who may be any user is the one that they choose.",
        )
    },
    Edge {
        does: "chooses the group",
        ..implied(
            "one-of-the-groups",
            Power::Groups,
            Power::Groups,
            "Who may be in any group is in the one that they choose.",
        )
    },
    Edge {
        does: "chooses the Role",
        ..implied(
            "one-of-the-roles",
            Power::Bindable,
            Power::Bindable,
            "Who may bind any Role of a namespace binds the one that they choose.",
        )
    },
    implied("a-node", Power::Nodes, Power::Node, "Who chooses a node has one."),
    implied(
        "a-node-identity",
        Power::NodeIdentities,
        Power::NodeIdentity,
        "Who chooses a node has one.",
    ),
    step(
        "pods-of-namespace",
        "runs a pod",
        Power::Namespace,
        Power::Workloads,
        "Who may do everything in a namespace runs pods there.",
    ),
    step(
        "accounts-of-namespace",
        "asks for a token of the account",
        Power::Namespace,
        Power::Accounts,
        "Who may do everything in a namespace asks for tokens of its accounts.",
    ),
    step(
        "secrets-of-namespace",
        "lists the Secrets",
        Power::Namespace,
        Power::Secrets,
        "Who may do everything in a namespace reads its Secrets.",
    ),
    step(
        "commands-in-namespace",
        "runs a command in a pod",
        Power::Namespace,
        Power::Pods,
        "Who may do everything in a namespace runs commands in its pods.",
    ),
    implied(
        "secrets-of-kube-system",
        Power::Secrets,
        Power::KubeSystem,
        "The Secrets of kube-system are those of the parts of the cluster.",
    ),
    implied(
        "accounts-of-kube-system",
        Power::Accounts,
        Power::KubeSystem,
        "Any account of kube-system includes those of the controllers.",
    ),
    Edge {
        does: "chooses the user",
        ..implied(
            "certified-user",
            Power::Identities,
            Power::Users,
            "The common name of a certificate is the user.",
        )
    },
    Edge {
        does: "chooses the group",
        ..implied(
            "certified-group",
            Power::Identities,
            Power::Groups,
            "The organisations of a certificate are the groups; system:masters is refused.",
        )
    },
    Edge {
        does: "chooses the account",
        ..implied(
            "certified-account",
            Power::Identities,
            Power::Accounts,
            "The common name system:serviceaccount:NAMESPACE:NAME is the account.",
        )
    },
    Edge {
        does: "chooses the node",
        ..implied(
            "certified-node",
            Power::Identities,
            Power::NodeIdentities,
            "The common name system:node:NAME in system:nodes is the node.",
        )
    },
    Edge {
        does: "names the group in the token",
        ..implied(
            "bootstrap-group",
            Power::Bootstrappers,
            Power::Groups,
            "A bootstrap token names groups that begin with system:bootstrappers.",
        )
    },
];
