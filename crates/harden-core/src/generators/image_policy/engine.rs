//! What verifies images in a cluster, and what it is told of it.

use crate::intents::KyvernoKind;

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
    pub(super) fn of(verifier: Verifier, kyverno: KyvernoKind) -> Self {
        match (verifier, kyverno) {
            (Verifier::PolicyController, _) => Self::ClusterImagePolicy,
            (_, KyvernoKind::ClusterPolicy) => Self::ClusterPolicy,
            (_, KyvernoKind::ValidatingPolicy) => Self::ImageValidatingPolicy,
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
