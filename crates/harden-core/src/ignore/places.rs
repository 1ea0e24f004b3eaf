//! Findings with several places, of which some are decided upon.

use std::collections::BTreeMap;

use super::Ignore;
use crate::finding::{Finding, Ignored, Spot};

/// Marks a finding as ignored, as far as its places are decided upon. Where others are left, the finding stays
/// with these, and those that are decided upon are returned as findings of their own, one for each reason.
pub(super) fn decide(finding: &mut Finding, decided: &[Option<&Ignore>]) -> Vec<Finding> {
    let mut parts: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, ignore) in decided.iter().enumerate() {
        let decision = ignore.map(|it| (it.by, it.reason.as_str()));
        parts.entry(decision).or_default().push(index);
    }
    if parts.len() == 1 {
        finding.ignored = ignored(decided.first().copied().flatten());
        return Vec::new();
    }
    let mut parts = parts.into_values().map(|indexes| {
        let first = indexes.first().and_then(|it| decided.get(*it).copied().flatten());
        let kept: Vec<_> =
            indexes.iter().filter_map(|it| finding.spots.get(*it)).cloned().collect();
        Finding {
            message: narrowed(&finding.message, &finding.spots, &kept).into(),
            spots: kept.into(),
            ignored: ignored(first),
            ..finding.clone()
        }
    });
    // What is not decided upon comes first.
    let first = parts.next();
    let rest = parts.collect();
    if let Some(first) = first {
        *finding = first;
    }
    rest
}

fn ignored(ignore: Option<&Ignore>) -> Option<Box<Ignored>> {
    let ignore = ignore?;
    Some(Box::new(Ignored { by: ignore.by, reason: ignore.reason.clone() }))
}

/// A message that names containers, with the names of these only.
fn narrowed(message: &str, all: &[Spot], kept: &[Spot]) -> String {
    for quote in ['`', '"'] {
        let (all, kept) = (list(all, quote), list(kept, quote));
        if message.contains(&all) {
            return message.replacen(&all, &kept, 1);
        }
    }
    message.to_owned()
}

/// ``containers `a`, `b` ``, each once.
fn list(spots: &[Spot], quote: char) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in spots.iter().map(|it| &*it.label).filter(|it| !it.is_empty()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let quoted: Vec<_> = names.iter().map(|it| format!("{quote}{it}{quote}")).collect();
    format!("container{} {}", if names.len() == 1 { "" } else { "s" }, quoted.join(", "))
}
