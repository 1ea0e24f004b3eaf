//! Agreement with NP-Guard's netpol-analyzer about who reaches whom, by its own test suite.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, read files and say what it counted"
)]

#[path = "np_guard/apart.rs"]
mod apart;
#[path = "np_guard/case.rs"]
mod case;
#[path = "np_guard/expected.rs"]
mod expected;
#[path = "np_guard/judge.rs"]
mod judge;
#[path = "np_guard/ours.rs"]
mod ours;
#[path = "np_guard/ports.rs"]
mod ports;
#[path = "np_guard/rows.rs"]
mod rows;
#[path = "np_guard/selector.rs"]
mod selector;
#[path = "np_guard/setup.rs"]
mod setup;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use harness::Need;

use case::{Case, Kind};
use judge::{Verdict, judge};
use setup::Setups;

/// Every expected output, with what it is about.
fn cases(outputs: &Path, setups: &Setups) -> Vec<Case> {
    let names = setups.names();
    let mut cases = Vec::new();
    for folder in ["cli", "connlist", "diff"] {
        let entries = fs::read_dir(outputs.join(folder)).unwrap();
        let mut files: Vec<_> =
            entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        cases.extend(files.iter().map(|it| Case::of(folder, it, &names)));
    }
    cases
}

#[test]
fn connections_are_those_of_the_analyzer() {
    let Some(folder) = Need::Answers.at("network") else { return };
    let setups = Setups::read(&folder.join("tests"));
    let outputs = folder.join("test_outputs");
    let cases = cases(&outputs, &setups);
    assert_eq!(cases.len(), 434);
    let mut counts: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    let mut wrong = 0;
    for case in &cases {
        let result = match judge(&outputs, &setups, case) {
            Verdict::Skipped(why) => why,
            Verdict::Apart => "different for a reason",
            Verdict::Compared(lines) if lines.is_empty() => "same",
            Verdict::Compared(lines) => {
                wrong += 1;
                println!("{}: {} differ", case.file, lines.len());
                lines.iter().take(6).for_each(|it| println!("    {it}"));
                "different"
            }
        };
        *counts.entry((case.kind, result)).or_default() += 1;
    }
    for ((kind, result), count) in &counts {
        println!("{kind:?} {result}: {count}");
    }
    assert_eq!(wrong, 0);
}
