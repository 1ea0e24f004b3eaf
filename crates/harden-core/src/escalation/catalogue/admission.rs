//! Ways by changing what others send.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, Names, Place, Power, Proof, Right};
use crate::kubernetes::MinorVersion;

pub(super) const FAMILY: Family = Family { name: "Admission", edges: EDGES };

const GROUP: &str = "admissionregistration.k8s.io";

const EDGES: &[Edge] = &[
    Edge {
        id: "new-mutating-webhook",
        does: "registers a webhook that changes the pods of others",
        rights: &[Right::of(&["create"], &[(GROUP, "mutatingwebhookconfigurations")])],
        place: Place::Cluster,
        to: Power::Workloads,
        difficulty: Difficulty::Hard,
        why: "A webhook sees every object that is written, Secrets included, and changes it: a pod may get another \
              image, account or volume. It takes a server that the API server reaches.",
        remedy: "let only the installers of operators register webhooks",
        proof: Proof::Beginning("a server that answers"),
        ..Edge::BASE
    },
    Edge {
        id: "change-mutating-webhook",
        does: "points a webhook at a server of its own",
        rights: &[Right::of(&["update", "patch"], &[(GROUP, "mutatingwebhookconfigurations")])
            .names(Names::DoNotMatter)],
        place: Place::Cluster,
        to: Power::Workloads,
        difficulty: Difficulty::Hard,
        why: "Whoever writes the configuration decides where objects are sent, which ones, and whose certificate is \
              believed.",
        remedy: "name the operator's own configuration in resourceNames, and keep its account to itself",
        proof: Proof::Beginning("a server that answers"),
        ..Edge::BASE
    },
    Edge {
        id: "mutating-policy",
        does: "makes a policy that changes the pods of others",
        rights: &[
            Right::of(&["create"], &[(GROUP, "mutatingadmissionpolicies")]),
            Right::of(&["create"], &[(GROUP, "mutatingadmissionpolicybindings")]),
        ],
        place: Place::Cluster,
        to: Power::Workloads,
        since: Some(MinorVersion(36)),
        difficulty: Difficulty::Moderate,
        why: "A MutatingAdmissionPolicy with its binding changes what others write: a pod may get another image, \
              account or volume.",
        remedy: "let only administrators write policies of admission",
        ..Edge::BASE
    },
];
