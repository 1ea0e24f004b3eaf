//! Any text can be asked about: as a file of the API server, as the log of one, as pods for one.

#![no_main]

use harden_core::configuration::{admission, encryption, first_document};
use harden_core::kubernetes::MinorVersion;
use harden_core::simulate::{audit, pod_security};
use harden_yaml::documents;
use libfuzzer_sys::fuzz_target;

/// What stands between a policy and its log; the policy alone is a log, too.
const BREAK: &str = "\n====\n";

fuzz_target!(|text: &str| {
    let (file, log) = text.split_once(BREAK).unwrap_or((text, text));
    for version in (25..=MinorVersion::NEWEST_KNOWN.0).step_by(4).map(MinorVersion) {
        ask_audit(file, log, version);
        ask_pod_security(file, version);
    }
});

fn ask_audit(file: &str, log: &str, version: MinorVersion) {
    let document = first_document(file);
    for rejection in [
        admission::read(&document, version).err(),
        encryption::read(&document, encryption::Options::of(version)).err(),
    ] {
        if let Some(rejection) = rejection {
            assert!(!rejection.sentence("file").is_empty());
        }
    }
    let simulator = match audit::Simulator::new(&document, "file", version) {
        Ok(simulator) => simulator,
        Err(rejection) => return assert!(!rejection.sentence("file").is_empty()),
    };
    let mut estimate = audit::Estimate::new(simulator.policy());
    for line in log.lines() {
        let Some(Ok(record)) = estimate.add_line(simulator.policy(), line) else { continue };
        let answer = simulator.answer(&record.event());
        assert_eq!(answer.decision, simulator.decide(&record.event()));
        assert!(simulator.to_json(&answer).is_object() && !simulator.to_text(&answer).is_empty());
    }
    assert_eq!(estimate, audit::Estimate::of(simulator.policy(), log));
    estimate.to_text(&simulator);
}

fn ask_pod_security(file: &str, server: MinorVersion) {
    let documents: Vec<_> = documents(file).filter(|it| !it.is_rejected()).collect();
    for answer in
        pod_security::answers(&documents, pod_security::Options { server, ..Default::default() })
    {
        assert!(answer.to_json().is_object() && !answer.outcome().is_empty());
        answer.words();
    }
}
