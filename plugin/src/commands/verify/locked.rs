//! The lock: who signed before is expected again, and what was seen now is kept.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use harden_core::kubernetes::Date;
use harden_core::lock::{Attestation, Found, Identity, ImageConfig, Lock, Locked, Signer};
use harden_sigstore::answer::{Answer, Held, Outcome};
use harden_sigstore::{self as sigstore, Expectation, Pattern, Reading};
use serde_json::Value;

use super::image::Learnt;
use crate::commands::generate::machine;
use crate::deliver::folder;
use crate::input;

/// A lock that is read, and written again.
pub(super) struct Keeper {
    path: PathBuf,
    lock: Lock,
    kept: Vec<Locked>,
    today: Date,
}

impl Keeper {
    /// Reads a lock; one that is not there yet is empty.
    ///
    /// # Errors
    ///
    /// It is there, and cannot be read or is none.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let lock = match input::read_utf8(path) {
            Ok(text) => Lock::read(&text).with_context(|| path.display().to_string())?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Lock::default(),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        let today = machine::today()?;
        Ok(Self { path: path.to_owned(), lock, kept: Vec::new(), today })
    }

    pub(super) fn lock(&self) -> &Lock {
        &self.lock
    }

    /// Keeps what was seen of an image, and says what is to be known of it.
    pub(super) fn keep(&mut self, image: &str, learnt: &Learnt) -> Vec<String> {
        let Learnt { answer, expected, config, .. } = learnt;
        let before = known(&self.lock, image);
        let digest = answer.digest.to_string();
        let mut notes = Vec::new();
        let outcome = answer.outcome();
        let is_kept = match (outcome, before) {
            (Outcome::Verified, _) | (Outcome::Unsigned, None) => true,
            (Outcome::Unsigned, Some(before)) => before.signers.is_empty(),
            (Outcome::Refused | Outcome::Unknown, _) => false,
        };
        match before {
            Some(before) if !is_kept => notes.push(format!(
                "the lock still has of {image} what was seen on {}: {}",
                before.verified, before.digest
            )),
            None if !is_kept => notes.push(format!("{image} is not put into the lock")),
            Some(before) if before.digest != digest => {
                notes.push(format!("{image} was {} before, and is {digest} now", before.digest));
            }
            _ => {}
        }
        if is_kept {
            let (signers, attestations) = seen(answer, expected);
            let (image, verified) = (image.to_owned(), self.today);
            let config = config.as_ref().map(said);
            self.kept.push(Locked { image, digest, verified, signers, attestations, config });
        }
        notes
    }

    /// Writes the lock, whole or not at all.
    ///
    /// # Errors
    ///
    /// It cannot be written.
    pub(super) fn write(self) -> anyhow::Result<()> {
        if self.kept.is_empty() {
            return Ok(());
        }
        let all = self.lock.images().iter().cloned().chain(self.kept);
        let text = Lock::new(all).write();
        folder::replace(&self.path, text.as_bytes())
            .with_context(|| format!("{} could not be written", self.path.display()))
    }
}

/// What is known of an image, or of what its tag was before.
pub(super) fn known<'l>(lock: &'l Lock, image: &str) -> Option<&'l Locked> {
    match lock.find(image) {
        Found::Same(locked) | Found::Moved(locked) => Some(locked),
        Found::Unknown | Found::Foreign => None,
    }
}

/// Who signed before, each as who is expected again.
///
/// # Errors
///
/// A key is known by its digest alone.
pub(super) fn expectations(known: &Locked) -> Result<Vec<Expectation>, String> {
    let of = |signer: &Signer| match &signer.identity {
        Identity::Keyless { issuer, subject } => Ok(Expectation::Keyless {
            identity: Pattern::Exact(subject.clone()),
            issuer: Pattern::Exact(issuer.clone()),
        }),
        Identity::Key { public: Some(public), .. } => Ok(Expectation::Key(public.clone())),
        Identity::Key { digest, public: None } => {
            Err(format!("the lock has the key {digest} by its digest alone: name it with --key"))
        }
    };
    known.signers.iter().map(of).collect()
}

/// Who signed and what is said, as a lock has it.
fn seen(answer: &Answer, expected: &Expectation) -> (Vec<Signer>, Vec<Attestation>) {
    let mut signers: Vec<Signer> = Vec::new();
    let mut attestations = Vec::new();
    for held in &answer.held {
        let log = !held.verified.logs.is_empty();
        let identity = identity(&held.verified.signer, expected);
        let place = signers.iter().position(|it| it.identity == identity);
        let place = place.unwrap_or_else(|| {
            signers.push(Signer { identity, log });
            signers.len() - 1
        });
        // A log counts where it has all that one signed.
        if let Some(signer) = signers.get_mut(place) {
            signer.log &= log;
        }
        attestations.extend(attestation(held, place));
    }
    (signers, attestations)
}

fn identity(signer: &sigstore::Signer, expected: &Expectation) -> Identity {
    match signer {
        sigstore::Signer::Key(digest) => Identity::Key {
            digest: format!("sha256:{digest}"),
            public: match expected {
                Expectation::Key(pem) => Some(pem.clone()),
                Expectation::Keyless { .. } => None,
            },
        },
        sigstore::Signer::Certificate { identity, issuer, .. } => {
            Identity::Keyless { issuer: issuer.clone(), subject: identity.clone() }
        }
    }
}

fn attestation(held: &Held, signer: usize) -> Option<Attestation> {
    let said = held.statement.as_ref().filter(|it| it.reading != Reading::Signature)?;
    let provenance = said.reading.provenance();
    Some(Attestation {
        predicate: said.predicate_type.clone(),
        signer: Some(signer),
        date: held.verified.times.first().and_then(|it| date(it.seconds)),
        builder: provenance.map(|it| it.builder.clone()).filter(|it| !it.is_empty()),
        source: provenance.and_then(|it| it.source.as_ref()).map(|it| it.repository.clone()),
        level: said.standing.as_ref().map(|it| it.level.to_string()),
    })
}

/// What an image says of itself, by its configuration.
fn said(config: &Value) -> ImageConfig {
    let config = &config["config"];
    let text = |name: &str| config[name].as_str().filter(|it| !it.is_empty()).map(str::to_owned);
    let texts = |name: &str| -> Vec<String> {
        config[name]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let keys = |name: &str| -> Vec<String> {
        let mut keys: Vec<_> =
            config[name].as_object().into_iter().flat_map(|it| it.keys().cloned()).collect();
        keys.sort();
        keys
    };
    ImageConfig {
        user: text("User"),
        ports: keys("ExposedPorts"),
        volumes: keys("Volumes"),
        entrypoint: texts("Entrypoint"),
        cmd: texts("Cmd"),
        working_dir: text("WorkingDir"),
    }
}

/// The day of a moment, in UTC.
fn date(seconds: i64) -> Option<Date> {
    let moment = jiff::Timestamp::from_second(seconds).ok()?;
    moment.strftime("%Y-%m-%d").to_string().parse().ok()
}
