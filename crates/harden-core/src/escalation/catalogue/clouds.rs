//! Ways to a cloud and back.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, From, Names, Place, Power, Proof, Right, When};

pub(super) const FAMILY: Family = Family { name: "Clouds", edges: EDGES };

const EDGES: &[Edge] = &[
    Edge {
        id: "aws-auth",
        does: "maps a role of AWS to system:masters",
        rights: &[Right::of(&["update", "patch"], &[("", "configmaps")])
            .names(Names::Include("aws-auth"))],
        place: Place::Only("kube-system"),
        to: Power::Masters,
        when: When::ConfigMap("kube-system", "aws-auth"),
        why: "EKS makes users and groups of the roles of AWS as the ConfigMap aws-auth says it.",
        remedy: "use access entries of EKS, and let nobody write ConfigMaps of kube-system",
        proof: Proof::Reading("EKS"),
        ..Edge::BASE
    },
    Edge {
        id: "cloud-role",
        does: "takes the role of the cloud that the account has",
        from: From::Having(Power::Accounts),
        to: Power::Cloud,
        when: When::Account,
        why: "The account names a role of the cloud, which gives its credentials for the token of the account.",
        remedy: "give the role no more than the workload needs",
        proof: Proof::Reading("a cloud"),
        ..Edge::BASE
    },
    Edge {
        id: "mapped-role",
        does: "comes back as what aws-auth maps the role to",
        from: From::Having(Power::Cloud),
        to: Power::Groups,
        when: When::ConfigMap("kube-system", "aws-auth"),
        difficulty: Difficulty::Moderate,
        why: "The ConfigMap aws-auth maps the role to a user and groups of the cluster.",
        remedy: "map no role of a workload",
        proof: Proof::Reading("EKS"),
        ..Edge::BASE
    },
];
