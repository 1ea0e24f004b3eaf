//! What is said of an image or a file after all that is kept beside it was verified.

mod demand;
mod json;
mod text;

pub use demand::Demand;
pub use json::to_json;
pub use text::to_text;

use crate::statement::{BuildLevel, Reading, Standing, Statement};
use crate::{Artefact, Content, Digest, Evidence, Expectation, Signer, Trust, Verified, verify};

/// Evidence, and where it was found, such as `referrer sha256:…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it was.
    pub place: String,
    /// What it is.
    pub evidence: Evidence,
}

/// What is said of an image or a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What it is called.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
    /// What holds.
    pub held: Vec<Held>,
    /// What does not, and why.
    pub refused: Vec<Refused>,
    /// What else is kept beside it, by its media type; nothing of it was read.
    pub others: Vec<String>,
    /// What may say who signed, and was not read, as a sentence each.
    pub unread: Vec<String>,
    /// What was demanded and is not there, as a sentence each.
    pub unmet: Vec<String>,
}

/// A signature or a statement that holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Where it was.
    pub place: String,
    /// Who signed, when and what.
    pub verified: Verified,
    /// The statement, where it is one that is read.
    pub statement: Option<Said>,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The address that says what it means.
    pub predicate_type: String,
    /// What it means.
    pub reading: Reading,
    /// The level of a build that it supports, where it says how something was built.
    pub standing: Option<Standing>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it was.
    pub place: String,
    /// Why.
    pub why: String,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Who was expected signed it, and what was demanded is there.
    Verified,
    /// There is something, and none of it will do.
    Refused,
    /// There is nothing.
    Unsigned,
    /// None of what was read will do, and not all was read.
    Unknown,
}

impl Outcome {
    /// A word for machines.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Unsigned => "unsigned",
            Self::Unknown => "unknown",
        }
    }
}

impl Answer {
    /// Verifies all that was found beside an artefact.
    #[must_use]
    pub fn of(
        name: &str,
        artefact: Artefact<'_>,
        pieces: &[Piece],
        trust: &Trust,
        expectation: &Expectation,
        demand: &Demand,
    ) -> Self {
        let mut answer = Self {
            name: name.to_owned(),
            digest: artefact.digest(),
            held: Vec::new(),
            refused: Vec::new(),
            others: Vec::new(),
            unread: Vec::new(),
            unmet: Vec::new(),
        };
        for piece in pieces {
            let place = piece.place.clone();
            let held = verify(artefact, &piece.evidence, trust, expectation);
            match held.map_err(|it| it.to_string()).and_then(|it| Held::of(place.clone(), it)) {
                Ok(held) => answer.held.push(held),
                Err(why) => answer.refused.push(Refused { place, why }),
            }
        }
        answer.held.sort_by(|a, b| a.order().cmp(&b.order()));
        answer.unmet = demand.unmet(&answer);
        answer
    }

    /// What it comes to.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let is_signed = !self.held.is_empty() && self.unmet.is_empty();
        match () {
            () if is_signed => Outcome::Verified,
            () if !self.unread.is_empty() => Outcome::Unknown,
            () if self.held.is_empty() && self.refused.is_empty() => Outcome::Unsigned,
            () => Outcome::Refused,
        }
    }

    /// The best level of a build that any statement supports, and what is missing for the next.
    #[must_use]
    pub fn standing(&self) -> Standing {
        let all = self.held.iter().filter_map(|it| it.statement.as_ref()?.standing.as_ref());
        // Of equal ones the first, so that the order of the rest does not matter.
        let best = all.reduce(|best, it| if it.level > best.level { it } else { best });
        best.cloned().unwrap_or_else(|| Standing::of(None, None))
    }

    /// The level of the build.
    #[must_use]
    pub fn level(&self) -> BuildLevel {
        self.standing().level
    }

    fn says(&self, is_asked: impl Fn(&Said) -> bool) -> bool {
        self.held.iter().filter_map(|it| it.statement.as_ref()).any(is_asked)
    }
}

impl Held {
    fn of(place: String, verified: Verified) -> Result<Self, String> {
        let Content::Statement { .. } = verified.content else {
            return Ok(Self { place, verified, statement: None });
        };
        let read = Statement::of(&verified.content).and_then(|it| Ok((it.reading()?, it)));
        let (reading, statement) = read.map_err(|why| {
            format!("it is signed as expected, but says nothing that can be read: {why}")
        })?;
        let standing = reading.provenance().map(|it| Standing::of(Some(it), Some(&verified)));
        let said = Said { predicate_type: statement.predicate_type, reading, standing };
        Ok(Self { place, verified, statement: Some(said) })
    }

    /// Whether it says that the artefact is from the signer, and not only something about it.
    #[must_use]
    pub fn is_signature(&self) -> bool {
        self.statement
            .as_ref()
            .is_none_or(|it| matches!(it.reading, Reading::Signature | Reading::Provenance(_)))
    }

    /// By who signed; of one, signatures come before statements, and these by their types.
    fn order(&self) -> (&Signer, bool, &str, &str) {
        let said = self.statement.as_ref();
        let is_signature = said.is_none_or(|it| it.reading == Reading::Signature);
        let predicate_type = said.map_or("", |it| it.predicate_type.as_str());
        (&self.verified.signer, !is_signature, predicate_type, &self.place)
    }
}
