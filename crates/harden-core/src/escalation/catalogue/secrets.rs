//! Ways by reading Secrets.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, From, Names, Power, Proof, Right, When};

pub(super) const FAMILY: Family = Family { name: "Secrets", edges: EDGES };

const SECRETS: &[(&str, &str)] = &[("", "secrets")];

const EDGES: &[Edge] = &[
    Edge {
        id: "list-secrets",
        does: "lists the Secrets",
        rights: &[Right::of(&["list", "watch"], SECRETS)],
        to: Power::Secrets,
        why: "A list has the values of all Secrets: list and watch read as much as get does.",
        remedy: "let workloads read named Secrets with get, or mount them",
        ..Edge::BASE
    },
    Edge {
        id: "get-secrets",
        does: "reads Secrets by their names",
        rights: &[Right::of(&["get"], SECRETS)],
        to: Power::Secrets,
        difficulty: Difficulty::Moderate,
        why: "Every Secret can be read whose name is known or guessed.",
        remedy: "name the Secrets in resourceNames",
        ..Edge::BASE
    },
    Edge {
        id: "get-token-secret",
        does: "reads the Secret that holds the token of the account",
        rights: &[Right::of(&["get"], SECRETS).names(Names::Reach)],
        to: Power::Accounts,
        when: When::Account,
        difficulty: Difficulty::Moderate,
        why: "The account lists a Secret with a token that does not expire.",
        remedy: "delete the Secret: pods have tokens that expire",
        ..Edge::BASE
    },
    Edge {
        id: "stored-token",
        does: "finds the token of the account among the Secrets",
        from: From::Having(Power::Secrets),
        to: Power::Accounts,
        when: When::Account,
        why: "The account lists a Secret with a token that does not expire.",
        remedy: "delete the Secret: pods have tokens that expire",
        proof: Proof::Reading("clusters before 1.24, which made such Secrets"),
        ..Edge::BASE
    },
];
