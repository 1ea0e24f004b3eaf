//! Provenance: who built an artefact, how, and from which source.
//!
//! Upstream: slsa-framework/slsa `docs/provenance/{v0.1,v0.2,v1}`.

mod old;
mod source;
mod v1;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Unreadable;
use super::field::Field;

pub use source::Source;

/// Which provenance it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// `https://slsa.dev/provenance/v0.1` of 2021.
    V01,
    /// `https://slsa.dev/provenance/v0.2` of 2021.
    V02,
    /// `https://slsa.dev/provenance/v1` of 2023, which SLSA v1.2 has too.
    V1,
}

impl Edition {
    /// The edition that a type of predicate names.
    #[must_use]
    pub fn of(predicate_type: &str) -> Option<Self> {
        match predicate_type {
            "https://slsa.dev/provenance/v0.1" => Some(Self::V01),
            "https://slsa.dev/provenance/v0.2" => Some(Self::V02),
            // A minor version in the name is not upstream's way, but some write it.
            "https://slsa.dev/provenance/v1" | "https://slsa.dev/provenance/v1.0" => Some(Self::V1),
            _ => None,
        }
    }

    /// How it is called.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::V01 => "v0.1",
            Self::V02 => "v0.2",
            Self::V1 => "v1",
        }
    }

    /// Has it been replaced by a later one?
    #[must_use]
    pub fn is_old(self) -> bool {
        self < Self::V1
    }
}

/// Who built an artefact, how, and from which source, by what the statement says.
#[derive(Debug, Clone, PartialEq)]
pub struct Provenance {
    /// Which provenance it is.
    pub edition: Edition,
    /// Who built it: an address with what is trusted to build. Empty where nobody is named.
    pub builder: String,
    /// The versions of the parts of the builder.
    pub builder_version: BTreeMap<String, String>,
    /// What tells how to read the parameters. Empty where nothing does.
    pub build_type: String,
    /// From what it was built, where the statement says so in a way that is known.
    pub source: Option<Source>,
    /// The run of the build.
    pub invocation: Option<String>,
    /// When the build began, RFC 3339.
    pub started: Option<String>,
    /// When it ended, RFC 3339.
    pub finished: Option<String>,
    /// What was asked of the build by those outside: never printed, it may hold what should not be read.
    pub parameters: Value,
    /// How many things went into the build by name.
    pub dependencies: usize,
    /// Whose machine it ran on, by the statement's own word: `github-hosted`, `self-hosted`.
    pub runner: Option<String>,
}

impl Provenance {
    /// Reads the predicate of a statement.
    ///
    /// # Errors
    ///
    /// It is no object, or a part that is read is of another type.
    pub fn read(edition: Edition, predicate: &Value) -> Result<Self, Unreadable> {
        let field = Field::under("predicate", predicate);
        if field.object()?.is_none() {
            return Err(Unreadable::Shape("`predicate` is missing".to_owned()));
        }
        match edition {
            Edition::V1 => v1::read(&field),
            Edition::V02 | Edition::V01 => old::read(edition, &field),
        }
    }

    /// One line for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        let builder =
            if self.builder.is_empty() { "a builder without a name" } else { &self.builder };
        let source = match &self.source {
            Some(source) => format!("from {source}"),
            None => "from a source that it does not name".to_owned(),
        };
        let old = if self.edition.is_old() {
            format!(" (provenance {}, an old form)", self.edition.name())
        } else {
            String::new()
        };
        format!("built by {builder} {source}{old}")
    }

    /// For machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "kind": "provenance",
            "edition": self.edition.name(),
            "builder": self.builder,
            "builderVersion": self.builder_version,
            "buildType": self.build_type,
            "source": self.source.as_ref().map(Source::to_json),
            "invocation": self.invocation,
            "started": self.started,
            "finished": self.finished,
            "dependencies": self.dependencies,
        })
    }
}
