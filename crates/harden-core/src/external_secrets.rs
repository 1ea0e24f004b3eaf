//! The objects of the External Secrets Operator, whatever version they are written for.

pub mod template;

use harden_yaml::Place;

use crate::kubernetes::GroupKind;
use crate::object::Object;

/// The API group.
pub const GROUP: &str = "external-secrets.io";

/// `ExternalSecret`.
pub const EXTERNAL_SECRET: GroupKind = GroupKind::new(GROUP, "ExternalSecret");

/// The kinds that say which Secrets are made, and of what.
pub const KINDS: &[GroupKind] = &[
    GroupKind::new(GROUP, "ClusterSecretStore"),
    EXTERNAL_SECRET,
    GroupKind::new(GROUP, "SecretStore"),
];

/// The spec of an ExternalSecret, or of those that a ClusterExternalSecret makes.
pub fn external_secret<'d>(object: &Object<'d>) -> Option<Place<'d>> {
    let spec = || object.place.at("spec");
    match object.kind {
        "ExternalSecret" if object.group == GROUP => Some(spec()),
        "ClusterExternalSecret" if object.group == GROUP => Some(spec().at("externalSecretSpec")),
        _ => None,
    }
}

/// The spec of a PushSecret, or of those that a ClusterPushSecret makes.
pub fn push_secret<'d>(object: &Object<'d>) -> Option<Place<'d>> {
    let spec = || object.place.at("spec");
    match object.kind {
        "PushSecret" if object.group == GROUP => Some(spec()),
        "ClusterPushSecret" if object.group == GROUP => Some(spec().at("pushSecretSpec")),
        _ => None,
    }
}

/// The provider of a SecretStore or ClusterSecretStore.
pub fn provider<'d>(object: &Object<'d>) -> Option<Place<'d>> {
    let is_store = matches!(object.kind, "SecretStore" | "ClusterSecretStore");
    (is_store && object.group == GROUP).then(|| object.place.at("spec").at("provider"))
}
