//! `sign`: an image signed with a key, or something said of it, as cosign does it.

mod key;
mod new_key;
mod push;

use std::time::Duration;

use anyhow::{anyhow, bail};
use harden_core::generators::image_policy;
use harden_sigstore::signing::{Claim, Predicate};

use crate::connection::parse_timeout;
use crate::input;
use crate::registry::Reference;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Image to sign, by its digest: NAME@sha256:…
    #[arg(value_name = "IMAGE", required_unless_present = "new_key")]
    image: Option<String>,

    /// File with the private key; if it is encrypted, COSIGN_PASSWORD has the password, or it is asked for
    #[arg(long, value_name = "KEY")]
    key: Option<String>,

    /// File in JSON with what to say of the image, such as its provenance; needs --type
    #[arg(long, value_name = "FILE", requires = "predicate_type")]
    predicate: Option<String>,

    /// What --predicate is: slsa-provenance, sbom, vulnerabilities, or the address of a type of predicate
    #[arg(long = "type", value_name = "TYPE", requires = "predicate", value_parser = type_of)]
    predicate_type: Option<String>,

    /// Make a key, and write it to this file, encrypted, and its public half beside it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["image", "key", "predicate", "predicate_type"])]
    new_key: Option<String>,

    /// How long to wait for one answer: seconds, or e.g. 1m30s; 0 waits for ever
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse_timeout)]
    request_timeout: Duration,
}

pub(crate) fn run(options: &Options) -> super::Result {
    if let Some(path) = &options.new_key {
        return new_key::write(path.as_ref());
    }
    let image = options.image.as_deref().unwrap_or_default();
    let Some(key) = &options.key else {
        bail!(
            "nobody signs: name a private key with --key, or sign as yourself, by a browser or in a workflow, with \
             `cosign sign {image}`"
        );
    };
    let claim = claim(options)?;
    let command = if matches!(claim, Claim::Image) { "sign" } else { "attest" };
    // The name first: nobody likes to type a password for nothing.
    let reference = digested(image)?;
    let key = key::read(key, &format!("cosign {command} --key {key} {image}"))?;
    push::sign(&reference, &key, &claim, options.request_timeout)
}

/// The image, if its name has a digest.
fn digested(image: &str) -> anyhow::Result<Reference> {
    let is_kept_here = ["oci:", "oci-archive:", "docker-archive:", "/", "."];
    if is_kept_here.iter().any(|it| image.starts_with(it)) {
        bail!(
            "{image} is no image in a registry, and signatures are written to registries only: push it first"
        );
    }
    let reference: Reference = image.parse().map_err(|it| anyhow!("{image}: {it}"))?;
    if reference.digest.is_none() {
        bail!(
            "{image} has no digest, and what a tag stands for changes: sign {}@sha256:…, which `kubectl harden verify \
             {image}` prints",
            reference.name()
        );
    }
    Ok(reference)
}

fn claim(options: &Options) -> anyhow::Result<Claim> {
    let (Some(file), Some(predicate_type)) = (&options.predicate, &options.predicate_type) else {
        return Ok(Claim::Image);
    };
    let predicate: Predicate = input::read(file)?.parse().map_err(|it| anyhow!("{file}: {it}"))?;
    Ok(Claim::Statement { predicate_type: predicate_type.clone(), predicate })
}

fn type_of(text: &str) -> Result<String, &'static str> {
    image_policy::predicate_type(text).map(str::to_owned)
}
