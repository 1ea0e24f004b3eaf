//! Where entries of a lock are, by the repository that they are of.

use std::collections::BTreeMap;

use super::{Locked, Reference};

/// The entries of each repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index(BTreeMap<String, Vec<Name>>);

/// What an entry is called within its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// The tag; none where the name has a digest alone.
    pub(super) tag: Option<String>,
    /// Whether the name has a digest.
    pub(super) is_pinned: bool,
    /// Which entry it is.
    pub(super) place: usize,
}

impl Index {
    pub(super) fn of(images: &[Locked]) -> Self {
        let mut all: BTreeMap<String, Vec<Name>> = BTreeMap::new();
        for (place, image) in images.iter().enumerate() {
            let Some(reference) = Reference::read(&image.image) else { continue };
            let tag = reference.tag().map(str::to_owned);
            let name = Name { tag, is_pinned: reference.digest.is_some(), place };
            all.entry(reference.full_name()).or_default().push(name);
        }
        Self(all)
    }

    pub(super) fn of_repository(&self, reference: &Reference<'_>) -> impl Iterator<Item = &Name> {
        self.0.get(&reference.full_name()).into_iter().flatten()
    }
}
