//! Ways by nodes and their kubelets.

use super::Family;
use crate::escalation::edge::Place;
use crate::escalation::edge::{Difficulty, Edge, From, Power, Proof, Right, When};

pub(super) const FAMILY: Family = Family { name: "Nodes", edges: EDGES };

const KUBELET: Proof = Proof::Reading("a kubelet");

const EDGES: &[Edge] = &[
    Edge {
        id: "node-proxy",
        does: "has kubelets run commands",
        rights: &[Right::of(&["get", "create"], &[("", "nodes/proxy")])],
        place: Place::Cluster,
        to: Power::Pods,
        why: "A kubelet runs commands in every container of its node for whoever has nodes/proxy, get included, since \
              a WebSocket is opened by a GET; admission and the audit log see none of it.",
        remedy: "use nodes/metrics, nodes/stats or nodes/log for what is read",
        proof: Proof::Beginning("a kubelet"),
        ..Edge::BASE
    },
    Edge {
        id: "node-has-tokens",
        does: "takes the tokens of all pods of the nodes",
        from: From::Having(Power::Nodes),
        to: Power::Accounts,
        why: "The tokens of pods are files of their node, and who chooses the node chooses the pods.",
        remedy: "keep pods of accounts with rights on nodes of their own, with taints",
        proof: KUBELET,
        ..Edge::BASE
    },
    Edge {
        id: "node-has-daemon-tokens",
        does: "takes the tokens of the DaemonSets, which run on every node",
        from: From::Having(Power::Node),
        to: Power::Accounts,
        why: "The tokens of pods are files of their node, and a DaemonSet has a pod on each.",
        remedy: "give DaemonSets no rights beyond their node",
        proof: KUBELET,
        ..Edge::BASE
    },
    Edge {
        id: "control-plane-keys",
        does: "takes the keys of the control plane",
        from: From::Having(Power::Nodes),
        to: Power::Masters,
        when: When::ApiServerPod,
        why: "The API server runs as a pod of a node that can be chosen: its keys sign certificates of \
              system:masters and tokens of any account.",
        remedy: "let no pod tolerate the taint of control-plane nodes, and enforce baseline in all namespaces",
        proof: KUBELET,
        ..Edge::BASE
    },
    Edge {
        id: "identity-of-nodes",
        does: "takes the certificate of the kubelet",
        from: From::Having(Power::Nodes),
        to: Power::NodeIdentities,
        why: "The key of a kubelet is a file of its node.",
        remedy: "keep others from becoming root of nodes",
        proof: KUBELET,
        ..Edge::BASE
    },
    Edge {
        id: "identity-of-node",
        does: "takes the certificate of the kubelet",
        from: From::Having(Power::Node),
        to: Power::NodeIdentity,
        why: "The key of a kubelet is a file of its node.",
        remedy: "keep others from becoming root of nodes",
        proof: KUBELET,
        ..Edge::BASE
    },
    Edge {
        id: "tokens-for-nodes",
        does: "asks for tokens of the accounts of the nodes' pods",
        from: From::Having(Power::NodeIdentities),
        to: Power::Accounts,
        difficulty: Difficulty::Moderate,
        why: "The Node authorizer lets a kubelet ask for tokens of the accounts whose pods are bound to its node.",
        remedy: "keep pods of accounts with rights on nodes of their own",
        proof: Proof::Reading("pods that are bound to nodes"),
        ..Edge::BASE
    },
    Edge {
        id: "tokens-for-node",
        does: "asks for tokens of the accounts of the DaemonSets",
        from: From::Having(Power::NodeIdentity),
        to: Power::Accounts,
        difficulty: Difficulty::Moderate,
        why: "The Node authorizer lets a kubelet ask for tokens of the accounts whose pods are bound to its node, and \
              a DaemonSet has a pod on each.",
        remedy: "give DaemonSets no rights beyond their node",
        proof: Proof::Reading("pods that are bound to nodes"),
        ..Edge::BASE
    },
];
