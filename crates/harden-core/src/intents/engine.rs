//! The engines that an intent is written for.

/// What judges requests in a cluster.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Engine {
    /// The API server itself: ValidatingAdmissionPolicy and MutatingAdmissionPolicy
    #[default]
    Kubernetes,
    /// Kyverno: ValidatingPolicy and MutatingPolicy
    Kyverno,
    /// Gatekeeper: ConstraintTemplate and constraint
    Gatekeeper,
}

/// Which of Kyverno's kinds of policy are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum KyvernoKind {
    /// policies.kyverno.io/v1, since Kyverno 1.17
    #[default]
    ValidatingPolicy,
    /// kyverno.io/v1 ClusterPolicy, for older ones; refused on change from Kyverno 1.20
    ClusterPolicy,
}

impl Engine {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kubernetes => "kubernetes",
            Self::Kyverno => "kyverno",
            Self::Gatekeeper => "gatekeeper",
        }
    }

    /// The namespaces that the engine itself lives in; it cannot judge what it needs to start.
    pub fn namespaces(self) -> &'static [&'static str] {
        match self {
            Self::Kubernetes => &[],
            Self::Kyverno => &["kyverno"],
            Self::Gatekeeper => &["gatekeeper-system"],
        }
    }
}
