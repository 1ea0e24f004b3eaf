//! A signature on its way to where the image is.

use std::time::Duration;

use harden_sigstore::keys::PrivateKey;
use harden_sigstore::signing::Claim;

use crate::commands;
use crate::registry::Reference;

/// Signs the image where it is, and writes the signature beside it.
#[cfg(feature = "live")]
pub(super) fn sign(
    image: &Reference,
    key: &PrivateKey,
    claim: &Claim,
    patience: Duration,
) -> commands::Result {
    use harden_sigstore::Digest;
    use harden_sigstore::signing::{self, Descriptor, EMPTY};

    use crate::registry::{Client, Fault, Store};
    use crate::terminal::{self, Exit};

    let client = Client::of_machine(patience, None).map_err(Fault::into_error)?;
    let name = image.to_string();
    let store = Store::of(&name, &client).map_err(Fault::into_error)?;
    if let Some(remark) = store.remark() {
        terminal::note(&remark)?;
    }
    let there = store.resolve().map_err(Fault::into_error)?;
    let bundle = signing::sign(key, &there.digest, claim)?;
    let descriptor = Descriptor {
        media_type: there.media_type,
        digest: there.digest.clone(),
        size: there.manifest.len() as u64,
    };
    let manifest = signing::manifest(&bundle, claim, &descriptor)?;
    let place = format!("{}@{}", image.name(), Digest::of(manifest.as_bytes()));
    let what = match claim {
        Claim::Image => "the signature".to_owned(),
        Claim::Statement { predicate_type, .. } => format!("the statement {predicate_type}"),
    };
    let whose = format!("{what} of {} by the key {}", there.digest, key.digest()?);
    let beside = store.evidence(&there.digest).map_err(Fault::into_error)?;
    let digest = Digest::of(manifest.as_bytes());
    if beside.found.iter().any(|it| it.manifest == digest) {
        terminal::note(&format!("{whose} is there already: {place}"))?;
        return Ok(Exit::Done);
    }
    let blobs = [EMPTY.as_bytes(), bundle.as_bytes()];
    store.push_referrer(&there.digest, manifest.as_bytes(), &blobs).map_err(Fault::into_error)?;
    terminal::note(&format!("pushed {whose}: {place}"))?;
    terminal::note(
        "it is in no transparency log, and nobody vouches for when it was made: verify it with the public key, and \
         cosign with --insecure-ignore-tlog",
    )?;
    Ok(Exit::Done)
}

#[cfg(not(feature = "live"))]
pub(super) fn sign(image: &Reference, _: &PrivateKey, _: &Claim, _: Duration) -> commands::Result {
    anyhow::bail!("{image}: this build asks no registry: it was made without the feature `live`")
}
