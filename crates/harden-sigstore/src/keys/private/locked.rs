//! A private key that is encrypted with a password as cosign does it: scrypt makes a key of the password, and NaCl's
//! secretbox (XSalsa20 and Poly1305) encrypts with it.
//!
//! Source: <https://github.com/secure-systems-lab/go-securesystemslib/blob/v0.11.0/encrypted/encrypted.go>

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ctutils::CtEq as _;
use poly1305::Poly1305;
use poly1305::universal_hash::KeyInit as _;
use salsa20::XSalsa20;
use salsa20::cipher::{KeyIvInit as _, StreamCipher as _};
use scrypt::Params;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyError, PrivateKey};

/// What cosign calls such a key.
pub(super) const LABEL: &str = "ENCRYPTED SIGSTORE PRIVATE KEY";

/// What cosign called it before version 2.
pub(super) const OLDER_LABEL: &str = "ENCRYPTED COSIGN PRIVATE KEY";

const KDF: &str = "scrypt";
const CIPHER: &str = "nacl/secretbox";

/// The costs that cosign takes: a file cannot ask for more memory than 128 MiB.
const COSTS: [u32; 3] = [1 << 15, COST, 1 << 17];

/// The cost that cosign writes.
const COST: u32 = 1 << 16;

const BLOCK_SIZE: u32 = 8;
const PARALLELISM: u32 = 1;
const TAG_SIZE: usize = 16;

/// A private key, encrypted with a password.
pub struct LockedKey {
    cost: u32,
    salt: Vec<u8>,
    nonce: [u8; 24],
    sealed: Vec<u8>,
}

impl fmt::Debug for LockedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LockedKey")
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    kdf: Kdf,
    cipher: Cipher,
    ciphertext: String,
}

#[derive(Serialize, Deserialize)]
struct Kdf {
    name: String,
    params: Costs,
    salt: String,
}

#[derive(Serialize, Deserialize)]
struct Costs {
    #[serde(rename = "N")]
    n: u32,
    r: u32,
    p: u32,
}

#[derive(Serialize, Deserialize)]
struct Cipher {
    name: String,
    nonce: String,
}

impl LockedKey {
    pub(super) fn of_json(json: &[u8]) -> Result<Self, KeyError> {
        let Envelope { kdf, cipher, ciphertext } =
            serde_json::from_slice(json).map_err(|_| KeyError::Envelope)?;
        let is_known = kdf.name == KDF
            && cipher.name == CIPHER
            && COSTS.contains(&kdf.params.n)
            && (kdf.params.r, kdf.params.p) == (BLOCK_SIZE, PARALLELISM);
        if !is_known {
            return Err(KeyError::Envelope);
        }
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| KeyError::Envelope);
        Ok(Self {
            cost: kdf.params.n,
            salt: bytes(&kdf.salt)?,
            nonce: bytes(&cipher.nonce)?.try_into().map_err(|_| KeyError::Envelope)?,
            sealed: bytes(&ciphertext)?,
        })
    }

    /// Decrypts the key with the password.
    pub fn open(&self, password: &[u8]) -> Result<PrivateKey, KeyError> {
        let (tag, sealed) =
            self.sealed.split_first_chunk::<TAG_SIZE>().ok_or(KeyError::Envelope)?;
        let key = derive(password, &self.salt, self.cost)?;
        let (mut stream, authenticator) = ciphers(&key, &self.nonce);
        let made = authenticator.compute_unpadded(sealed);
        if !made.as_slice().ct_eq(tag.as_slice()).to_bool() {
            return Err(KeyError::Password);
        }
        let mut opened = Zeroizing::new(sealed.to_vec());
        stream.apply_keystream(&mut opened);
        PrivateKey::of_pkcs8(&opened)
    }
}

/// Encrypts a key, as the JSON in cosign's files.
pub(super) fn lock(
    plain: &[u8],
    password: &[u8],
    salt: &[u8; 32],
    nonce: &[u8; 24],
) -> Result<Zeroizing<String>, KeyError> {
    let key = derive(password, salt, COST)?;
    let (mut stream, authenticator) = ciphers(&key, nonce);
    let mut sealed = Zeroizing::new(plain.to_vec());
    stream.apply_keystream(&mut sealed);
    let tag = authenticator.compute_unpadded(&sealed);
    let envelope = Envelope {
        kdf: Kdf {
            name: KDF.to_owned(),
            params: Costs { n: COST, r: BLOCK_SIZE, p: PARALLELISM },
            salt: STANDARD.encode(salt),
        },
        cipher: Cipher { name: CIPHER.to_owned(), nonce: STANDARD.encode(nonce) },
        ciphertext: STANDARD.encode([tag.as_slice(), sealed.as_slice()].concat()),
    };
    serde_json::to_string(&envelope).map(Zeroizing::new).map_err(|_| KeyError::Unusable)
}

fn derive(password: &[u8], salt: &[u8], cost: u32) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let bits = u8::try_from(cost.ilog2()).map_err(|_| KeyError::Envelope)?;
    let params = Params::new(bits, BLOCK_SIZE, PARALLELISM).map_err(|_| KeyError::Envelope)?;
    let mut key = Zeroizing::new([0; 32]);
    scrypt::scrypt(password, salt, &params, key.as_mut()).map_err(|_| KeyError::Envelope)?;
    Ok(key)
}

/// The stream of secretbox after its first 32 bytes, and the authenticator whose key these are.
fn ciphers(key: &[u8; 32], nonce: &[u8; 24]) -> (XSalsa20, Poly1305) {
    let mut stream = XSalsa20::new(key.into(), nonce.into());
    let mut first = Zeroizing::new([0; 32]);
    stream.apply_keystream(first.as_mut());
    let authenticator = Poly1305::new((&*first).into());
    (stream, authenticator)
}
