//! Ways by certificates that the cluster signs.

use super::Family;
use crate::escalation::edge::{Difficulty, Edge, Names, Place, Power, Proof, Right};

pub(super) const FAMILY: Family = Family { name: "Certificates", edges: EDGES };

const GROUP: &str = "certificates.k8s.io";
const CREATE: Right = Right::of(&["create"], &[(GROUP, "certificatesigningrequests")]);
const APPROVAL: Right =
    Right::of(&["update", "patch"], &[(GROUP, "certificatesigningrequests/approval")])
        .names(Names::DoNotMatter);
const SIGNER: Proof = Proof::Beginning("the controller that signs");

const EDGES: &[Edge] = &[
    Edge {
        id: "client-certificate",
        does: "has a certificate signed for a user and groups of its choice",
        rights: &[
            CREATE,
            APPROVAL,
            Right::of(&["approve"], &[(GROUP, "signers")]).names(Names::IncludeOne(&[
                "kubernetes.io/kube-apiserver-client",
                "kubernetes.io/*",
            ])),
        ],
        place: Place::Cluster,
        to: Power::Identities,
        why: "The common name of a client certificate is the user, and its organisations are the groups. The API \
              server refuses the organisation system:masters; system:serviceaccount:… and system:nodes it does not.",
        remedy: "name other signers in resourceNames, or keep approval from whoever makes requests",
        proof: SIGNER,
        ..Edge::BASE
    },
    Edge {
        id: "kubelet-certificate",
        does: "has a certificate of a kubelet signed",
        rights: &[
            CREATE,
            APPROVAL,
            Right::of(&["approve"], &[(GROUP, "signers")]).names(Names::IncludeOne(&[
                "kubernetes.io/kube-apiserver-client-kubelet",
                "kubernetes.io/*",
            ])),
        ],
        place: Place::Cluster,
        to: Power::NodeIdentities,
        why: "A certificate for system:node:… in system:nodes is a kubelet to the API server, whichever node it names.",
        remedy: "name other signers in resourceNames, or keep approval from whoever makes requests",
        proof: SIGNER,
        ..Edge::BASE
    },
    Edge {
        id: "node-bootstrap",
        does: "joins as a node of any name",
        rights: &[
            CREATE,
            Right::of(&["create"], &[(GROUP, "certificatesigningrequests/nodeclient")]),
        ],
        place: Place::Cluster,
        to: Power::NodeIdentities,
        difficulty: Difficulty::Moderate,
        why: "The controller manager approves certificates of kubelets for whoever may create \
              certificatesigningrequests/nodeclient.",
        remedy: "take the binding of kubeadm:node-autoapprove-bootstrap away once nodes have joined",
        proof: Proof::Reading("a kubelet that joins"),
        ..Edge::BASE
    },
];
