//! Ways out of pods that are there.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, From, Power, Proof, When};

pub(super) const FAMILY: Family = Family { name: "From a pod", edges: EDGES };

const EDGES: &[Edge] = &[
    Edge {
        id: "token-of-pod",
        does: "takes the token that the pod mounts",
        from: From::Having(Power::Pods),
        to: Power::Accounts,
        why: "Whoever runs commands in a container reads the token of its account, where one is mounted.",
        remedy: "set automountServiceAccountToken: false where pods do not ask the API server",
        proof: Proof::Reading("a kubelet"),
        ..Edge::BASE
    },
    Edge {
        id: "container-escape",
        does: "leaves a container for its node",
        from: From::Having(Power::Pods),
        to: Power::Node,
        when: When::HostAccess,
        difficulty: Difficulty::Moderate,
        why: "A pod of the place is privileged, or has files, processes or capabilities through which its node is \
              reached.",
        remedy: "take the access away, or keep the pod where nobody else may enter it",
        proof: Proof::Reading("a kubelet"),
        ..Edge::BASE
    },
];
