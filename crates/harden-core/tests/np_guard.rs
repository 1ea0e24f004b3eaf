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
fn every_expected_output_is_what_we_say() {
    let Some(folder) = Need::Answers.at("network") else { return };
    let setups = Setups::read(&folder.join("tests"));
    let outputs = folder.join("test_outputs");
    let cases = cases(&outputs, &setups);
    assert_eq!(cases.len(), 434);
    let mut counts: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let (result, lines) = match judge(&outputs, &setups, case) {
            Verdict::Skipped(why) | Verdict::Apart(why) => (why, Vec::new()),
            Verdict::Compared(lines) => ("the same", lines),
            Verdict::Half(lines) => ("the same, as far as one set-up is at hand", lines),
        };
        if !lines.is_empty() {
            wrong.push(format!("{}:\n  {}", case.file, lines.join("\n  ")));
        }
        *counts.entry((case.kind, result)).or_default() += 1;
    }
    for ((kind, result), count) in &counts {
        println!("{kind:?}: {count}: {result}");
    }
    let number = |wanted: fn(&str) -> bool| -> usize {
        counts.iter().filter(|((_, it), _)| wanted(it)).map(|(_, count)| count).sum()
    };
    let is_skipped = |it: &str| apart::OUT_OF_SCOPE.iter().any(|(why, ..)| *why == it);
    assert_eq!(number(is_skipped), 98, "out of scope");
    assert_eq!(number(|it| it == "the same"), 293, "compared whole");
    assert_eq!(number(|it| it.starts_with("the same, as far")), 28, "compared by half");
    assert_eq!(number(|it| apart::DIFFERENT.iter().any(|(_, _, why)| *why == it)), 15, "known");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn what_the_analyzer_refuses_is_not_known() {
    let Some(folder) = Need::Answers.at("network") else { return };
    let setups = Setups::read(&folder.join("tests"));
    for (name, why) in apart::REFUSED {
        let network = ours::network(&setups.sources(name).unwrap());
        let is_known = network.policies().all(|it| it.refused().is_none())
            && network.broken().next().is_none()
            && network.doubles().next().is_none()
            && network.workloads().len() > 0;
        assert!(!is_known, "{name}: {why}");
    }
}

#[test]
fn no_set_up_is_left_out() {
    let Some(folder) = Need::Answers.at("network") else { return };
    let setups = Setups::read(&folder.join("tests"));
    let mut names = setups.names();
    assert_eq!(names.len(), 140);
    for case in cases(&folder.join("test_outputs"), &setups) {
        names.remove(&case.setup);
        case.before.iter().for_each(|it| _ = names.remove(it));
    }
    names.retain(|it| !apart::REFUSED.iter().any(|(refused, _)| it == refused));
    for (_, kind, all) in apart::OUT_OF_SCOPE {
        for name in *all {
            let sources = setups.sources(name).unwrap();
            assert!(sources.iter().any(|it| it.text.contains(kind)), "{name} has no {kind}");
            names.remove(*name);
        }
    }
    let left: Vec<_> = names.iter().map(String::as_str).collect();
    assert_eq!(left, apart::WITHOUT_OUTPUTS);
    for name in left {
        let network = ours::network(&setups.sources(name).unwrap());
        // The one with OpenShift's own objects has no pods.
        let has_pods = name != "test_with_irrelevant_oc_resources";
        assert_eq!(ours::rows(&network).len() > 0, has_pods, "{name}");
    }
}
