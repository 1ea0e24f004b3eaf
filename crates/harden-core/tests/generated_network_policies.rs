//! Policies of least privilege: what they let through, held against what is wanted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

use harden_core::cluster::Facts;
use harden_core::generators::Generate as _;
use harden_core::generators::network_policy::Options;
use harden_core::{ManifestFormat, render};

#[test]
fn show() {
    let folder = harness::Need::Answers.at("network-synthesis").unwrap().join("tests");
    let mut options = Options::default();
    for name in ["onlineboutique/kubernetes-manifests.yaml"] {
        options.read(name, &std::fs::read_to_string(folder.join(name)).unwrap()).unwrap();
    }
    let made = options.generate(&Facts::default()).unwrap();
    println!("{}", render(&made.manifests, ManifestFormat::Yaml, true));
    println!("{:#?} {:?}", made.notes, made.verdict);
}
