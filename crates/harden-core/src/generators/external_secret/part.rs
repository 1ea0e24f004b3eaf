//! What comes together where Secrets come from outside.

/// One part that can be asked for by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Part {
    /// The ServiceAccount that the store is read as, and what lets it
    ServiceAccount,
    /// The SecretStore or ClusterSecretStore
    Store,
    /// The PushSecrets
    PushSecret,
    /// The ExternalSecrets
    ExternalSecret,
}
