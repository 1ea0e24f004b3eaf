//! Ways by pods that are made or changed.

use super::Family;
use crate::escalation::edge::{
    At, Difficulty, Edge, From, Names, Place, Power, Proof, Right, When,
};
use crate::kubernetes::{Level, MinorVersion};

pub(super) const FAMILY: Family = Family { name: "Workloads", edges: EDGES };

const PODS: &[(&str, &str)] = &[("", "pods")];
const CONTROLLERS: &str = "the controllers that make pods";

const EDGES: &[Edge] = &[
    Edge {
        id: "create-pods",
        does: "creates a pod as an account of its choice",
        rights: &[Right::of(&["create"], PODS)],
        to: Power::Workloads,
        why: "A pod runs as any ServiceAccount of its namespace that it names; nobody asks whether its creator may.",
        remedy: "keep accounts with rights in namespaces where others create no pods",
        ..Edge::BASE
    },
    Edge {
        id: "create-workloads",
        does: "creates a workload whose pods are an account of its choice",
        rights: &[Right::of(
            &["create"],
            &[
                ("apps", "deployments"),
                ("apps", "daemonsets"),
                ("apps", "statefulsets"),
                ("apps", "replicasets"),
                ("", "replicationcontrollers"),
                ("batch", "jobs"),
                ("batch", "cronjobs"),
            ],
        )],
        to: Power::Workloads,
        why: "Its controller creates the pods, as whatever account the template names.",
        remedy: "keep accounts with rights in namespaces where others create no workloads",
        proof: Proof::Beginning(CONTROLLERS),
        ..Edge::BASE
    },
    Edge {
        id: "change-workloads",
        does: "changes the template of a workload",
        rights: &[Right::of(
            &["update", "patch"],
            &[
                ("apps", "deployments"),
                ("apps", "daemonsets"),
                ("apps", "statefulsets"),
                ("apps", "replicasets"),
                ("", "replicationcontrollers"),
                ("batch", "cronjobs"),
            ],
        )
        .names(Names::DoNotMatter)],
        to: Power::Workloads,
        why: "A template that is changed may name another image and another account; its controller makes the pods.",
        remedy: "let deployments/scale be enough where only the number of pods changes",
        proof: Proof::Beginning(CONTROLLERS),
        ..Edge::BASE
    },
    Edge {
        id: "change-pods",
        does: "changes the image of a pod",
        rights: &[Right::of(&["update", "patch"], PODS).names(Names::Reach)],
        to: Power::Pods,
        difficulty: Difficulty::Moderate,
        why: "The kubelet restarts the container with the new image, as the account and with the volumes of the pod.",
        remedy: "let pods/status or a workload be changed instead",
        ..Edge::BASE
    },
    Edge {
        id: "exec",
        does: "runs a command in a pod",
        rights: &[
            Right::of(&["create"], &[("", "pods/exec"), ("", "pods/attach")]).names(Names::Reach)
        ],
        to: Power::Pods,
        why: "A command in a container reads the token and the Secrets that the pod mounts.",
        remedy: "give it for a time, to people, in namespaces without accounts that have rights",
        proof: Proof::Beginning("a kubelet"),
        ..Edge::BASE
    },
    Edge {
        id: "exec-by-get",
        does: "runs a command in a pod through a WebSocket",
        rights: &[
            Right::of(&["get"], &[("", "pods/exec"), ("", "pods/attach")]).names(Names::Reach)
        ],
        to: Power::Pods,
        until: Some(MinorVersion(34)),
        why: "A WebSocket is opened by a GET, for which get is enough. Since 1.35 create is asked for as well.",
        remedy: "take get away, or upgrade to 1.35",
        proof: Proof::Reading("an API server before 1.35"),
        ..Edge::BASE
    },
    Edge {
        id: "ephemeral-containers",
        does: "adds a container to a pod",
        rights: &[Right::of(&["update", "patch"], &[("", "pods/ephemeralcontainers")])
            .names(Names::Reach)],
        to: Power::Pods,
        why: "An ephemeral container shares the network of the pod, and the processes of a container that it names, \
              through which it reads their files.",
        remedy: "give it for a time, to people",
        ..Edge::BASE
    },
    Edge {
        id: "run-as-account",
        does: "runs as the account",
        from: From::Having(Power::Workloads),
        to: Power::Accounts,
        why: "The kubelet mounts a token of the account that a pod names.",
        remedy: "keep accounts with rights in namespaces of their own",
        proof: Proof::Reading("a kubelet"),
        ..Edge::BASE
    },
    Edge {
        id: "mount-secrets",
        does: "mounts the Secrets of the namespace",
        from: From::Having(Power::Workloads),
        to: Power::Secrets,
        difficulty: Difficulty::Moderate,
        why: "A pod mounts any Secret of its namespace by its name; nobody asks whether its creator may read it.",
        remedy: "keep Secrets in namespaces where others create no pods",
        proof: Proof::Reading("a kubelet"),
        ..Edge::BASE
    },
    Edge {
        id: "privileged-pod",
        does: "runs a privileged pod on a node of its choice",
        from: From::Having(Power::Workloads),
        to: Power::Nodes,
        when: When::LevelUpTo(Level::Privileged),
        why: "A privileged container is root of its node, and spec.nodeName chooses the node.",
        remedy: "label the namespace to enforce baseline or restricted",
        ..Edge::BASE
    },
    Edge {
        id: "host-path-volume",
        does: "claims a PersistentVolume that is a directory of the node",
        rights: &[
            Right::of(&["create"], &[("", "persistentvolumes")]).at(At::Cluster),
            Right::of(&["create"], &[("", "persistentvolumeclaims")]),
            Right::of(
                &["create"],
                &[
                    ("", "pods"),
                    ("apps", "deployments"),
                    ("apps", "daemonsets"),
                    ("apps", "statefulsets"),
                    ("apps", "replicasets"),
                    ("", "replicationcontrollers"),
                    ("batch", "jobs"),
                    ("batch", "cronjobs"),
                ],
            ),
        ],
        to: Power::Nodes,
        when: When::LevelUpTo(Level::Baseline),
        difficulty: Difficulty::Moderate,
        why: "Pod Security sees a claim, and not the hostPath of the volume behind it. Under restricted a pod is not \
              root and cannot write what is root's.",
        remedy: "let provisioners create PersistentVolumes",
        ..Edge::BASE
    },
    Edge {
        id: "unlabel-namespace",
        does: "takes the label of Pod Security off the namespace, and runs a privileged pod",
        rights: &[
            Right::of(&["update", "patch"], &[("", "namespaces")]).names(Names::IncludePlace),
            Right::of(&["create"], PODS),
        ],
        to: Power::Nodes,
        why: "Whoever changes the labels of a namespace decides what its pods may.",
        remedy: "let nobody who creates pods change Namespaces, or refuse weaker labels by a policy",
        ..Edge::BASE
    },
    Edge {
        id: "new-namespace",
        does: "makes a namespace without labels, and runs a privileged pod there",
        rights: &[
            Right::of(&["create"], &[("", "namespaces")]).at(At::Cluster),
            Right::of(&["create"], PODS),
        ],
        place: Place::Cluster,
        to: Power::Nodes,
        why: "What no label says, the default of the API server does, which is privileged unless configured otherwise.",
        remedy: "set the default of the API server to baseline or restricted",
        ..Edge::BASE
    },
];
