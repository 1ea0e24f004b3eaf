//! Private keys: read from PEM, and signing with them.

mod locked;
mod pem;

use std::fmt;

use ed25519_dalek::Signer as _;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use rsa::pkcs1::DecodeRsaPrivateKey as _;
use rsa::signature::SignatureEncoding as _;
use rsa::traits::PublicKeyParts as _;
use thiserror::Error;
use zeroize::Zeroizing;

pub use locked::LockedKey;

use crate::Digest;

/// The fewest bits of an RSA key that cosign takes.
const RSA_BITS: u32 = 2048;

/// A private key as a file holds it.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "one is made per run; it is smaller where addresses are"
)]
pub enum KeyFile {
    /// The key itself.
    Plain(PrivateKey),
    /// The key, encrypted with a password as cosign does it.
    Locked(LockedKey),
}

impl KeyFile {
    /// Reads PEM: cosign's encrypted keys, PKCS#8, or what OpenSSL wrote before (SEC1, PKCS#1).
    ///
    /// The first block that is a private key counts: OpenSSL writes parameters before some.
    pub fn of_pem(text: &str) -> Result<Self, KeyError> {
        let mut other = None;
        for block in pem::blocks(text) {
            let block = block?;
            return match block.label {
                locked::LABEL | locked::OLDER_LABEL => {
                    LockedKey::of_json(&block.content).map(Self::Locked)
                }
                "PRIVATE KEY" => PrivateKey::of_pkcs8(&block.content).map(Self::Plain),
                "EC PRIVATE KEY" => PrivateKey::of_sec1(&block.content).map(Self::Plain),
                "RSA PRIVATE KEY" => PrivateKey::of_pkcs1(&block.content).map(Self::Plain),
                "ENCRYPTED PRIVATE KEY" => Err(KeyError::LockedByOthers),
                "OPENSSH PRIVATE KEY" => Err(KeyError::OpenSsh),
                label => {
                    other = Some(label.to_owned());
                    continue;
                }
            };
        }
        Err(other.map_or(KeyError::None, KeyError::Other))
    }
}

/// A private key, which signs always the same way: the same message makes the same signature.
pub struct PrivateKey(Kind);

/// The libraries erase each when it is dropped.
enum Kind {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
    Rsa(rsa::pkcs1v15::SigningKey<sha2::Sha256>),
}

impl PrivateKey {
    /// A key for ECDSA with P-256, as cosign makes them, from random bytes; none from the few that are no such key.
    pub fn p256(random: &[u8; 32]) -> Option<Self> {
        p256::ecdsa::SigningKey::from_slice(random).ok().map(|it| Self(Kind::P256(it)))
    }

    /// Reads PKCS#8, as DER.
    pub fn of_pkcs8(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(key) = p256::ecdsa::SigningKey::from_pkcs8_der(der) {
            return Ok(Self(Kind::P256(key)));
        }
        if let Ok(key) = p384::ecdsa::SigningKey::from_pkcs8_der(der) {
            return Ok(Self(Kind::P384(key)));
        }
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_der(der) {
            return Ok(Self(Kind::Ed25519(key)));
        }
        rsa::PrivateKey::from_pkcs8_der(der).map_err(|_| KeyError::Unknown).and_then(Self::rsa)
    }

    fn of_sec1(der: &[u8]) -> Result<Self, KeyError> {
        if let Ok(key) = p256::SecretKey::from_sec1_der(der) {
            return Ok(Self(Kind::P256(key.into())));
        }
        let key = p384::SecretKey::from_sec1_der(der).map_err(|_| KeyError::Unknown)?;
        Ok(Self(Kind::P384(key.into())))
    }

