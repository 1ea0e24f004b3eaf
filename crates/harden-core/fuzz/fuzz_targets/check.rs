//! Any text can be judged by every rule, and what is found can be written in every format.

#![no_main]

use harden_core::check::{Checker, Incremental, Settings, SourceText};
use harden_core::finding::Finding;
use harden_core::ignore;
use harden_core::kubernetes::{Level, MinorVersion};
use harden_core::report::{self, FORMATS, Report, ReportSource};
use harden_core::rules;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let source = [SourceText::new(0, text)];
    let mut settings = Settings::default();
    settings.namespaces.learn(&source[0]);
    let checker = Checker::new(settings);
    let mut judged = checker.judge(&source[0]);
    let mut findings = std::mem::take(&mut judged.findings);
    findings.extend(checker.conclude(&[&judged], &source));
    findings.sort_by(Finding::order);
    // What is remembered of half of it changes nothing.
    let mut memory = Incremental::default();
    memory.judge(&checker, &[text.get(..text.len() / 2).unwrap_or_default()]);
    let outcome = memory.judge(&checker, &[text]);
    assert_eq!(outcome.findings.len(), findings.len());
    for (now, whole) in outcome.findings.iter().zip(&findings) {
        assert_eq!((&now.about, &now.message, &now.spots), (&whole.about, &whole.message, &whole.spots));
    }
    ignore::apply(&mut findings, &judged.ignores, rules::exists);
    let report = Report {
        version: "0.0.0",
        now: None,
        sources: &[ReportSource { name: "input.yaml", text: Some(text) }],
        findings: &findings,
        level: Level::Restricted,
        kubernetes_version: MinorVersion::NEWEST_KNOWN,
        rules: checker.rules(),
        coverage: &judged.coverage,
        incomplete: &[],
    };
    for format in FORMATS {
        let mut bytes = Vec::new();
        report::write(&report, *format, format.name == "text", &mut bytes).expect("memory takes all");
        std::str::from_utf8(&bytes).expect("reports are text");
        if format.name == "json" {
            assert!(!bytes.is_empty());
        }
    }
});
