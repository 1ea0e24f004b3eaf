//! What would mend a finding.

use std::borrow::Cow;

use harden_yaml::{Action, Edit, Pointer};
use rustc_hash::FxHashSet;

use super::Finding;
use crate::manifest::Manifest;

/// What would mend a spot, wherever the object is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remedy {
    /// The way to the field from the object, or from the root of a document that is none.
    pub pointer: Pointer,
    /// What to do there.
    pub action: Action,
}

/// What would mend a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What to change in the finding's source, without repetitions. All pointers are those of the text
    /// as it is, before any of the edits.
    pub edits: Vec<Edit>,
    /// Whether it can be done without a thought.
    pub safety: Safety,
    /// Objects that must be there, too.
    pub companions: Vec<Manifest>,
}

/// Whether a fix can be done without a thought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safety {
    /// Nothing that works stops working.
    Safe,
    /// What may break, and what to do about it.
    NeedsThought(Cow<'static, str>),
}

impl Finding {
    /// What would mend it; `None` where a spot takes a decision.
    pub fn fix(&self) -> Option<Fix> {
        let edits = self.spots.iter().map(|spot| Some(self.edit(spot.remedy.as_ref()?)));
        let mut edits: Vec<_> = edits.collect::<Option<_>>()?;
        let mut known = FxHashSet::default();
        edits.retain(|it| known.insert(it.clone()));
        let safety = match &*self.about.breaks {
            "" => Safety::Safe,
            _ => Safety::NeedsThought(self.about.breaks.clone()),
        };
        Some(Fix { edits, safety, companions: Vec::new() })
    }

    fn edit(&self, remedy: &Remedy) -> Edit {
        let object = self.object.as_ref();
        Edit {
            document: self.document as usize,
            pointer: object
                .map_or_else(|| remedy.pointer.clone(), |it| it.pointer.then(&remedy.pointer)),
            action: remedy.action.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
