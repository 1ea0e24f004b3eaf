//! Ways by tokens: of ServiceAccounts, and those that nodes join with.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, Names, Place, Power, Proof, Right};

pub(super) const FAMILY: Family = Family { name: "Tokens", edges: EDGES };

const SECRETS: &[(&str, &str)] = &[("", "secrets")];

const EDGES: &[Edge] = &[
    Edge {
        id: "token-request",
        does: "asks for a token of the account",
        rights: &[Right::of(&["create"], &[("", "serviceaccounts/token")]).names(Names::Reach)],
        to: Power::Accounts,
        why: "The TokenRequest API gives a token of the account to whoever may create serviceaccounts/token.",
        remedy: "name the accounts in resourceNames, or take it away: kubelets and controllers need it, people rarely",
        ..Edge::BASE
    },
    Edge {
        id: "token-secret",
        does: "has a token of the account written into a Secret, and reads it",
        rights: &[
            Right::of(&["create"], SECRETS),
            Right::of(&["get", "list", "watch"], SECRETS).names(Names::DoNotMatter),
        ],
        to: Power::Accounts,
        why: "The token controller fills a Secret of type kubernetes.io/service-account-token with a token that does \
              not expire, for any account of the namespace that its annotation names.",
        remedy: "split creating Secrets from reading them, or let an operator do both",
        proof: Proof::Beginning("the controller that fills the Secret"),
        ..Edge::BASE
    },
    Edge {
        id: "bootstrap-token",
        does: "makes a bootstrap token",
        rights: &[Right::of(&["create"], SECRETS)],
        place: Place::Only("kube-system"),
        to: Power::Bootstrappers,
        difficulty: Difficulty::Moderate,
        why: "A Secret bootstrap-token-… in kube-system is a credential for any group that begins with \
              system:bootstrappers, where the API server runs with --enable-bootstrap-token-auth, as kubeadm has it.",
        remedy: "let nobody create Secrets in kube-system, or run without bootstrap tokens",
        proof: Proof::Reading("the flag --enable-bootstrap-token-auth"),
        ..Edge::BASE
    },
];
