//! A role: what somebody may do.

use super::built_in::{self, Permissions};
use super::{GROUP, PolicyRule};
use crate::object::Object;

/// A Role or ClusterRole.
#[derive(Debug, Clone)]
pub struct Role<'d> {
    /// The object that it is.
    pub object: Object<'d>,
    /// What Kubernetes has it allow, and what is not looked at.
    built_in: Option<&'static Permissions>,
}

impl<'d> Role<'d> {
    /// The role that an object is.
    pub fn read(object: &Object<'d>) -> Option<Self> {
        let is_role = object.group == GROUP && matches!(object.kind, "ClusterRole" | "Role");
        is_role.then(|| Self { object: object.clone(), built_in: None })
    }

    /// The role that an object is, with the rules that Kubernetes or kubeadm would not give it; `None`
    /// where they make just this role.
    pub fn read_own(object: &Object<'d>) -> Option<Self> {
        let mut role = Self::read(object)?;
        role.built_in = built_in::permissions(object);
        let is_own = role.built_in.is_none() || role.rules().next().is_some();
        is_own.then_some(role)
    }

    /// Whether Kubernetes or kubeadm makes a role of this name.
    pub fn has_built_in_name(&self) -> bool {
        built_in::permissions(&self.object).is_some()
    }

    /// Whether it is outside of namespaces, so that it can hold in all of them.
    pub fn is_cluster_role(&self) -> bool {
        self.object.kind == "ClusterRole"
    }

    /// What it allows.
    pub fn rules(&self) -> impl Iterator<Item = PolicyRule<'d>> + use<'d> {
        let built_in = self.built_in;
        let rules = self.object.place.at("rules").items().map(|place| PolicyRule { place });
        rules.filter(move |rule| built_in.is_none_or(|it| !it.cover(*rule)))
    }

    /// Whether it allows what other roles allow, and nothing by itself.
    pub fn is_aggregated(&self) -> bool {
        self.object.place.at("aggregationRule").exists()
    }

    /// Whether it only adds to `admin`, `edit` or `view`, which people get in namespaces, or is one of them.
    pub fn extends_user_roles(&self) -> bool {
        let is_one = matches!(self.object.name(), "admin" | "edit" | "view");
        if is_one && self.is_cluster_role() && self.is_aggregated() {
            return true;
        }
        self.has_label("rbac.authorization.k8s.io/aggregate-to-admin")
            || self.has_label("rbac.authorization.k8s.io/aggregate-to-edit")
            || self.extends_view()
    }

    /// Whether it adds to `view`.
    pub fn extends_view(&self) -> bool {
        self.has_label("rbac.authorization.k8s.io/aggregate-to-view")
    }

    /// Whether it carries labels, so that an aggregated ClusterRole may take it in.
    pub fn is_labelled(&self) -> bool {
        !self.object.place.at("metadata").at("labels").is_empty()
    }

    fn has_label(&self, label: &'static str) -> bool {
        self.object.place.at("metadata").at("labels").at(label).as_str() == Some("true")
    }
}
