//! What is to write: a key of the file, or a KMS plugin.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use super::configuration::scalar;
use crate::configuration::encryption::{self, ProviderKind};

/// What encrypts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Provider {
    /// XSalsa20 and Poly1305, with a key in the file
    #[default]
    Secretbox,
    /// AES-GCM, with a key in the file that lasts for 200,000 writes
    Aesgcm,
    /// AES-CBC, with a key in the file; weak, for whoever must
    Aescbc,
    /// A KMS v2 plugin, which keeps the key away from the file
    Kms,
}

impl Provider {
    /// What the API server calls it.
    pub(super) fn kind(self) -> ProviderKind {
        match self {
            Self::Secretbox => ProviderKind::Secretbox,
            Self::Aesgcm => ProviderKind::AesGcm,
            Self::Aescbc => ProviderKind::AesCbc,
            Self::Kms => ProviderKind::Kms,
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind().fmt(f)
    }
}

/// What the user should know of a provider that is weaker than others.
pub(super) fn warning(kind: ProviderKind) -> Option<&'static str> {
    match kind {
        ProviderKind::AesCbc => Some(
            "aescbc authenticates nothing and is open to padding oracles: use it only where secretbox and kms are not allowed",
        ),
        ProviderKind::AesGcm => Some(
            "aesgcm draws its nonces at random, so that a key is worn out after 200,000 writes: rotate it on a schedule, or use secretbox",
        ),
        _ => None,
    }
}

/// A plugin, as it is written in the file; what is not set is left to the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kms {
    pub(super) api_version: Option<String>,
    pub(super) name: String,
    pub(super) endpoint: String,
    pub(super) timeout: Option<String>,
    pub(super) cache_size: Option<i64>,
}

impl Kms {
    pub(super) fn read(kms: &encryption::Kms<'_>) -> Self {
        let text = |key| kms.place.at(key).as_str().map(str::to_owned);
        Self {
            api_version: text("apiVersion"),
            name: kms.name.to_owned(),
            endpoint: kms.endpoint.to_owned(),
            timeout: text("timeout"),
            cache_size: kms.place.at("cachesize").as_i64(),
        }
    }

    /// The folder of the socket on the host, when the address names a file.
    pub(super) fn folder(&self) -> Option<&str> {
        let path = self.endpoint.strip_prefix("unix://")?;
        let folder = path.strip_prefix('/').and(path.rsplit_once('/'))?.0;
        (!folder.is_empty()).then_some(folder)
    }

    pub(super) fn write(&self, text: &mut String) -> fmt::Result {
        text.write_str("  - kms:\n")?;
        let mut field = |key: &str, value: Option<&String>| match value {
            Some(value) => writeln!(text, "      {key}: {}", scalar(value)),
            None => Ok(()),
        };
        field("apiVersion", self.api_version.as_ref())?;
        field("name", Some(&self.name))?;
        field("endpoint", Some(&self.endpoint))?;
        field("timeout", self.timeout.as_ref())?;
        match self.cache_size {
            Some(size) => writeln!(text, "      cachesize: {size}"),
            None => Ok(()),
        }
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident, $check:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// As it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidKms;

            fn from_str(text: &str) -> Result<Self, InvalidKms> {
                let check: fn(&str) -> Result<(), String> = $check;
                check(text).map(|()| Self(text.to_owned())).map_err(InvalidKms)
            }
        }
    )+};
}

words! {
    /// The address of a plugin's socket, such as `unix:///var/run/kms/vault.sock`.
    KmsEndpoint, encryption::socket;
    /// The name of a plugin, which etcd holds before each value.
    KmsName, name;
    /// How long the server waits for a plugin, such as `3s`.
    KmsTimeout, encryption::timeout;
}

/// Why the API server does not take a setting of a plugin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidKms(String);

fn name(text: &str) -> Result<(), String> {
    let is_named = |it: char| it.is_ascii_graphic() && it != ':';
    if !text.is_empty() && text.chars().all(is_named) {
        return Ok(());
    }
    Err("must be a name without blanks and ':', which ends it in etcd".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_plugins_are_checked_as_the_server_does() {
        for (endpoint, error) in [
            ("", "endpoint is a mandatory field for a kms"),
            (
                "https://127.0.0.1:1",
                "unsupported scheme \"https\" for KMS provider, only unix is supported",
            ),
        ] {
            assert_eq!(
                endpoint.parse::<KmsEndpoint>().map_err(|it| it.to_string()),
                Err(error.to_owned())
            );
        }
        assert!("unix:///var/run/kms/vault.sock".parse::<KmsEndpoint>().is_ok());
        for (text, is_good) in [("3s", true), ("1m30s", true), ("0s", false), ("5", false)] {
            assert_eq!(text.parse::<KmsTimeout>().is_ok(), is_good, "{text}");
        }
        for (text, is_good) in [("vault", true), ("a:b", false), ("", false), ("a b", false)] {
            assert_eq!(text.parse::<KmsName>().is_ok(), is_good, "{text}");
        }
    }
}
