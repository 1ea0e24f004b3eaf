//! The resources that Kubernetes itself serves, and that roles and files name without being checked.

/// Whether Kubernetes serves a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existence {
    /// It does, and etcd holds its objects.
    Stored,
    /// It does, but nothing of it is ever stored.
    Transient,
    /// It does not, in any version since 1.25.
    Unknown,
    /// The group is another's; whether the cluster has it cannot be told.
    Foreign,
}

/// Resources by group, those of all versions since 1.25.
const STORED: [(&str, &[&str]); 22] = [
    (
        "",
        &[
            "configmaps",
            "endpoints",
            "events",
            "limitranges",
            "namespaces",
            "nodes",
            "persistentvolumeclaims",
            "persistentvolumes",
            "pods",
            "podtemplates",
            "replicationcontrollers",
            "resourcequotas",
            "secrets",
            "serviceaccounts",
            "services",
        ],
    ),
    (
        "admissionregistration.k8s.io",
        &[
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
            "mutatingwebhookconfigurations",
            "validatingadmissionpolicies",
            "validatingadmissionpolicybindings",
            "validatingwebhookconfigurations",
        ],
    ),
    ("apiextensions.k8s.io", &["customresourcedefinitions"]),
    ("apiregistration.k8s.io", &["apiservices"]),
    ("apps", &["controllerrevisions", "daemonsets", "deployments", "replicasets", "statefulsets"]),
    ("autoscaling", &["horizontalpodautoscalers"]),
    ("batch", &["cronjobs", "jobs"]),
    (
        "certificates.k8s.io",
        &["certificatesigningrequests", "clustertrustbundles", "podcertificaterequests"],
    ),
    ("coordination.k8s.io", &["leasecandidates", "leases"]),
    ("discovery.k8s.io", &["endpointslices"]),
    ("events.k8s.io", &["events"]),
    ("flowcontrol.apiserver.k8s.io", &["flowschemas", "prioritylevelconfigurations"]),
    ("internal.apiserver.k8s.io", &["storageversions"]),
    ("lifecycle.k8s.io", &["evictionrequests", "evictions"]),
    (
        "networking.k8s.io",
        &[
            "clustercidrs",
            "ingressclasses",
            "ingresses",
            "ipaddresses",
            "networkpolicies",
            "servicecidrs",
        ],
    ),
    ("node.k8s.io", &["runtimeclasses"]),
    ("policy", &["poddisruptionbudgets"]),
    (
        "rbac.authorization.k8s.io",
        &["clusterrolebindings", "clusterroles", "rolebindings", "roles"],
    ),
    (
        "resource.k8s.io",
        &[
            "deviceclasses",
            "devicetaintrules",
            "podschedulingcontexts",
            "podschedulings",
            "resourceclaimparameters",
            "resourceclaims",
            "resourceclaimtemplates",
            "resourceclasses",
            "resourceclassparameters",
            "resourcepoolstatusrequests",
            "resourceslices",
        ],
    ),
    ("scheduling.k8s.io", &["compositepodgroups", "podgroups", "priorityclasses", "workloads"]),
    (
        "storage.k8s.io",
        &[
            "csidrivers",
            "csinodes",
            "csistoragecapacities",
            "storageclasses",
            "volumeattachments",
            "volumeattributesclasses",
        ],
    ),
    ("storagemigration.k8s.io", &["storageversionmigrations"]),
];

const TRANSIENT: [(&str, &[&str]); 3] = [
    ("", &["bindings", "componentstatuses"]),
    ("authentication.k8s.io", &["selfsubjectreviews", "tokenreviews"]),
    (
        "authorization.k8s.io",
        &[
            "localsubjectaccessreviews",
            "selfsubjectaccessreviews",
            "selfsubjectrulesreviews",
            "subjectaccessreviews",
        ],
    ),
];

