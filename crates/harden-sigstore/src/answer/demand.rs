//! What is demanded of an artefact beside who signed it.

use super::{Answer, Held};
use crate::statement::{BuildLevel, repository};

/// What is demanded beside who signed. Without anything, a signature or provenance by whom was expected will do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// Statements that there have to be, by the addresses of their types.
    pub attestations: Vec<String>,
    /// Who has to have built it, by the provenance: an address, with its version or without.
    pub builder: Option<String>,
    /// From which repository.
    pub source: Option<String>,
    /// At which level of SLSA at least.
    pub level: Option<BuildLevel>,
    /// Whether a transparency log has to have what counts.
    pub log: bool,
}

impl Demand {
    /// What is demanded and not there.
    pub(super) fn unmet(&self, answer: &Answer) -> Vec<String> {
        // Where nothing holds, the reasons for that say all.
        if answer.held.is_empty() {
            return Vec::new();
        }
        let mut unmet = Vec::new();
        if self.attestations.is_empty() && !answer.held.iter().any(Held::is_signature) {
            unmet.push(
                "there are only statements about it, and none says that it is from the signer: demand one of them \
                 with --attestation where that is enough"
                    .to_owned(),
            );
        }
        for wanted in &self.attestations {
            if !answer.says(|it| is_of_type(&it.predicate_type, wanted)) {
                unmet.push(format!("no statement of the type `{wanted}` is signed as expected"));
            }
        }
        if let Some(builder) = &self.builder
            && !answer.says(|it| {
                it.reading.provenance().is_some_and(|it| is_built_by(&it.builder, builder))
            })
        {
            unmet.push(format!("no provenance names the builder `{builder}`"));
        }
        if let Some(source) = &self.source {
            let is_from = |it: &super::Said| {
                let from = it.reading.provenance().and_then(|it| it.source.as_ref());
                from.is_some_and(|it| repository::is_same(&it.repository, source))
            };
            if !answer.says(is_from) {
                unmet.push(format!("no provenance says that it was built from `{source}`"));
            }
        }
        if let Some(level) = self.level {
            let standing = answer.standing();
            if standing.level < level {
                let why = standing.missing.join("; ");
                unmet.push(format!(
                    "the evidence supports {}, and {level} is demanded: {why}",
                    standing.level
                ));
            }
        }
        if self.log && answer.held.iter().all(|it| it.verified.logs.is_empty()) {
            unmet.push("no transparency log has a signature of it".to_owned());
        }
        unmet
    }
}

/// A type is met by itself, and where none is named, by each version of it.
fn is_of_type(actual: &str, wanted: &str) -> bool {
    let version = actual.strip_prefix(wanted);
    version.is_some_and(|it| it.is_empty() || it.starts_with("/v"))
}

/// A builder is met by itself, and where none is named, by each version of it.
fn is_built_by(actual: &str, wanted: &str) -> bool {
    actual.strip_prefix(wanted).is_some_and(|it| it.is_empty() || it.starts_with('@'))
}
