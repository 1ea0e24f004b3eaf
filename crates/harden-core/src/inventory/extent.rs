//! How much was seen of a kind.

use std::collections::BTreeMap;

use crate::kubernetes::GroupKind;

/// How much was seen of the objects of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Extent {
    /// Those that happen to be in the input; nobody asked for the others.
    Given,
    /// All that there are.
    Whole,
    /// None or not all, for this reason: whoever asked was rejected.
    Rejected(String),
}

/// How much was seen of each kind; what is not listed is [`Extent::Given`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Extents {
    kinds: BTreeMap<GroupKind, Extent>,
    has_gap: bool,
}

impl Extents {
    /// Notes how much was seen of a kind. A kind of which some was rejected is not whole.
    pub fn note(&mut self, kind: GroupKind, extent: Extent) {
        let known = self.kinds.entry(kind).or_insert(Extent::Given);
        if !matches!(known, Extent::Rejected(_)) {
            *known = extent;
        }
    }

    /// Notes that objects of any kind may be missing.
    pub fn note_gap(&mut self) {
        self.has_gap = true;
    }

    /// Whether objects of any kind may be missing.
    pub fn has_gap(&self) -> bool {
        self.has_gap
    }

    /// How much was seen of a kind.
    pub fn of(&self, kind: GroupKind) -> &Extent {
        self.kinds.get(&kind).unwrap_or(&Extent::Given)
    }

    /// The kinds of which something could not be read, and why.
    pub fn rejected(&self) -> impl Iterator<Item = (GroupKind, &str)> {
        self.kinds.iter().filter_map(|(kind, extent)| match extent {
            Extent::Rejected(why) => Some((*kind, why.as_str())),
            _ => None,
        })
    }
}
