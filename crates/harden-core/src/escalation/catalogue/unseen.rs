//! What may lead somewhere, too, and is no edge, because what is read does not decide it.

/// What is not seen, and why.
pub const UNSEEN: &[(&str, &str)] = &[
    (
        "other authorizers",
        "webhooks and files of ABAC may allow more, and who is in which group, certificates and identity providers say",
    ),
    (
        "rights of two identities together",
        "each edge is judged for one identity: requests that need each other may be made by two that somebody has become",
    ),
    (
        "admission",
        "what policies and webhooks refuse; only Pod Security is considered, by the labels of namespaces",
    ),
    (
        "traffic",
        "who changes endpoints, external IPs, CoreDNS or routes of a gateway may listen to others, and become whom they hear",
    ),
    (
        "aggregated APIs and conversion webhooks",
        "a server behind an APIService or a CustomResourceDefinition sees objects of its groups, and no credentials",
    ),
    (
        "validating webhooks",
        "who registers one sees the Secrets that are written from then on, and not those that are there",
    ),
    ("weaker policies", "who changes policies of admission lets through what they refused"),
    (
        "signers",
        "sign on a signer writes a certificate into a request, for which the key of the authority is needed",
    ),
    ("impersonation of uids and extras", "RBAC does not read them; other authorizers may"),
    ("constrained impersonation", "the verbs of 1.36 that allow single actions as somebody else"),
    (
        "scheduling",
        "who deletes nodes, evicts pods, labels nodes or binds pods to them moves pods to a node that they have",
    ),
    (
        "proxies to pods and services",
        "pods/proxy, services/proxy and pods/portforward reach ports, and what answers there is not known",
    ),
    ("snapshots of volumes", "a clone of a volume has the Secrets that were written to it"),
    ("storage classes and drivers", "what a provisioner makes of its parameters is not known"),
    ("devices", "adminAccess of dynamic resource allocation gives devices, not identities"),
    (
        "OpenShift",
        "use of a SecurityContextConstraint lets pods be privileged where Pod Security does, too",
    ),
    ("roles of clouds", "what a role of the cloud allows, and the metadata service of nodes"),
    ("controllers that are not found", "a controller whose account upstream calls otherwise"),
];
