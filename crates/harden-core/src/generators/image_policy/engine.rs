//! What verifies images in a cluster, and what it is told of it.

/// What verifies images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Verifier {
    /// Kyverno
    #[default]
    Kyverno,
    /// sigstore's policy-controller
    PolicyController,
}

/// Which of Kyverno's kinds of policy is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum KyvernoImageKind {
    /// policies.kyverno.io/v1, since Kyverno 1.17
    #[default]
    ImageValidatingPolicy,
    /// kyverno.io/v1 ClusterPolicy, for older ones; refused on change from Kyverno 1.20
    ClusterPolicy,
}

/// How signatures are kept beside an image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum SignatureFormat {
    /// Bundles that refer to the image: what cosign 3 writes
    #[default]
    Bundle,
    /// Tags that end in .sig: what cosign 2 writes
    Legacy,
}

/// What becomes of images of other registries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Unmatched {
    /// They are refused
    #[default]
    Refuse,
    /// They are let in without a signature
    Allow,
}

/// The kind of object that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::enum_variant_names, reason = "they are called as the kinds are")]
pub(super) enum Written {
    ImageValidatingPolicy,
    ClusterPolicy,
    ClusterImagePolicy,
}

impl Written {
    pub(super) fn of(verifier: Verifier, kyverno: KyvernoImageKind) -> Self {
        match (verifier, kyverno) {
            (Verifier::PolicyController, _) => Self::ClusterImagePolicy,
            (_, KyvernoImageKind::ClusterPolicy) => Self::ClusterPolicy,
            (_, KyvernoImageKind::ImageValidatingPolicy) => Self::ImageValidatingPolicy,
        }
    }

    /// What reads it.
    pub(super) fn reader(self) -> &'static str {
        match self {
            Self::ImageValidatingPolicy | Self::ClusterPolicy => "Kyverno",
            Self::ClusterImagePolicy => "policy-controller",
        }
    }
}
