//! Sigstore's own conformance suite, kept beside artefacts in a real registry: the verdicts are those for files.

#[path = "../../../../../crates/harden-sigstore/tests/conformance/case.rs"]
mod case;

use harden_sigstore::{Artefact, verify};

use super::*;
use case::Case;

#[test]
fn the_suite_is_told_apart_by_lists_and_by_fallback_tags() {
    let client = client();
    for lists in [true, false] {
        let Some(registry) = Real::start(lists) else { return };
        let repository = registry.repository(&client, "suite/file:1");
        let (mut kept, mut wrong) = (0, Vec::new());
        for case in Case::all() {
            let digest = Digest::of(&case.artefact);
            let subject = descriptor(&case.artefact, MANIFEST);
            let layer = descriptor(case.bundle.as_bytes(), BUNDLE);
            let manifest = referrer(&subject, BUNDLE, &[layer]).to_string().into_bytes();
            let blobs = [&b"{}"[..], case.bundle.as_bytes()];
            let pushed = repository.push_referrer(&digest, &manifest, &blobs).unwrap();
            let store = registry.store(&client, &format!("suite/file@{digest}"));
            let beside = store.evidence(&digest).unwrap();
            let found = beside.found.iter().find(|it| it.manifest == pushed);
            let found = found.unwrap_or_else(|| panic!("{}: {:?}", case.name, beside.left_out));
            let trust = case.trust();
            let verdict = trust.map_err(|it| it.to_string()).and_then(|trust| {
                let artefact = Artefact::Digest(&digest);
                let verdict = verify(artefact, &found.evidence, &trust, &case.expectation);
                verdict.map_err(|it| it.to_string())
            });
            if verdict.is_ok() != case.must_verify() {
                wrong.push((case.name.clone(), verdict));
            }
            kept += 1;
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        println!("{kept} cases, lists of what refers to an image: {lists}");
    }
}
