//! The public half of a key, which tells whether its holder signed.

use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs8::{DecodePublicKey, EncodePublicKey};
use rsa::traits::PublicKeyParts;
use sha2::{Digest as _, Sha256};
use sigstore_verify::crypto::{
    KeyAlgorithm, SigningScheme, VerificationKey, validate_raw_public_key, verify_signature,
    verify_signature_prehashed,
};
use sigstore_verify::types::{DerPublicKey, SignatureBytes};
use thiserror::Error;

use crate::artefact::hex;
use crate::provider;

/// How many bits the modulus of an RSA key may have: fewer are weak, more take long.
const RSA_BITS: std::ops::RangeInclusive<u32> = 2048..=4096;

/// A public key: ECDSA on P-256 or P-384, Ed25519, or RSA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    der: DerPublicKey,
    algorithm: KeyAlgorithm,
}

/// Why a text is no key that can be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidKey {
    /// It is not PEM.
    #[error("it is no PEM: a public key begins with `-----BEGIN PUBLIC KEY-----`")]
    NotPem,
    /// It is the other half.
    #[error(
        "it is a private key: give its public half, which `cosign public-key --key cosign.key` prints"
    )]
    Private,
    /// It is something else in PEM.
    #[error("it holds a `{0}`, and no public key")]
    Other(String),
    /// It is an RSA key with too few bits or too many.
    #[error("it is an RSA key of {0} bits: from 2048 to 4096 are taken")]
    Size(u32),
    /// What is in it is no key, or one of an algorithm that is not known here.
    #[error("it cannot be read: {0}; ECDSA on P-256 and P-384, Ed25519 and RSA are known")]
    Malformed(String),
}

impl PublicKey {
    /// The key in a PEM text: `PUBLIC KEY` (`SubjectPublicKeyInfo`), or `RSA PUBLIC KEY` (PKCS #1).
    pub fn of_pem(text: &str) -> Result<Self, InvalidKey> {
        provider::install();
        // The text itself is never repeated: it may be a secret by mistake.
        let pem = pem::parse(text).map_err(|_| InvalidKey::NotPem)?;
        match pem.tag() {
            "PUBLIC KEY" => Self::of_der(pem.contents()),
            "RSA PUBLIC KEY" => {
                let key = rsa::PublicKey::from_pkcs1_der(pem.contents()).map_err(malformed)?;
                Self::of_der(key.to_public_key_der().map_err(malformed)?.as_bytes())
            }
            tag if tag.contains("PRIVATE KEY") => Err(InvalidKey::Private),
            tag => Err(InvalidKey::Other(crate::refusal::shown(tag))),
        }
    }

    fn of_der(der: &[u8]) -> Result<Self, InvalidKey> {
        let der = DerPublicKey::new(der.to_vec());
        let algorithm = KeyAlgorithm::from_spki(&der).map_err(malformed)?;
        let key = VerificationKey::from_spki(&der).map_err(malformed)?;
        match algorithm {
            KeyAlgorithm::EcdsaP256 => {
                p256::ecdsa::VerifyingKey::from_sec1_bytes(key.as_bytes()).map_err(malformed)?;
            }
            KeyAlgorithm::EcdsaP384 => {
                p384::ecdsa::VerifyingKey::from_sec1_bytes(key.as_bytes()).map_err(malformed)?;
            }
            KeyAlgorithm::Ed25519 => {
                let bytes = key.as_bytes().try_into().map_err(malformed)?;
                let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(malformed)?;
                if key.is_weak() {
                    return Err(InvalidKey::Malformed("anything is signed by it".to_owned()));
                }
            }
            KeyAlgorithm::Rsa => {
                let key = rsa::PublicKey::from_public_key_der(der.as_bytes()).map_err(malformed)?;
                let bits = key.n().bit_width();
                if !RSA_BITS.contains(&bits) {
                    return Err(InvalidKey::Size(bits));
                }
            }
            other => return Err(InvalidKey::Malformed(format!("{other:?} is not known"))),
        }
        validate_raw_public_key(key.scheme(), key.as_bytes()).map_err(malformed)?;
        Ok(Self { der, algorithm })
    }

    /// The SHA-256 digest of it (DER, `SubjectPublicKeyInfo`), as hexadecimal digits.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.der.as_bytes()))
    }

    /// Whether the holder of the key signed this message.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = SignatureBytes::from_bytes(signature);
        self.schemes()
            .iter()
            .any(|scheme| verify_signature(&self.der, message, &signature, *scheme).is_ok())
    }

    /// Whether the holder of the key signed a message with this SHA-256 digest. Nothing where the
    /// algorithm needs the message itself.
    pub(crate) fn verify_sha256(&self, digest: &[u8], signature: &[u8]) -> Option<bool> {
        let signature = SignatureBytes::from_bytes(signature);
        let scheme = match self.algorithm {
            KeyAlgorithm::EcdsaP256 => SigningScheme::EcdsaP256Sha256,
            KeyAlgorithm::EcdsaP384 => SigningScheme::EcdsaP384Sha256,
            KeyAlgorithm::Rsa => SigningScheme::RsaPkcs1Sha256,
            _ => return None,
        };
        Some(verify_signature_prehashed(&self.der, digest, &signature, scheme).is_ok())
    }

    /// It, as the library takes it.
    pub(crate) fn der(&self) -> &DerPublicKey {
        &self.der
    }

    /// How a holder may have signed: before version 3, cosign hashed with SHA-256 for every curve.
    fn schemes(&self) -> &'static [SigningScheme] {
        match self.algorithm {
            KeyAlgorithm::EcdsaP256 => &[SigningScheme::EcdsaP256Sha256],
            KeyAlgorithm::EcdsaP384 => {
                &[SigningScheme::EcdsaP384Sha384, SigningScheme::EcdsaP384Sha256]
            }
            KeyAlgorithm::Ed25519 => &[SigningScheme::Ed25519],
            KeyAlgorithm::Rsa => &[SigningScheme::RsaPkcs1Sha256],
            _ => &[],
        }
    }
}

fn malformed(error: impl std::fmt::Display) -> InvalidKey {
    InvalidKey::Malformed(crate::refusal::shown(&error.to_string()))
}
