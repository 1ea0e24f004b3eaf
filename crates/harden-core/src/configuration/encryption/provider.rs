//! What encrypts.

use std::fmt;

use harden_yaml::{Place, json};

use super::{Key, Kms};

/// A provider of a rule that the server takes: exactly one kind is set.
#[derive(Debug, Clone)]
pub struct Provider<'d> {
    /// Where it is: the entry of the list.
    pub place: Place<'d>,
    /// What it is.
    pub kind: ProviderKind,
    /// Its keys, without their secrets; none for `identity` and `kms`.
    pub keys: Vec<Key<'d>>,
    /// The KMS plugin, where it is one.
    pub kms: Option<Kms<'d>>,
}

/// A kind of provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProviderKind {
    /// AES-GCM with a random nonce: at most 200,000 writes per key.
    AesGcm,
    /// AES-CBC without authentication.
    AesCbc,
    /// XSalsa20 and Poly1305.
    Secretbox,
    /// No encryption at all.
    Identity,
    /// Envelope encryption by a plugin.
    Kms,
}

impl ProviderKind {
    /// All of them, in the order of the server's own type.
    pub const ALL: [Self; 5] =
        [Self::AesGcm, Self::AesCbc, Self::Secretbox, Self::Identity, Self::Kms];

    /// Its field.
    pub fn field(self) -> &'static str {
        match self {
            Self::AesGcm => "aesgcm",
            Self::AesCbc => "aescbc",
            Self::Secretbox => "secretbox",
            Self::Identity => "identity",
            Self::Kms => "kms",
        }
    }

    /// The lengths of keys that it takes, in bytes.
    pub fn key_lengths(self) -> &'static [usize] {
        match self {
            Self::AesGcm | Self::AesCbc => &[16, 24, 32],
            Self::Secretbox => &[32],
            Self::Identity | Self::Kms => &[],
        }
    }

    /// The name in the server's own type.
    fn internal_name(self) -> &'static str {
        match self {
            Self::AesGcm => "AESGCM",
            Self::AesCbc => "AESCBC",
            Self::Secretbox => "Secretbox",
            Self::Identity => "Identity",
            Self::Kms => "KMS",
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.field())
    }
}

impl<'d> Provider<'d> {
    pub(super) fn read(place: Place<'d>) -> Option<Self> {
        let kind = ProviderKind::ALL.into_iter().find(|it| place.at(it.field()).exists())?;
        let field = place.at(kind.field());
        let keys = field.at("keys").items().map(Key::read).collect();
        let kms = (kind == ProviderKind::Kms).then(|| Kms::read(field));
        Some(Self { place, kind, keys, kms })
    }

    /// Where its settings are.
    pub fn field(&self) -> Place<'d> {
        self.place.at(self.kind.field())
    }
}

/// A provider as the server prints its own type; with `REDACTED` for the keys, which it prints.
pub(super) fn printed(place: Place<'_>) -> String {
    let fields = ProviderKind::ALL.map(|kind| {
        let field = place.at(kind.field());
        let value = match kind {
            _ if !field.exists() => "null".to_owned(),
            ProviderKind::Identity => "{}".to_owned(),
            ProviderKind::Kms => Kms::read(field).printed(),
            _ => format!("{{\"Keys\":{}}}", keys(field.at("keys"))),
        };
        format!("\"{}\":{value}", kind.internal_name())
    });
    format!("{{{}}}", fields.join(","))
}

fn keys(list: Place<'_>) -> String {
    if !list.exists() {
        return "null".to_owned();
    }
    let keys = list.items().map(|place| {
        let is_set = place.at("secret").as_str().is_some_and(|it| !it.is_empty());
        let name = json::quoted(place.at("name").as_str().unwrap_or_default());
        let secret = if is_set { "REDACTED" } else { "" };
        format!("{{\"Name\":{name},\"Secret\":\"{secret}\"}}")
    });
    format!("[{}]", keys.collect::<Vec<_>>().join(","))
}
