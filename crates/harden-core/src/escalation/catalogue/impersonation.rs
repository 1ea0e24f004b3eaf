//! Ways by acting as somebody else.

use super::Family;
use crate::escalation::edge::{At, Edge, Names, Place, Power, Right};

pub(super) const FAMILY: Family = Family { name: "Impersonation", edges: EDGES };

const IMPERSONATE: &[&str] = &["impersonate"];

const EDGES: &[Edge] = &[
    Edge {
        id: "impersonate-user",
        does: "acts as the user",
        rights: &[Right::of(IMPERSONATE, &[("", "users")]).names(Names::Reach)],
        place: Place::Cluster,
        to: Power::Users,
        why: "Requests with Impersonate-User have the rights of that user, who is in system:authenticated and in no \
              other group.",
        remedy: "name the users in resourceNames, or take impersonate away",
        ..Edge::BASE
    },
    Edge {
        id: "impersonate-group",
        does: "acts as a member of the group",
        rights: &[
            Right::of(IMPERSONATE, &[("", "groups")]).names(Names::Reach),
            Right::of(IMPERSONATE, &[("", "users"), ("", "serviceaccounts")])
                .names(Names::DoNotMatter)
                .at(At::Anywhere),
        ],
        place: Place::Cluster,
        to: Power::Groups,
        why: "Requests with Impersonate-Group have the rights of the group, system:masters included. The API server \
              takes groups only together with a user, who has to be allowed, too.",
        remedy: "name the groups in resourceNames, or take impersonate away",
        ..Edge::BASE
    },
    Edge {
        id: "impersonate-account",
        does: "acts as the ServiceAccount",
        rights: &[Right::of(IMPERSONATE, &[("", "serviceaccounts")]).names(Names::Reach)],
        to: Power::Accounts,
        why: "Requests with Impersonate-User: system:serviceaccount:… have the rights of the account and of its groups.",
        remedy: "name the accounts in resourceNames, or take impersonate away",
        ..Edge::BASE
    },
];
