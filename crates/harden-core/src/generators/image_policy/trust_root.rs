//! What signatures are trusted by, where it is not the public instance: certificates of authorities, keys of logs.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Manifest;
use crate::generators::OptionError;
use crate::kubernetes::Kind;

/// What the object is called.
pub(super) const NAME: &str = "harden-trusted-root";

const OPTION: &str = "--trusted-root";

/// A trusted root of sigstore, such as `cosign trusted-root create` writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedRoot {
    /// The file as it is, in one line.
    pub text: String,
    root: Root,
}

// `trustroot.v1.TrustedRoot` of sigstore/protobuf-specs, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Root {
    media_type: String,
    #[serde(default)]
    tlogs: Vec<Log>,
    #[serde(default)]
    ctlogs: Vec<Log>,
    #[serde(default)]
    certificate_authorities: Vec<Authority>,
    #[serde(default)]
    timestamp_authorities: Vec<Authority>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(default)]
    base_url: String,
    public_key: Bytes,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authority {
    #[serde(default)]
    subject: Subject,
    #[serde(default)]
    uri: String,
    cert_chain: Chain,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subject {
    #[serde(default)]
    organization: String,
    #[serde(default)]
    common_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Chain {
    certificates: Vec<Bytes>,
}

/// DER in Base64.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bytes {
    raw_bytes: String,
}

impl TrustedRoot {
    /// Takes a trusted root from a file.
    pub(super) fn read(file: &str, text: &str) -> Result<Self, OptionError> {
        let reject = |rule: &str| OptionError::new(OPTION, file, rule);
        let no_root = "it is no trusted root: write one with cosign trusted-root create";
        let value: Value = serde_json::from_str(text).map_err(|_| reject(no_root))?;
        let root: Root = serde_json::from_value(value.clone()).map_err(|_| reject(no_root))?;
        if !root.media_type.starts_with("application/vnd.dev.sigstore.trustedroot") {
            return Err(reject(no_root));
        }
        let logs = root.tlogs.iter().chain(&root.ctlogs).map(|it| &it.public_key);
        let authorities = root.certificate_authorities.iter().chain(&root.timestamp_authorities);
        let certificates = authorities.clone().flat_map(|it| &it.cert_chain.certificates);
        if logs.chain(certificates).any(|it| STANDARD.decode(&it.raw_bytes).is_err())
            || authorities.clone().any(|it| it.cert_chain.certificates.is_empty())
        {
            return Err(reject("a key or a certificate in it is no Base64, or missing"));
        }
        if root.tlogs.is_empty() && root.timestamp_authorities.is_empty() {
            return Err(reject(
                "it has neither a log nor an authority for times: nobody could tell when anything was signed",
            ));
        }
        Ok(Self { text: value.to_string(), root })
    }

    /// The object that policy-controller reads it from.
    pub(super) fn manifest(&self) -> Manifest {
        let logs = |all: &[Log]| -> Value {
            let items = all.iter().map(|it| {
                json!({
                    "baseURL": it.base_url,
                    "hashAlgorithm": "sha-256",
                    "publicKey": encoded([&it.public_key], "PUBLIC KEY"),
                })
            });
            items.collect()
        };
        let authorities = |all: &[Authority]| -> Value {
            let items = all.iter().map(|it| {
                json!({
                    "subject": {
                        "organization": it.subject.organization,
                        "commonName": it.subject.common_name,
                    },
                    "uri": it.uri,
                    "certChain": encoded(&it.cert_chain.certificates, "CERTIFICATE"),
                })
            });
            items.collect()
        };
        let root = &self.root;
        let mut keys = serde_json::Map::new();
        for (name, value) in [
            ("certificateAuthorities", authorities(&root.certificate_authorities)),
            ("ctLogs", logs(&root.ctlogs)),
            ("tLogs", logs(&root.tlogs)),
            ("timestampAuthorities", authorities(&root.timestamp_authorities)),
        ] {
            if value.as_array().is_some_and(|it| !it.is_empty()) {
                keys.insert(name.to_owned(), value);
            }
        }
        let why = "Says by which authorities and logs signatures are trusted.";
        Manifest::new(Kind::TRUST_ROOT, None, NAME, why, json!({"spec": {"sigstoreKeys": keys}}))
    }

    /// Where its log of signatures is.
    pub(super) fn log_address(&self) -> Option<&str> {
        self.root.tlogs.iter().map(|it| it.base_url.as_str()).find(|it| it.contains("://"))
    }

    /// Whether it has a log of signatures.
    pub(super) fn has_log(&self) -> bool {
        !self.root.tlogs.is_empty()
    }

    /// Whether it has an authority that certifies signers.
    pub(super) fn has_authority(&self) -> bool {
        !self.root.certificate_authorities.is_empty()
    }
}

/// PEM of DER, in Base64 once more, as fields of bytes are written.
fn encoded<'a>(all: impl IntoIterator<Item = &'a Bytes>, label: &str) -> String {
    let mut pem = String::new();
    for it in all {
        let _ = write!(pem, "-----BEGIN {label}-----");
        for (at, letter) in it.raw_bytes.chars().enumerate() {
            if at % 64 == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        let _ = writeln!(pem, "\n-----END {label}-----");
    }
    STANDARD.encode(pem)
}
