//! What is remembered of a pod after its text is gone.

use std::sync::Arc;

use crate::kubernetes::{Level, Protocol};
use crate::object::ObjectReference;

/// A pod or pod template, as far as rules over all objects need it.
#[derive(Debug, Clone, PartialEq)]
pub struct PodSummary {
    /// The object that it is, or whose template it is.
    pub object: Arc<ObjectReference>,
    /// The file that it is in.
    pub file: Arc<str>,
    /// Whether it is a patch to another manifest, which has what is missing here.
    pub is_patch: bool,
    /// The labels of the pods.
    pub labels: Vec<(String, String)>,
    /// The ServiceAccount that the pods name; `None` for `default`.
    pub service_account: Option<String>,
    /// `automountServiceAccountToken` of the pods.
    pub automounts: Option<bool>,
    /// The highest level that the pods meet; `None` until that is judged.
    pub level: Option<Level>,
    /// Whether the pods are in the host's network, where NetworkPolicies do not hold.
    pub is_host_network: bool,
    /// The ports that have names, of containers that go on running.
    pub named_ports: Box<[(Box<str>, Protocol, u16)]>,
}
