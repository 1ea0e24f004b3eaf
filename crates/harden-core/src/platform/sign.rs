//! What of a cluster tells which platform it runs on.

/// What of a cluster tells which platform it runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// Part of the version of the API server, such as `+k3s`.
    Version(&'static str),
    /// An API group that is served.
    Group(&'static str),
    /// A label of a node, whatever its value.
    NodeLabel(&'static str),
    /// An annotation of a node, whatever its value.
    NodeAnnotation(&'static str),
    /// How the provider's id of a node begins.
    ProviderId(&'static str),
    /// How the operating system of a node calls itself, at the beginning.
    OsImage(&'static str),
    /// Part of the version of a kubelet.
    Kubelet(&'static str),
}
