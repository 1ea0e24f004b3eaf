//! Findings that are shown as one: those about the same places of the same object.

use std::hash::{Hash as _, Hasher as _};

use rustc_hash::{FxHashMap, FxHasher};

use crate::finding::Finding;

/// Findings that are shown as one, in the order of the report.
pub(super) type Group<'g, 'a> = &'g [&'a Finding];

/// Brings findings that are shown as one together, where the first of them is.
pub(super) fn gather<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut numbers: FxHashMap<u64, usize> = FxHashMap::default();
    let numbered = findings.map(|it| {
        let next = numbers.len();
        (*numbers.entry(place(it)).or_insert(next), it)
    });
    let mut numbered: Vec<_> = numbered.collect();
    numbered.sort_by_key(|(number, _)| *number);
    numbered.into_iter().map(|(_, it)| it).collect()
}

/// The groups of findings that were gathered.
pub(super) fn all<'g, 'a>(findings: &'g [&'a Finding]) -> impl Iterator<Item = Group<'g, 'a>> {
    findings.chunk_by(|one, other| is_one(one, other))
}

/// Whether two findings are about the same places of the same object.
fn is_one(one: &Finding, other: &Finding) -> bool {
    (one.source, one.document, &one.object, one.ignored.is_some())
        == (other.source, other.document, &other.object, other.ignored.is_some())
        && one.spots.iter().map(|it| it.span).eq(other.spots.iter().map(|it| it.span))
}

/// The same for findings that are one.
fn place(finding: &Finding) -> u64 {
    let mut hash = FxHasher::default();
    (finding.source, finding.document, finding.ignored.is_some()).hash(&mut hash);
    if let Some(object) = &finding.object {
        (&object.kind, &object.namespace, &object.name).hash(&mut hash);
    }
    for spot in &finding.spots {
        (spot.span.start, spot.span.end).hash(&mut hash);
    }
    hash.finish()
}
