//! A binding: who gets a role, and where.

use harden_yaml::Place;

use super::{GROUP, Subject, is_built_in, is_built_in_name};
use crate::object::Object;

/// A RoleBinding or ClusterRoleBinding.
#[derive(Debug, Clone)]
pub struct Binding<'d> {
    /// The object that it is.
    pub object: Object<'d>,
}

impl<'d> Binding<'d> {
    /// The binding that an object is.
    pub fn read(object: &Object<'d>) -> Option<Self> {
        let is_binding =
            object.group == GROUP && matches!(object.kind, "ClusterRoleBinding" | "RoleBinding");
        is_binding.then_some(Self { object: object.clone() })
    }

    /// The binding that an object is, unless Kubernetes or kubeadm makes it itself.
    pub fn read_own(object: &Object<'d>) -> Option<Self> {
        Self::read(object).filter(|it| !is_built_in(&it.object))
    }

    /// Whether it gives the role in the whole cluster, rather than in its namespace.
    pub fn is_cluster_wide(&self) -> bool {
        self.object.kind == "ClusterRoleBinding"
    }

    /// The namespace that it is written for; empty when there is none.
    pub fn namespace(&self) -> &'d str {
        self.object.namespace().unwrap_or("")
    }

    /// The role that it gives.
    pub fn role_ref(&self) -> RoleRef<'d> {
        let place = self.object.place.at("roleRef");
        let text = |key| place.at(key).as_str().unwrap_or("");
        let kind = text("kind");
        let namespace = if kind == "Role" { self.namespace() } else { "" };
        RoleRef { place, kind, namespace, name: text("name") }
    }

    /// Those whom it gives the role.
    pub fn subjects(&self) -> impl Iterator<Item = Subject<'d>> + use<'d> {
        let namespace = self.namespace();
        let subjects = self.object.place.at("subjects").items();
        subjects.map(move |place| Subject::read(place, namespace))
    }
}

/// The role that a binding gives.
#[derive(Debug, Clone)]
pub struct RoleRef<'d> {
    /// Where it is written.
    pub place: Place<'d>,
    /// The kind of the role.
    pub kind: &'d str,
    /// The namespace of a Role, which is the binding's; empty for a ClusterRole.
    pub namespace: &'d str,
    /// The name of the role.
    pub name: &'d str,
}

impl RoleRef<'_> {
    /// Whether it is the ClusterRole that allows everything.
    pub fn is_cluster_admin(&self) -> bool {
        self.kind == "ClusterRole" && self.name == "cluster-admin"
    }

    /// Whether Kubernetes makes a ClusterRole of this name.
    pub fn is_built_in(&self) -> bool {
        self.kind == "ClusterRole" && is_built_in_name(self.name)
    }

    /// Whether its name is one that Kubernetes keeps for roles of its own parts, and for what is
    /// everyone's, such as `system:discovery`.
    pub fn is_of_system(&self) -> bool {
        self.name.starts_with("system:")
    }
}
