//! Manifests made at random are fixed as promised.

use std::collections::BTreeMap;

use harden_core::rules::usual;

use crate::manifests::text;
use crate::promise::{Named, WAYS, fix_all};
use crate::random_pods::{Random, report, seed};
use crate::tally::Tally;

const FILES: u64 = 400;

fn count() -> Option<u64> {
    let value = std::env::var("HARDEN_RANDOM_FIXES").ok()?;
    Some(value.parse().expect("HARDEN_RANDOM_FIXES is a number"))
}

#[test]
fn random_manifests_are_fixed_as_promised() {
    let (seed, count) = (seed(), count().unwrap_or(FILES));
    let rules: Vec<_> = usual().collect();
    let (mut tally, mut failed) = (Tally::default(), Vec::new());
    for index in 0..count {
        let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(index));
        let files = if random.chance(20) { 2 } else { 1 };
        let texts: Vec<Named> =
            (0..files).map(|it| (format!("{it}.yaml"), text(&mut random))).collect();
        let way = *random.pick(&WAYS);
        fix_all(&texts, &rules, way, |told| tally.add(&texts, told));
        let wrong = std::mem::take(&mut tally.wrong);
        if !wrong.is_empty() {
            failed.push((texts, way, wrong));
        }
    }
    let (kept, fixable) = (tally.kept_by_text(), tally.fixable());
    report(&format!(
        "{count} random files, HARDEN_RANDOM_SEED={seed}: {kept} of {fixable} kept from it by the text, {tally:?}"
    ));
    failed.sort_by_key(|(texts, ..)| texts.iter().map(|it| it.1.len()).sum::<usize>());
    let shown: Vec<_> = failed
        .iter()
        .take(SHOWN)
        .map(|(texts, way, wrong)| {
            let texts: Vec<_> = texts.iter().map(|it| it.1.as_str()).collect();
            format!("{way:?}\n{}\n{}", wrong.join("\n"), texts.join("\n=== next file\n"))
        })
        .collect();
    let mut kinds = BTreeMap::<String, usize>::new();
    for what in failed.iter().flat_map(|it| &it.2) {
        let (rule, _) = what.split_once(' ').unwrap_or((what, ""));
        let (_, how) = what.rsplit_once(", ").unwrap_or((what, ""));
        *kinds.entry(format!("{rule} {how}")).or_default() += 1;
    }
    let shown = shown.join("\n\n==========\n");
    assert!(failed.is_empty(), "{} wrong\n{shown}\n{kinds:#?}", failed.len());
    assert!(tally.made * 2 > fixable, "a test of nothing");
}

/// So many of those that fail are shown.
const SHOWN: usize = 8;
