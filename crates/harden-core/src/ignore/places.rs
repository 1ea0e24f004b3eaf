//! Findings with several places, of which some are decided upon.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::Decision;
use crate::finding::{Finding, Ignored, Spot};

/// Marks a finding as ignored, as far as its places are decided upon. Where others are left, the finding stays
/// with these, and those that are decided upon are returned as findings of their own, one for each reason.
pub(super) fn decide(finding: &mut Finding, decided: &[Option<Decision<'_>>]) -> Vec<Finding> {
    let mut parts: BTreeMap<Option<Decision<'_>>, Vec<Spot>> = BTreeMap::new();
    if let Some((first, rest)) = decided.split_first()
        && rest.iter().all(|it| it == first)
    {
        finding.ignored = first.map(ignored).map(Box::new);
        return Vec::new();
    }
    for (decision, spot) in decided.iter().zip(&finding.spots) {
        parts.entry(*decision).or_default().push(spot.clone());
    }
    let names = Names::of(finding);
    let mut parts = parts.into_iter().map(|(decision, spots)| Finding {
        about: Arc::clone(&finding.about),
        message: names.as_ref().map_or_else(|| Arc::clone(&finding.message), |it| it.only(&spots)),
        object: finding.object.clone(),
        spots: spots.into(),
        ignored: decision.map(ignored).map(Box::new),
        source: finding.source,
        document: finding.document,
        status: finding.status,
    });
    // What is not decided upon comes first.
    let first = parts.next();
    let rest = parts.collect();
    if let Some(first) = first {
        *finding = first;
    }
    rest
}

fn ignored(decision: Decision<'_>) -> Ignored {
    Ignored { by: decision.by, reason: decision.reason.to_owned() }
}

/// A message that names containers, around their names.
struct Names {
    before: String,
    quote: char,
    after: String,
}

impl Names {
    /// The names in the message of a finding, if it has any.
    fn of(finding: &Finding) -> Option<Self> {
        ['`', '"'].into_iter().find_map(|quote| {
            let (before, after) = finding.message.split_once(&list(&finding.spots, quote))?;
            Some(Self { before: before.to_owned(), quote, after: after.to_owned() })
        })
    }

    /// The message with the names of these only.
    fn only(&self, spots: &[Spot]) -> Arc<str> {
        let Self { before, quote, after } = self;
        [before, list(spots, *quote).as_str(), after].concat().into()
    }
}

/// ``containers `a`, `b` ``, each once.
fn list(spots: &[Spot], quote: char) -> String {
    let mut known = FxHashSet::default();
    let mut names = String::new();
    for name in spots.iter().map(|it| &*it.label).filter(|it| !it.is_empty()) {
        if known.insert(name) {
            let comma = if known.len() > 1 { ", " } else { "" };
            names.extend([
                comma,
                quote.encode_utf8(&mut [0; 4]),
                name,
                quote.encode_utf8(&mut [0; 4]),
            ]);
        }
    }
    format!("container{} {names}", if known.len() == 1 { "" } else { "s" })
}
