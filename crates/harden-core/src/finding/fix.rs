//! What would mend a finding.

use std::borrow::Cow;

use harden_yaml::{Action, Edit, Pointer};
use rustc_hash::FxHashSet;

use super::{Evidence, Finding, Mend, Spot};

/// What would mend a spot, wherever the object is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remedy {
    /// The way to the field from the object, or from the root of a document that is none.
    pub pointer: Pointer,
    /// What to do there.
    pub action: Action,
    /// What must be done with it elsewhere in the object, because something would break without.
    pub along: Vec<Remedy>,
    /// What is known of what it changes, beyond what the text says.
    pub evidence: Option<Evidence>,
}

/// What would mend a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// What to change in the finding's source, without repetitions. All pointers are those of the text
    /// as it is, before any of the edits.
    pub edits: Vec<Edit>,
    /// Whether it can be done without a thought.
    pub safety: Safety,
}

/// Whether a fix can be done without a thought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Safety {
    /// What works as a rule goes on to work.
    Safe,
    /// What may break, and what to do about it.
    NeedsThought(Cow<'static, str>),
}

impl Spot {
    /// What is known of what would mend it.
    fn evidence(&self) -> Option<&Evidence> {
        self.remedy.as_ref()?.evidence.as_ref()
    }

    /// What would mend it where it is; `None` where that is done elsewhere, or takes a decision.
    pub fn change(&self) -> Option<&Action> {
        let remedy = self.remedy.as_deref()?;
        leads_to(&remedy.pointer, &self.path).then_some(&remedy.action)
    }
}

/// Whether a pointer is the way that a path tells; one to the whole is, wherever that is pointed at.
fn leads_to(pointer: &Pointer, path: &str) -> bool {
    let mut rest = path;
    for step in pointer.steps() {
        let quoted = || step.replace('\\', "\\\\").replace('"', "\\\"");
        let word = rest.strip_prefix('.').unwrap_or(rest).strip_prefix(&*step);
        let word = word.filter(|it| it.is_empty() || it.starts_with(['.', '[']));
        let left = word
            .or_else(|| rest.strip_prefix(&format!("[{step}]")))
            .or_else(|| rest.strip_prefix(&format!("[\"{}\"]", quoted())));
        let Some(left) = left else { return false };
        rest = left;
    }
    rest.is_empty() || pointer.as_str().is_empty()
}

impl Finding {
    /// What would mend it; `None` where a spot takes a decision.
    pub fn fix(&self) -> Option<Fix> {
        let mut edits = Vec::new();
        let mut known = FxHashSet::default();
        for spot in &self.spots {
            let remedy = spot.remedy.as_ref()?;
            let all = std::iter::once(&**remedy).chain(&remedy.along);
            edits.extend(all.map(|it| self.edit(it)).filter(|it| known.insert(it.clone())));
        }
        Some(Fix { edits, safety: self.safety() })
    }

    /// What would mend one of its spots, and what must be done with it; none where that takes a decision.
    pub fn edits_at(&self, spot: &Spot) -> Vec<Edit> {
        let remedy = spot.remedy.iter();
        let all = remedy.flat_map(|it| std::iter::once(&**it).chain(&it.along));
        all.map(|it| self.edit(it)).collect()
    }

    /// Whether edits mend it at some spot at least.
    pub fn has_edits(&self) -> bool {
        self.spots.iter().any(|it| it.remedy.is_some())
    }

    /// Whether something mechanical mends it at every spot, by edits or by other objects.
    pub fn is_mendable(&self) -> bool {
        match self.about.mend {
            Mend::Objects(_) => self.namespace().is_some(),
            _ => self.spots.iter().all(|it| it.remedy.is_some()),
        }
    }

    /// The namespace that its object is in, or is.
    pub fn namespace(&self) -> Option<&str> {
        let object = self.object.as_deref()?;
        let is_one = object.kind == "Namespace" && object.api_version == "v1";
        let name = if is_one { &object.name } else { &object.namespace };
        Some(name.as_str()).filter(|it| !it.is_empty())
    }

    /// Whether what mends it can be done without a thought. What must be done elsewhere along with it is asked
    /// for by another rule.
    pub fn safety(&self) -> Safety {
        let reaches = |spot: &Spot| spot.remedy.as_ref().is_some_and(|it| !it.along.is_empty());
        let is_known = self.spots.iter().all(|it| it.evidence().is_some_and(|it| it.is_enough));
        let is_safe = self.about.mend.is_safe() || is_known;
        if is_safe && !self.spots.iter().any(reaches) {
            return Safety::Safe;
        }
        let breaks = &self.about.breaks;
        match self.spots.iter().find_map(|it| it.evidence().filter(|it| !it.is_enough)) {
            Some(evidence) => Safety::NeedsThought(format!("{} {breaks}", evidence.text).into()),
            None => Safety::NeedsThought(breaks.clone()),
        }
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
