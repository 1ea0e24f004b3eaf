//! A role: what somebody may do.

use super::{GROUP, PolicyRule, is_built_in};
use crate::object::Object;

/// A Role or ClusterRole.
#[derive(Debug, Clone)]
pub struct Role<'d> {
    /// The object that it is.
    pub object: Object<'d>,
}

impl<'d> Role<'d> {
    /// The role that an object is.
    pub fn read(object: &Object<'d>) -> Option<Self> {
        let is_role = object.group == GROUP && matches!(object.kind, "ClusterRole" | "Role");
        is_role.then_some(Self { object: object.clone() })
    }

    /// The role that an object is, unless Kubernetes or kubeadm makes it itself.
    pub fn read_own(object: &Object<'d>) -> Option<Self> {
        Self::read(object).filter(|it| !is_built_in(&it.object))
    }

    /// Whether it is outside of namespaces, so that it can hold in all of them.
    pub fn is_cluster_role(&self) -> bool {
        self.object.kind == "ClusterRole"
    }

    /// What it allows.
    pub fn rules(&self) -> impl Iterator<Item = PolicyRule<'d>> + use<'d> {
        self.object.place.at("rules").items().map(|place| PolicyRule { place })
    }

    /// Whether it allows what other roles allow, and nothing by itself.
    pub fn is_aggregated(&self) -> bool {
        self.object.place.at("aggregationRule").exists()
    }

    /// Whether it only adds to `admin`, `edit` or `view`, which people get in namespaces.
    pub fn extends_user_roles(&self) -> bool {
        self.is_labelled("rbac.authorization.k8s.io/aggregate-to-admin")
            || self.is_labelled("rbac.authorization.k8s.io/aggregate-to-edit")
            || self.extends_view()
    }

    /// Whether it adds to `view`.
    pub fn extends_view(&self) -> bool {
        self.is_labelled("rbac.authorization.k8s.io/aggregate-to-view")
    }

    fn is_labelled(&self, label: &'static str) -> bool {
        self.object.place.at("metadata").at("labels").at(label).as_str() == Some("true")
    }
}
