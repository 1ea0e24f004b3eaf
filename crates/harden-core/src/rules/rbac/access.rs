//! Who gets a role and where, as far as the input says.

use std::collections::BTreeMap;

use harden_yaml::Place;

use super::GROUP;
use crate::check::{Object, World};

/// The bindings of the input, by the role that they give.
#[derive(Debug)]
pub(super) struct Access<'w, 'd> {
    bindings: BTreeMap<(&'d str, &'d str, &'d str), Vec<&'w Object<'d>>>,
}

/// How far a role reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// It is a Role, or every binding of it that is known is for a namespace.
    Namespace,
    /// It is bound for the whole cluster, or could be: no binding of it is known.
    Cluster,
}

impl<'w, 'd> Access<'w, 'd> {
    pub(super) fn new(world: &'w World<'d>) -> Self {
        let mut bindings: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for binding in world.objects.iter().filter(|it| is_binding(it)) {
            let role = RoleRef::read(binding);
            let namespace =
                if role.kind == "Role" { binding.namespace().unwrap_or("") } else { "" };
            bindings.entry((role.kind, namespace, role.name)).or_default().push(binding);
        }
        Self { bindings }
    }

    /// How far a Role or ClusterRole reaches.
    pub(super) fn reach(&self, role: &Object<'d>) -> Reach {
        let bindings = self.bindings(role);
        let is_cluster_wide = match bindings {
            [] => role.kind == "ClusterRole" && !extends_user_roles(role),
            some => some.iter().any(|it| it.kind == "ClusterRoleBinding"),
        };
        if is_cluster_wide { Reach::Cluster } else { Reach::Namespace }
    }

    /// Whether the role is known to be for people only: no ServiceAccount gets it.
    pub(super) fn is_for_people(&self, role: &Object<'d>) -> bool {
        let bindings = self.bindings(role);
        if bindings.is_empty() {
            return extends_user_roles(role);
        }
        bindings.iter().flat_map(|it| subjects(it)).all(|it| !it.is_workload())
    }

    /// `; held by ServiceAccount a/b, Group c`, or nothing where nobody is known to hold it.
    pub(super) fn held_by(&self, role: &Object<'d>) -> String {
        const MOST: usize = 3;
        let mut names: Vec<String> = Vec::new();
        for binding in self.bindings(role) {
            for subject in subjects(binding) {
                let name = subject.describe(binding);
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        let more = names.len().saturating_sub(MOST);
        names.truncate(MOST);
        match (names.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => format!("; held by {}", names.join(", ")),
            (false, more) => format!("; held by {} and {more} more", names.join(", ")),
        }
    }

    fn bindings(&self, role: &Object<'d>) -> &[&'w Object<'d>] {
        let namespace = if role.kind == "Role" { role.namespace().unwrap_or("") } else { "" };
        self.bindings.get(&(role.kind, namespace, role.name())).map_or(&[], Vec::as_slice)
    }
}

/// The role that a binding gives.
#[derive(Debug, Clone, Copy)]
pub(super) struct RoleRef<'d> {
    pub(super) place: Place<'d>,
    pub(super) kind: &'d str,
    pub(super) name: &'d str,
}

impl<'d> RoleRef<'d> {
    pub(super) fn read(binding: &Object<'d>) -> Self {
        let place = binding.place.at("roleRef");
        let text = |key| place.at(key).as_str().unwrap_or("");
        Self { place, kind: text("kind"), name: text("name") }
    }

    pub(super) fn is_cluster_role(&self, name: &str) -> bool {
        self.kind == "ClusterRole" && self.name == name
    }
}

/// Somebody whom a binding gives its role.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'d> {
    pub(super) place: Place<'d>,
    pub(super) kind: &'d str,
    pub(super) name: &'d str,
}

impl<'d> Subject<'d> {
    /// Whether it is a ServiceAccount, or a group of them.
    pub(super) fn is_workload(&self) -> bool {
        match self.kind {
            "ServiceAccount" => true,
            "Group" => self.service_account_group().is_some(),
            _ => self.name.starts_with("system:serviceaccount:"),
        }
    }

    /// The namespace whose ServiceAccounts are in this group; empty when all namespaces' are.
    pub(super) fn service_account_group(&self) -> Option<&'d str> {
        let rest = self.name.strip_prefix("system:serviceaccounts")?;
        let namespace = if rest.is_empty() { Some("") } else { rest.strip_prefix(':') };
        namespace.filter(|_| self.kind == "Group")
    }

    /// `ServiceAccount team-a/web`.
    pub(super) fn describe(&self, binding: &Object<'d>) -> String {
        match self.namespace(binding) {
            namespace if self.kind != "ServiceAccount" || namespace.is_empty() => {
                format!("{} {}", self.kind, self.name)
            }
            namespace => format!("ServiceAccount {namespace}/{}", self.name),
        }
    }

    /// The namespace of a ServiceAccount; upstream takes the binding's where none is written.
    pub(super) fn namespace(&self, binding: &Object<'d>) -> &'d str {
        let own = self.place.at("namespace").as_str().filter(|it| !it.is_empty());
        own.or(binding.namespace()).unwrap_or("")
    }
}

/// Those whom a binding gives its role.
pub(super) fn subjects<'d>(binding: &Object<'d>) -> impl Iterator<Item = Subject<'d>> + use<'d> {
    binding.place.at("subjects").items().map(|place| {
        let text = |key| place.at(key).as_str().unwrap_or("");
        Subject { place, kind: text("kind"), name: text("name") }
    })
}

/// Whether an object is a RoleBinding or ClusterRoleBinding.
pub(super) fn is_binding(object: &Object<'_>) -> bool {
    object.group == GROUP && matches!(object.kind, "ClusterRoleBinding" | "RoleBinding")
}

/// Whether an object is a Role or ClusterRole.
pub(super) fn is_role(object: &Object<'_>) -> bool {
    object.group == GROUP && matches!(object.kind, "ClusterRole" | "Role")
}

/// Whether Kubernetes or kubeadm makes this object itself.
pub(super) fn is_built_in(object: &Object<'_>) -> bool {
    let label = object.place.at("metadata").at("labels").at("kubernetes.io/bootstrapping").as_str();
    label == Some("rbac-defaults")
        || object.name().starts_with("kubeadm:")
        || is_built_in_name(object.name()) && object.kind == "ClusterRole"
        || object.name().starts_with("system:")
}

/// Whether Kubernetes makes a ClusterRole of this name.
pub(super) fn is_built_in_name(name: &str) -> bool {
    name.starts_with("system:") || matches!(name, "cluster-admin" | "admin" | "edit" | "view")
}

/// Whether a ClusterRole only adds to `admin`, `edit` or `view`, which people get in namespaces.
pub(super) fn extends_user_roles(role: &Object<'_>) -> bool {
    let labels = role.place.at("metadata").at("labels");
    ["admin", "edit", "view"].into_iter().any(|it| extends(labels, it))
}

/// Whether labels add a ClusterRole to `admin`, `edit` or `view`.
pub(super) fn extends(labels: Place<'_>, role: &str) -> bool {
    let label = match role {
        "admin" => "rbac.authorization.k8s.io/aggregate-to-admin",
        "edit" => "rbac.authorization.k8s.io/aggregate-to-edit",
        _ => "rbac.authorization.k8s.io/aggregate-to-view",
    };
    labels.at(label).as_str() == Some("true")
}