    fn of_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        rsa::PrivateKey::from_pkcs1_der(der).map_err(|_| KeyError::Unknown).and_then(Self::rsa)
    }

    fn rsa(key: rsa::PrivateKey) -> Result<Self, KeyError> {
        if key.n().bit_width() < RSA_BITS {
            return Err(KeyError::Short(key.n().bit_width()));
        }
        Ok(Self(Kind::Rsa(rsa::pkcs1v15::SigningKey::new(key))))
    }

    /// Signs a message: ECDSA with the digest that fits the curve, as DER; Ed25519; RSA with PKCS#1 v1.5 and SHA-256.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        match &self.0 {
            Kind::P256(key) => {
                let signature: p256::ecdsa::DerSignature =
                    key.try_sign(message).map_err(|_| KeyError::Unusable)?;
                Ok(signature.to_vec())
            }
            Kind::P384(key) => {
                let signature: p384::ecdsa::DerSignature =
                    key.try_sign(message).map_err(|_| KeyError::Unusable)?;
                Ok(signature.to_vec())
            }
            Kind::Ed25519(key) => Ok(key.sign(message).to_bytes().to_vec()),
            Kind::Rsa(key) => {
                key.try_sign(message).map(|it| it.to_vec()).map_err(|_| KeyError::Unusable)
            }
        }
    }

    /// The public half as DER, `SubjectPublicKeyInfo`.
    pub fn public_der(&self) -> Result<Vec<u8>, KeyError> {
        let der = match &self.0 {
            Kind::P256(key) => key.verifying_key().to_public_key_der(),
            Kind::P384(key) => key.verifying_key().to_public_key_der(),
            Kind::Ed25519(key) => key.verifying_key().to_public_key_der(),
            Kind::Rsa(key) => {
                let private: &rsa::PrivateKey = key.as_ref();
                private.to_public_key().to_public_key_der()
            }
        };
        der.map(|it| it.as_bytes().to_vec()).map_err(|_| KeyError::Unusable)
    }

    /// The public half as PEM, as cosign writes it.
    pub fn public_pem(&self) -> Result<String, KeyError> {
        Ok(pem::write("PUBLIC KEY", &self.public_der()?).to_string())
    }

    /// The digest of the public half, by which signatures name the key.
    pub fn digest(&self) -> Result<Digest, KeyError> {
        Ok(Digest::of(&self.public_der()?))
    }

    /// The file that cosign makes of the key: PEM, encrypted with a password.
    ///
    /// The salt and the nonce are random, and of this file alone.
    pub fn lock(
        &self,
        password: &[u8],
        salt: &[u8; 32],
        nonce: &[u8; 24],
    ) -> Result<Zeroizing<String>, KeyError> {
        let der = match &self.0 {
            Kind::P256(key) => key.to_pkcs8_der(),
            Kind::P384(key) => key.to_pkcs8_der(),
            Kind::Ed25519(key) => key.to_pkcs8_der(),
            Kind::Rsa(key) => {
                let private: &rsa::PrivateKey = key.as_ref();
                private.to_pkcs8_der()
            }
        };
        let der = der.map_err(|_| KeyError::Unusable)?;
        let json = locked::lock(der.as_bytes(), password, salt, nonce)?;
        Ok(pem::write(locked::LABEL, json.as_bytes()))
    }
}

impl fmt::Debug for PrivateKey {
    /// Of what kind it is, and nothing of it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::P256(_) => "PrivateKey(P-256)",
            Kind::P384(_) => "PrivateKey(P-384)",
            Kind::Ed25519(_) => "PrivateKey(Ed25519)",
            Kind::Rsa(_) => "PrivateKey(RSA)",
        })
    }
}

/// Why there is no private key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// There is no PEM.
    #[error(
        "there is no private key in it: it must be PEM, as `cosign generate-key-pair` or openssl writes it"
    )]
    None,
    /// There is PEM, but of something else.
    #[error("there is no private key in it, but a {0}: name the file with the private key")]
    Other(String),
    /// A block does not end, or is no base64.
    #[error("the private key is damaged: it is no whole PEM")]
    Damaged,
    /// A key that another program encrypted.
    #[error(
        "the private key is encrypted, but not by cosign: decrypt it with `openssl pkey`, then encrypt it with \
         `cosign import-key-pair`"
    )]
    LockedByOthers,
    /// A key of SSH.
    #[error("it is a key of SSH: `ssh-keygen -p -m PKCS8 -f FILE` writes it as PKCS#8")]
    OpenSsh,
    /// No key of a kind that is known.
    #[error("the private key is damaged, or none of ECDSA with P-256 or P-384, Ed25519 or RSA")]
    Unknown,
    /// An RSA key with so many bits.
    #[error("the RSA key has {0} bits, where cosign takes no less than 2048: make another key")]
    Short(u32),
    /// The library refused the key.
    #[error("the private key is none to sign with: make another key")]
    Unusable,
    /// The envelope around an encrypted key is not cosign's.
    #[error("the private key is damaged: it is not encrypted as cosign does it")]
    Envelope,
    /// The password opens nothing.
    #[error("the password does not open the private key, or the key is damaged")]
    Password,
}

#[cfg(test)]
mod tests;