/// What is outside of namespaces, besides what is virtual. A request for a namespace is one in it.
const CLUSTER_WIDE: [&str; 40] = [
    "apiservices",
    "certificatesigningrequests",
    "clustercidrs",
    "clusterrolebindings",
    "clusterroles",
    "clustertrustbundles",
    "componentstatuses",
    "csidrivers",
    "csinodes",
    "customresourcedefinitions",
    "deviceclasses",
    "devicetaintrules",
    "flowschemas",
    "ingressclasses",
    "ipaddresses",
    "mutatingadmissionpolicies",
    "mutatingadmissionpolicybindings",
    "mutatingwebhookconfigurations",
    "nodes",
    "persistentvolumes",
    "priorityclasses",
    "prioritylevelconfigurations",
    "resourceclasses",
    "resourcepoolstatusrequests",
    "resourceslices",
    "runtimeclasses",
    "selfsubjectaccessreviews",
    "selfsubjectreviews",
    "selfsubjectrulesreviews",
    "servicecidrs",
    "storageclasses",
    "storageversionmigrations",
    "storageversions",
    "subjectaccessreviews",
    "tokenreviews",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "validatingwebhookconfigurations",
    "volumeattachments",
    "volumeattributesclasses",
];

/// What is asked of authorizers and served nowhere: whom to impersonate, which signer to use.
const VIRTUAL: [(&str, &[&str]); 3] = [
    ("", &["groups", "users"]),
    (
        "authentication.k8s.io",
        &["groups", "nodes", "serviceaccounts", "uids", "userextras", "users"],
    ),
    ("certificates.k8s.io", &["signers"]),
];

/// Subresources that few resources have, and these.
const OF_RESOURCES: [(&str, &[&str]); 7] = [
    ("certificatesigningrequests", &["approval", "status"]),
    ("namespaces", &["finalize", "status"]),
    ("nodes", &["proxy", "status"]),
    (
        "pods",
        &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
            "status",
        ],
    ),
    ("secrets", &[]),
    ("serviceaccounts", &["token"]),
    ("services", &["proxy", "status"]),
];

const SUBRESOURCES: [&str; 15] = [
    "approval",
    "attach",
    "binding",
    "ephemeralcontainers",
    "eviction",
    "exec",
    "finalize",
    "log",
    "portforward",
    "proxy",
    "resize",
    "rollback",
    "scale",
    "status",
    "token",
];

/// Whether Kubernetes serves this resource of this group; empty for the core group.
pub fn existence(group: &str, resource: &str) -> Existence {
    let has = |list: &[(&str, &[&str])]| {
        list.iter().any(|(name, resources)| *name == group && resources.contains(&resource))
    };
    if has(&STORED) {
        Existence::Stored
    } else if has(&TRANSIENT) {
        Existence::Transient
    } else if is_own_group(group) || !group.contains('.') {
        // Groups of others have a dot: CustomResourceDefinitions must.
        Existence::Unknown
    } else {
        Existence::Foreign
    }
}

/// The resource that a kind, a singular or a short name was probably meant to be.
pub(crate) fn meant(word: &str) -> Option<(&'static str, &'static str)> {
    const SHORT: [(&str, &str); 27] = [
        ("cj", "cronjobs"),
        ("cm", "configmaps"),
        ("crd", "customresourcedefinitions"),
        ("crds", "customresourcedefinitions"),
        ("csr", "certificatesigningrequests"),
        ("deploy", "deployments"),
        ("ds", "daemonsets"),
        ("ep", "endpoints"),
        ("ev", "events"),
        ("hpa", "horizontalpodautoscalers"),
        ("ing", "ingresses"),
        ("limits", "limitranges"),
        ("netpol", "networkpolicies"),
        ("no", "nodes"),
        ("ns", "namespaces"),
        ("pc", "priorityclasses"),
        ("pdb", "poddisruptionbudgets"),
        ("po", "pods"),
        ("pv", "persistentvolumes"),
        ("pvc", "persistentvolumeclaims"),
        ("quota", "resourcequotas"),
        ("rc", "replicationcontrollers"),
        ("rs", "replicasets"),
        ("sa", "serviceaccounts"),
        ("sc", "storageclasses"),
        ("sts", "statefulsets"),
        ("svc", "services"),
    ];
    let word = word.to_ascii_lowercase();
    let short = SHORT.iter().find(|(short, _)| *short == word).map(|(_, resource)| *resource);
    let is_meant = |resource: &str| {
        short == Some(resource)
            || resource == word
            || resource.strip_suffix('s') == Some(&word)
            || resource.strip_suffix("es") == Some(&word)
            || resource.strip_suffix("ies").is_some_and(|stem| format!("{stem}y") == word)
    };
    STORED.iter().chain(&TRANSIENT).find_map(|(group, resources)| {
        resources.iter().find(|it| is_meant(it)).map(|resource| (*group, *resource))
    })
}

