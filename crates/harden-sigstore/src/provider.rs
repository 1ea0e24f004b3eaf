//! The cryptography of the library that verifies, all in Rust: no C, the same in a browser.

use std::fmt::Display;

use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::{Pkcs1v15Sign, Pss};
use sha2::{Digest, Sha256, Sha384, Sha512};
use sigstore_verify::crypto::{
    CryptoProvider, Error, HashContext, Result, SigningScheme, install_default_provider,
};
use sigstore_verify::types::HashAlgorithm;

/// Makes the library compute with what is here. A program that chose another way before keeps it.
pub(crate) fn install() {
    let _ = install_default_provider(&Provider);
}

#[derive(Debug)]
struct Provider;

struct Context<D>(D);

impl<D: Digest + Send> HashContext for Context<D> {
    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self: Box<Self>) -> Vec<u8> {
        self.0.finalize().to_vec()
    }
}

impl CryptoProvider for Provider {
    fn hash(&self, algorithm: HashAlgorithm) -> Result<Box<dyn HashContext>> {
        match algorithm {
            HashAlgorithm::Sha2256 => Ok(Box::new(Context(Sha256::new()))),
            HashAlgorithm::Sha2384 => Ok(Box::new(Context(Sha384::new()))),
            HashAlgorithm::Sha2512 => Ok(Box::new(Context(Sha512::new()))),
            other => Err(Error::UnsupportedAlgorithm(other.to_string())),
        }
    }

    fn verify_raw(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        data: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        if scheme == SigningScheme::Ed25519 {
            return verify_ed25519(key, data, signature);
        }
        let algorithm = scheme.hash_algorithm().ok_or_else(|| unsupported(scheme))?;
        let mut context = self.hash(algorithm)?;
        context.update(data);
        self.verify_prehashed(scheme, key, &context.finalize(), signature)
    }

    fn verify_prehashed(
        &self,
        scheme: SigningScheme,
        key: &[u8],
        digest: &[u8],
        signature: &[u8],
    ) -> Result<()> {
        match scheme {
            SigningScheme::EcdsaP256Sha256 | SigningScheme::EcdsaP256Sha384 => {
                verify_p256(key, digest, signature)
            }
            SigningScheme::EcdsaP384Sha256 | SigningScheme::EcdsaP384Sha384 => {
                verify_p384(key, digest, signature)
            }
            _ => verify_rsa(scheme, key, digest, signature),
        }
    }
}

fn verify_ed25519(key: &[u8], data: &[u8], signature: &[u8]) -> Result<()> {
    let key = key.try_into().map_err(|_| Error::InvalidKey("it is not of 32 bytes".into()))?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(invalid)?;
    let signature = ed25519_dalek::Signature::from_slice(signature).map_err(failed)?;
    // Strict: what one library takes and another refuses is no signature. By such a key, cosign signs
    // files as they are, and images and statements by their digest (Ed25519ph).
    key.verify_strict(data, &signature)
        .or_else(|_| key.verify_prehashed_strict(Sha512::new_with_prefix(data), None, &signature))
        .map_err(failed)
}

fn verify_p256(key: &[u8], digest: &[u8], signature: &[u8]) -> Result<()> {
    use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
    let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(key).map_err(invalid)?;
    let signature = p256::ecdsa::Signature::from_der(signature).map_err(failed)?;
    key.verify_prehash(digest, &signature).map_err(failed)
}

fn verify_p384(key: &[u8], digest: &[u8], signature: &[u8]) -> Result<()> {
    use p384::ecdsa::signature::hazmat::PrehashVerifier as _;
    let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(key).map_err(invalid)?;
    let signature = p384::ecdsa::Signature::from_der(signature).map_err(failed)?;
    key.verify_prehash(digest, &signature).map_err(failed)
}

fn verify_rsa(scheme: SigningScheme, key: &[u8], digest: &[u8], signature: &[u8]) -> Result<()> {
    let key = rsa::PublicKey::from_pkcs1_der(key).map_err(invalid)?;
    match scheme {
        SigningScheme::RsaPkcs1Sha256 => {
            key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature)
        }
        SigningScheme::RsaPkcs1Sha384 => {
            key.verify(Pkcs1v15Sign::new::<Sha384>(), digest, signature)
        }
        SigningScheme::RsaPkcs1Sha512 => {
            key.verify(Pkcs1v15Sign::new::<Sha512>(), digest, signature)
        }
        SigningScheme::RsaPssSha256 => key.verify(Pss::<Sha256>::new(), digest, signature),
        SigningScheme::RsaPssSha384 => key.verify(Pss::<Sha384>::new(), digest, signature),
        SigningScheme::RsaPssSha512 => key.verify(Pss::<Sha512>::new(), digest, signature),
        other => return Err(unsupported(other)),
    }
    .map_err(failed)
}

fn unsupported(scheme: SigningScheme) -> Error {
    Error::UnsupportedAlgorithm(scheme.name().to_owned())
}

fn invalid(error: impl Display) -> Error {
    Error::InvalidKey(error.to_string())
}

fn failed(error: impl Display) -> Error {
    Error::Verification(error.to_string())
}
