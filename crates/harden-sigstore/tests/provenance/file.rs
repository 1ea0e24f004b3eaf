//! A file of slsa-verifier's test data: the envelopes in it, and what is said of each.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use harden_sigstore::statement::PAYLOAD_TYPE;
use harden_sigstore::{
    Artefact, Digest, Evidence, Expectation, Legacy, Pattern, Refusal, Standing, Statement, Trust,
    Verified, verify,
};
use harness::Need;
use serde_json::Value;
use x509_cert::Certificate;
use x509_cert::der::{Decode as _, Encode as _};

/// One signed statement of a file.
#[derive(Debug)]
pub(crate) struct Signed {
    pub(crate) evidence: Evidence,
    pub(crate) statement: Statement,
}

/// The folder; `None` where it is not there.
pub(crate) fn folder() -> Option<PathBuf> {
    Need::Answers.at("slsa")
}

/// Every file below a folder, by its way, sorted.
pub(crate) fn all(folder: &Path) -> Vec<String> {
    let mut ways = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                folders.push(path);
            } else if name != "LICENSE" && path.extension().is_none_or(|it| it != "pem") {
                let way = path.strip_prefix(folder).unwrap().to_str().unwrap();
                ways.push(way.replace('\\', "/"));
            }
        }
    }
    ways.sort();
    ways
}

/// What is signed in a file: an envelope, a bundle, or npm's list of two bundles.
pub(crate) fn read(folder: &Path, way: &str) -> Vec<Signed> {
    let text = fs::read_to_string(folder.join(way)).unwrap();
    signed(&text)
}

/// The same of a text.
pub(crate) fn signed(text: &str) -> Vec<Signed> {
    let value: Value = serde_json::from_str(text).unwrap();
    if let Some(list) = value["attestations"].as_array() {
        return list.iter().map(|it| bundle(&it["bundle"])).collect();
    }
    if value.get("dsseEnvelope").is_some() {
        return vec![bundle(&value)];
    }
    let certificate = value["signatures"][0]["cert"].as_str().map(str::to_owned);
    let layer = Legacy {
        media_type: "application/vnd.dsse.envelope.v1+json".to_owned(),
        payload: text.as_bytes().to_vec(),
        certificate,
        ..Legacy::default()
    };
    vec![Signed { evidence: Evidence::Legacy(layer), statement: statement(&value) }]
}

fn bundle(value: &Value) -> Signed {
    let statement = statement(&value["dsseEnvelope"]);
    Signed { evidence: Evidence::Bundle(value.to_string()), statement }
}

fn statement(envelope: &Value) -> Statement {
    let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    assert_eq!(envelope["payloadType"], PAYLOAD_TYPE);
    Statement::read(PAYLOAD_TYPE, &payload).unwrap()
}

/// npm's key of the years to 2025, which signs what it publishes: <https://registry.npmjs.org/-/npm/v1/keys>.
const NPM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1Olb3zMAFFxXKHiIkQO5cJ3Yhl5i
6UPp+IhuteBJbuHcA5UogKo0EWtlWwW6KSaKoTNEYL7JlCQiVnkhBktUgg==
-----END PUBLIC KEY-----
";

impl Signed {
    /// What is said of it by the public instance of Sigstore, whoever signed on GitHub.
    pub(crate) fn verify(&self, trust: &Trust) -> Result<Verified, Refusal> {
        let keyless = Expectation::Keyless {
            identity: Pattern::Regexp(regex_lite::Regex::new("^https://github.com/").unwrap()),
            issuer: Pattern::Exact("https://token.actions.githubusercontent.com".to_owned()),
        };
        verify(Artefact::Digest(&self.digest()), &self.evidence, trust, &keyless)
    }

    /// What is said of it by npm's key.
    pub(crate) fn verify_npm(&self, trust: &Trust) -> Result<Verified, Refusal> {
        let key = Expectation::Key(NPM.to_owned());
        verify(Artefact::Digest(&self.digest()), &self.evidence, trust, &key)
    }

    /// Whether the signature fits the key in the certificate of the envelope, whoever issued that, and when.
    pub(crate) fn verify_by_certificate(&self, trust: &Trust) -> Result<Verified, Refusal> {
        let Evidence::Legacy(layer) = &self.evidence else { panic!("it is a bundle") };
        let pem = layer.certificate.as_deref().unwrap();
        let certificate = Certificate::from_der(pem::parse(pem).unwrap().contents()).unwrap();
        let der = certificate.tbs_certificate.subject_public_key_info.to_der().unwrap();
        let key = Expectation::Key(pem::encode(&pem::Pem::new("PUBLIC KEY", der)));
        let bare = Evidence::Legacy(Legacy { certificate: None, ..layer.clone() });
        verify(Artefact::Digest(&self.digest()), &bare, trust, &key)
    }

    pub(crate) fn standing(&self, verified: Option<&Verified>) -> Standing {
        let reading = self.statement.reading().unwrap();
        Standing::of(reading.provenance(), verified)
    }

    /// What the first subject is; npm names its packages by SHA-512 alone.
    fn digest(&self) -> Digest {
        let hex = self.statement.subjects[0].sha256();
        hex.map_or_else(|| Digest::of(b"not here"), |it| format!("sha256:{it}").parse().unwrap())
    }
}
