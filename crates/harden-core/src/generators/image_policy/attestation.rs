//! What else has to be signed of an image: where it comes from, what it is made of, what is known to be wrong with it.

use super::Options;
use crate::generators::OptionError;

/// The type of statements by which a builder says what it built and from what.
pub(super) const PROVENANCE: &str = "https://slsa.dev/provenance/v1";

/// Names for types of statements; each is what cosign writes for it.
const TYPES: [(&str, &str); 3] = [
    ("slsa-provenance", PROVENANCE),
    ("sbom", "https://spdx.dev/Document"),
    ("vulnerabilities", "https://cosign.sigstore.dev/attestation/vuln/v1"),
];

/// What [`predicate_type`] takes.
const RULE: &str = "write slsa-provenance, sbom, vulnerabilities, or the address of a type of predicate, such as \
                    https://cyclonedx.org/bom";

/// The address of a type of predicate, by that itself or by a name that cosign has for it.
///
/// # Errors
///
/// It is neither, in words that say what is.
pub fn predicate_type(text: &str) -> Result<&str, &'static str> {
    match TYPES.iter().find(|(name, _)| *name == text) {
        Some((_, address)) => Ok(address),
        None if is_plain_url(text) => Ok(text),
        None => Err(RULE),
    }
}

/// A statement that has to be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attestation {
    /// What the policy calls it.
    pub(super) name: String,
    /// The type of its predicate.
    pub(super) predicate: String,
}

/// What provenance has to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Origin<'a> {
    /// The builder, by its address.
    pub(super) builder: Option<&'a str>,
    /// The repository, by its address without a scheme such as `git+`.
    pub(super) source: Option<&'a str>,
}

/// The statements that the options ask for, each once.
pub(super) fn chosen(options: &Options) -> Result<(Vec<Attestation>, Origin<'_>), OptionError> {
    let mut chosen: Vec<Attestation> = Vec::new();
    for text in &options.attestation {
        let predicate =
            predicate_type(text).map_err(|rule| OptionError::new("--attestation", text, rule))?;
        if !chosen.iter().any(|it| it.predicate == predicate) {
            chosen.push(named(predicate, chosen.len()));
        }
    }
    let origin = Origin { builder: options.builder.as_deref(), source: options.source.as_deref() };
    for (option, value) in [("--builder", origin.builder), ("--source", origin.source)] {
        let Some(value) = value else { continue };
        if !is_plain_url(value) {
            let rule = "write its address in full, such as https://github.com/example/app, without wildcards";
            return Err(OptionError::new(option, value, rule));
        }
        if !chosen.iter().any(|it| it.predicate == PROVENANCE) {
            let rule = "is what provenance says: ask for it with --attestation slsa-provenance";
            return Err(OptionError::new(option, "", rule));
        }
    }
    Ok((chosen, origin))
}

/// A statement by the type of its predicate, with its name in a policy; `place` is how many are named before.
pub(super) fn named(predicate: &str, place: usize) -> Attestation {
    let known = TYPES.iter().find(|(_, uri)| *uri == predicate);
    let name = known.map(|(name, _)| name.replace('-', "_"));
    let name = name.unwrap_or_else(|| format!("statement_{}", place + 1));
    Attestation { name, predicate: predicate.to_owned() }
}

impl Attestation {
    /// Whether a builder says in it what it built.
    pub(super) fn is_provenance(&self) -> bool {
        self.predicate == PROVENANCE
    }
}

impl Origin<'_> {
    /// Whether anything is said of it.
    pub(super) fn is_asked(&self) -> bool {
        self.builder.is_some() || self.source.is_some()
    }
}

/// Whether it is an address of which no letter means anything to an engine.
pub(super) fn is_plain_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|it| it.is_ascii_alphanumeric() || b"-._~/:@#%+=".contains(&it))
    })
}
