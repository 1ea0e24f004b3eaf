//! A binding: who gets a role, and where.

use harden_yaml::Place;

use super::built_in::{self, Holders};
use super::{GROUP, Subject};
use crate::object::Object;

/// A RoleBinding or ClusterRoleBinding.
#[derive(Debug, Clone)]
pub struct Binding<'d> {
    /// The object that it is.
    pub object: Object<'d>,
    /// Whom Kubernetes gives the role, and who is not looked at.
    built_in: Option<&'static Holders>,
}

impl<'d> Binding<'d> {
    /// The binding that an object is.
    pub fn read(object: &Object<'d>) -> Option<Self> {
        let is_binding =
            object.group == GROUP && matches!(object.kind, "ClusterRoleBinding" | "RoleBinding");
        is_binding.then(|| Self { object: object.clone(), built_in: None })
    }

    /// The binding that an object is, with the subjects that Kubernetes or kubeadm would not give it; `None`
    /// where they make just this binding.
    pub fn read_own(object: &Object<'d>) -> Option<Self> {
        let mut binding = Self::read(object)?;
        let role = binding.role_ref();
        binding.built_in = built_in::holders(object).filter(|it| it.hold(role.kind, role.name));
        let is_own = binding.built_in.is_none() || binding.subjects().next().is_some();
        is_own.then_some(binding)
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

    /// Whether Kubernetes or kubeadm gives the role to an entry of its subjects, too.
    pub fn is_built_in(&self, subject: Place<'d>) -> bool {
        self.built_in.is_some_and(|it| it.include(&Subject::read(subject, self.namespace())))
    }

    /// Those whom it gives the role.
    pub fn subjects(&self) -> impl Iterator<Item = Subject<'d>> + use<'d> {
        let (namespace, built_in) = (self.namespace(), self.built_in);
        let subjects = self.object.place.at("subjects").items();
        let subjects = subjects.map(move |place| Subject::read(place, namespace));
        subjects.filter(move |it| built_in.is_none_or(|known| !known.include(it)))
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
        self.kind == "ClusterRole" && built_in::is_cluster_role(self.name)
    }

    /// Whether it is a ClusterRole that Kubernetes makes for everyone who can log in.
    pub fn is_for_everyone(&self) -> bool {
        self.is_public()
            || self.kind == "ClusterRole"
                && matches!(
                    self.name,
                    "system:basic-user" | "system:cluster-trust-bundle-discovery"
                )
    }

    /// Whether it is the ClusterRole that Kubernetes gives to everyone, with credentials or without.
    pub fn is_for_anonymous(&self) -> bool {
        self.kind == "ClusterRole" && self.name == "system:public-info-viewer"
    }

    /// Whether it is a ClusterRole that Kubernetes makes for what is public on purpose: version, health and
    /// the APIs that there are, the keys of the ServiceAccount issuer.
    pub fn is_public(&self) -> bool {
        self.kind == "ClusterRole"
            && matches!(
                self.name,
                "system:discovery"
                    | "system:public-info-viewer"
                    | "system:service-account-issuer-discovery"
            )
    }
}
