//! A plain file, and the bundle beside it.

use std::fs::File;
use std::io;
use std::path::Path;

use anyhow::{Context as _, bail};
use harden_sigstore::answer::{Answer, Piece};
use harden_sigstore::{Artefact, Evidence};

use super::{Options, Verdicts};
use crate::input;

/// Verifies a file by a bundle.
///
/// # Errors
///
/// Either cannot be read, or nobody is named who must have signed.
pub(super) fn verify(options: &Options, file: &Path, bundle: &Path) -> anyhow::Result<Verdicts> {
    let Some(expectation) = options.signer.expectation()? else {
        options.expect_signer()?;
        bail!("--lock is for images: name who must have signed the file");
    };
    let trust = options.signer.trust(options.connection.request_timeout)?;
    if input::shown(file) == "-" && input::shown(bundle) == "-" {
        bail!("standard input cannot be both the file and its bundle");
    }
    let bundle_text = input::read_path(bundle, options.connection.request_timeout)?;
    let bytes = bytes_of(file).with_context(|| file.display().to_string())?;
    let piece =
        Piece { place: bundle.display().to_string(), evidence: Evidence::Bundle(bundle_text) };
    let name = file.display().to_string();
    let artefact = Artefact::Bytes(&bytes);
    let answer = Answer::of(&name, artefact, &[piece], &trust, &expectation, &options.demand());
    Ok(Verdicts {
        answers: vec![answer],
        now: jiff::Timestamp::now().as_second(),
        ..Verdicts::default()
    })
}

fn bytes_of(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match path.to_str() {
        Some("-") => input::read_rest(&mut bytes, io::stdin())?,
        _ => input::read_rest(&mut bytes, File::open(path)?)?,
    }
    Ok(bytes)
}
