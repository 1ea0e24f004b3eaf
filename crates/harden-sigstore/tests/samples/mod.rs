//! Images that were signed in every way, as `tests/peers/signed-images` makes them.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use harden_sigstore::{
    Artefact, Digest, Evidence, Expectation, Legacy, Pattern, Refusal, Trust, Verified, verify,
};
use serde_json::Value;

pub(crate) const IDENTITY: &str =
    "https://github.com/example/app/.github/workflows/release.yaml@refs/heads/main";
pub(crate) const ISSUER: &str = "https://token.actions.githubusercontent.com";

const IMAGES: &str = include_str!("../images/images.jsonl");

/// The trusted root of the sigstore that signed what is called `own-…`.
pub(crate) const OWN: &str = include_str!("../../../../tests/peers/signed-images/root.json");
/// That of the other one.
pub(crate) const PUBLIC: &str = include_str!("../images/public.json");
/// The key of those whose name begins with `key` or `own-key`.
pub(crate) const KEY: &str = include_str!("../../../../tests/peers/signed-images/key.pub");

/// A signature or a statement of an image.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    pub(crate) image: String,
    pub(crate) digest: Digest,
    pub(crate) evidence: Evidence,
}

impl Sample {
    pub(crate) fn all() -> Vec<Self> {
        IMAGES.lines().map(Self::read).collect()
    }

    /// The first of an image.
    pub(crate) fn of(image: &str) -> Self {
        Self::all().into_iter().find(|it| it.image == image).unwrap()
    }

    /// Those of an image.
    pub(crate) fn all_of(image: &str) -> Vec<Self> {
        Self::all().into_iter().filter(|it| it.image == image).collect()
    }

    pub(crate) fn read(line: &str) -> Self {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap().to_owned();
        let payload = BASE64.decode(text("payload")).unwrap();
        let media_type = text("mediaType");
        let evidence = if media_type.contains("bundle") {
            Evidence::Bundle(String::from_utf8(payload).unwrap())
        } else {
            let annotations: BTreeMap<String, String> =
                serde_json::from_value(line["annotations"].clone()).unwrap();
            Evidence::Legacy(Legacy::of_layer(&media_type, payload, &annotations))
        };
        Self { image: text("image"), digest: text("digest").parse().unwrap(), evidence }
    }

    /// Who signed it, as one expects it who trusts them.
    pub(crate) fn expectation(&self) -> Expectation {
        if self.image.contains("key") { by_key(KEY) } else { by(IDENTITY, ISSUER) }
    }

    pub(crate) fn verify(&self) -> Result<Verified, Refusal> {
        self.verify_as(&self.expectation())
    }

    pub(crate) fn verify_as(&self, expectation: &Expectation) -> Result<Verified, Refusal> {
        let trust = Trust::of_json([OWN, PUBLIC]).unwrap();
        verify(Artefact::Digest(&self.digest), &self.evidence, &trust, expectation)
    }

    /// It with a change of its bundle.
    pub(crate) fn with(&self, change: impl FnOnce(&mut Value)) -> Self {
        let Evidence::Bundle(text) = &self.evidence else { panic!("{} is no bundle", self.image) };
        let mut value = serde_json::from_str(text).unwrap();
        change(&mut value);
        Self { evidence: Evidence::Bundle(value.to_string()), ..self.clone() }
    }

    /// It with a change of its layer.
    pub(crate) fn with_layer(&self, change: impl FnOnce(&mut Legacy)) -> Self {
        let Evidence::Legacy(layer) = &self.evidence else { panic!("{} is a bundle", self.image) };
        let mut layer = layer.clone();
        change(&mut layer);
        Self { evidence: Evidence::Legacy(layer), ..self.clone() }
    }
}

pub(crate) fn by_key(pem: &str) -> Expectation {
    Expectation::Key(pem.to_owned())
}

pub(crate) fn by(identity: &str, issuer: &str) -> Expectation {
    let exact = |text: &str| Pattern::Exact(text.to_owned());
    Expectation::Keyless { identity: exact(identity), issuer: exact(issuer) }
}

/// The name of a refusal without what it says.
pub(crate) fn kind(refusal: &Refusal) -> String {
    format!("{refusal:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}