/// The resource that Kubernetes serves a kind of its own as.
pub(crate) fn of_kind(group: &str, kind: &str) -> Option<&'static str> {
    let word = kind.to_ascii_lowercase();
    let is_plural = |resource: &str| {
        resource == word
            || resource.strip_suffix('s') == Some(&word)
            || resource.strip_suffix("es") == Some(&word)
            || resource.strip_suffix("ies").is_some_and(|stem| format!("{stem}y") == word)
    };
    let groups = STORED.iter().chain(&TRANSIENT).filter(|(name, _)| *name == group);
    groups.flat_map(|(_, resources)| resources.iter()).copied().find(|it| is_plural(it))
}

/// The groups of Kubernetes itself.
pub(crate) fn groups() -> impl Iterator<Item = &'static str> {
    STORED.iter().chain(&TRANSIENT).map(|(group, _)| *group)
}

/// The resources of Kubernetes itself, with their groups.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let groups = STORED.iter().chain(&TRANSIENT);
    groups.flat_map(|(group, resources)| resources.iter().map(|it| (*group, *it)))
}

/// Whether authorizers are asked for this resource of this group, which nobody serves.
pub(crate) fn is_virtual(group: &str, resource: &str) -> bool {
    VIRTUAL.iter().any(|(of, resources)| *of == group && resources.contains(&resource))
}

/// Whether a resource of Kubernetes itself is outside of namespaces, so that no request for it has one.
pub fn is_cluster_wide(group: &str, resource: &str) -> bool {
    CLUSTER_WIDE.contains(&resource) || is_virtual(group, resource) && resource != "serviceaccounts"
}

/// The subresources of a resource of Kubernetes itself.
pub(crate) fn subresources(resource: &str) -> impl Iterator<Item = &'static str> + Clone {
    let own = OF_RESOURCES.iter().find(|(it, _)| *it == resource);
    own.map_or(&["scale", "status"][..], |(_, own)| own).iter().copied()
}

/// Whether the group is one of Kubernetes itself.
pub fn is_own_group(group: &str) -> bool {
    STORED.iter().chain(&TRANSIENT).any(|(name, _)| *name == group)
}

/// Whether any resource of Kubernetes itself has a subresource of this name.
pub fn is_subresource(name: &str) -> bool {
    SUBRESOURCES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_their_resources() {
        for (group, kind, resource) in [
            ("", "Endpoints", Some("endpoints")),
            ("networking.k8s.io", "NetworkPolicy", Some("networkpolicies")),
            ("networking.k8s.io", "Ingress", Some("ingresses")),
            ("storage.k8s.io", "StorageClass", Some("storageclasses")),
            ("apps", "Deployment", Some("deployments")),
            ("extensions", "Deployment", None),
            ("example.com", "Deployment", None),
            ("", "", None),
        ] {
            assert_eq!(of_kind(group, kind), resource, "{kind}.{group}");
        }
    }

    #[test]
    fn resources_are_told_from_what_only_looks_like_one() {
        for (group, resource, expected) in [
            ("", "secrets", Existence::Stored),
            ("", "secret", Existence::Unknown),
            ("", "core/secrets", Existence::Unknown),
            ("v1", "secrets", Existence::Unknown),
            ("core", "secrets", Existence::Unknown),
            ("apps", "pods", Existence::Unknown),
            ("authentication.k8s.io", "tokenreviews", Existence::Transient),
            ("cert-manager.io", "certificates", Existence::Foreign),
        ] {
            assert_eq!(existence(group, resource), expected, "{resource}.{group}");
        }
    }

    #[test]
    fn kinds_and_singulars_lead_to_the_resource() {
        assert_eq!(meant("Secret"), Some(("", "secrets")));
        assert_eq!(meant("networkpolicy"), Some(("networking.k8s.io", "networkpolicies")));
        assert_eq!(meant("ingress"), Some(("networking.k8s.io", "ingresses")));
        assert_eq!(meant("sa"), Some(("", "serviceaccounts")));
        assert_eq!(meant("frob"), None);
    }
}
