//! Whether fixed documents have the values that the edits of their findings say, and no others.

use std::collections::BTreeMap;

use harden_core::finding::Finding;
use harden_core::fix::{Fate, Proposal};
use harden_yaml::{Edit, parse};

use crate::model::Node;
use crate::promise::{Named, Told};

/// How many documents were compared, and what differs; key order counts.
pub(crate) fn compare(texts: &[Named], told: &Told<'_>) -> (usize, Vec<String>) {
    let (mut compared, mut wrong) = (0, Vec::new());
    // Edits of a further round are those of the text that the first made.
    for fixed in told.fixed.iter().filter(|it| it.hidden.is_empty()) {
        let (name, text) = &texts[fixed.source];
        let mut edits: BTreeMap<usize, Vec<Edit>> = BTreeMap::new();
        for proposal in &fixed.proposals {
            for edit in made(&told.before.findings[proposal.finding], proposal) {
                edits.entry(edit.document).or_default().push(edit);
            }
        }
        let (old, new) = (parse(text), parse(&fixed.text));
        for (index, (old, new)) in old.iter().zip(&new).enumerate() {
            let mut model = Node::of(old.root());
            let edits = edits.remove(&index).unwrap_or_default();
            edits.iter().for_each(|it| model.apply(it));
            // The order of keys counts, too, which values do not compare.
            let text = |it: serde_json::Value| it.to_string();
            let (wanted, found) = (text(model.value()), text(Node::of(new.root()).value()));
            compared += 1;
            if wanted != found {
                wrong.push(format!("{name}: document {index} by {edits:?}:\n{wanted}\n{found}"));
            }
        }
    }
    (compared, wrong)
}

/// The edits that were made for a finding.
fn made(finding: &Finding, proposal: &Proposal) -> Vec<Edit> {
    let refused = match &proposal.fate {
        Fate::Made => &Vec::new(),
        Fate::Partly(refused) => refused,
        Fate::Refused(_) | Fate::ByHand(_) | Fate::Left => return Vec::new(),
    };
    let is_made = |path: &str| refused.iter().all(|it| it.path != path);
    let spots = finding.spots.iter().filter(|it| is_made(&it.path));
    spots.flat_map(|it| finding.edits_at(it)).collect()
}
