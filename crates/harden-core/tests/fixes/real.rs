//! Real manifests are fixed as promised, and reach the restricted level where anything can make them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use harden_core::kubernetes::Level;
use harden_core::rules::usual;
use harness::Need;

use crate::promise::{Named, Told, WAYS, fix_all};
use crate::tally::Tally;

/// The manifests of each entry of a folder of shared data: those of a folder together, those of files alone; none,
/// with a loud line, where the folder is not there.
pub(crate) fn inputs(data: Need) -> Vec<Vec<Named>> {
    let Some(path) = data.folder() else { return Vec::new() };
    let inputs = entries(&path).into_iter().map(|entry| {
        let mut texts = Vec::new();
        collect(&path, &entry, &mut texts);
        texts
    });
    inputs.filter(|it| !it.is_empty()).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    entries
}

fn collect(root: &Path, path: &Path, texts: &mut Vec<Named>) {
    if path.is_dir() {
        return entries(path).iter().for_each(|it| collect(root, it, texts));
    }
    let is_text = path.extension().is_some_and(|it| it == "yaml" || it == "yml" || it == "json");
    if is_text && let Ok(text) = harden_yaml::decode(&fs::read(path).unwrap()) {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        texts.push((name, text.into_owned()));
    }
}

#[test]
fn real_manifests_are_fixed_as_promised() {
    let inputs = [inputs(Need::Manifests), inputs(Need::Cases)].concat();
    if inputs.is_empty() {
        return;
    }
    let rules: Vec<_> = usual().collect();
    let mut wrong = BTreeSet::new();
    for way in WAYS {
        let (mut together, mut alone) = (Tally::default(), Tally::default());
        for texts in &inputs {
            fix_all(texts, &rules, way, |told| together.add(texts, told));
            for text in texts {
                let text = std::slice::from_ref(text);
                fix_all(text, &rules, way, |told| alone.add(text, told));
            }
        }
        for (how, mut tally) in [("together", together), ("alone", alone)] {
            wrong.extend(std::mem::take(&mut tally.wrong));
            let (kept, fixable) = (tally.kept_by_text(), tally.fixable());
            eprintln!("{way:?}, {how}: {kept} of {fixable} kept from it by the text, {tally:#?}");
            assert!(kept * 50 < fixable && tally.made * 2 > fixable);
        }
    }
    let all: Vec<_> = wrong.into_iter().collect();
    assert!(all.is_empty(), "{} wrong:\n{}", all.len(), all.join("\n"));
}

/// How many workloads reach the restricted level.
#[derive(Debug, Default)]
struct Reach {
    all: usize,
    before: usize,
    after: usize,
    /// Those that were not there before, and of which every Pod Security fault has a mechanical fix.
    plain: usize,
    plain_after: usize,
    /// Those whose Namespace asks for less.
    held_to_less: usize,
    /// How many workloads each rule keeps from it.
    decisions: BTreeMap<String, usize>,
    missed: Vec<String>,
}

impl Reach {
    fn add(&mut self, told: &Told<'_>) {
        for change in &told.proof.levels {
            self.all += 1;
            self.after += usize::from(change.after == Level::Restricted);
            if change.before == Level::Restricted {
                self.before += 1;
                continue;
            }
            let faults = told.before.findings.iter().filter(|it| {
                it.about.level.is_some()
                    && it.object.as_ref() == Some(&change.object)
                    && told.before.sources[it.source].name == change.file
            });
            let faults: Vec<_> = faults.collect();
            let left: BTreeSet<_> =
                faults.iter().filter(|it| !it.is_mendable()).map(|it| &*it.about.id).collect();
            if faults.is_empty() {
                self.held_to_less += 1;
            } else if left.is_empty() {
                self.plain += 1;
                let is_reached = change.after == Level::Restricted;
                self.plain_after += usize::from(is_reached);
                self.missed
                    .extend((!is_reached).then(|| format!("{} {:?}", change.file, change.object)));
            }
            for id in left {
                *self.decisions.entry(id.to_owned()).or_default() += 1;
            }
        }
    }
}

#[test]
fn plain_workloads_reach_the_restricted_level() {
    let inputs = inputs(Need::Manifests);
    if inputs.is_empty() {
        return;
    }
    let rules: Vec<_> = usual().collect();
    let mut reach = Reach::default();
    for texts in &inputs {
        fix_all(texts, &rules, WAYS[0], |told| reach.add(&told));
    }
    eprintln!("{reach:#?}");
    assert!(reach.plain_after * 100 >= reach.plain * 95);
    assert!(reach.plain * 2 > reach.all, "most are to be plain");
}
